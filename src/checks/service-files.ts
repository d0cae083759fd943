import { defineCheck, need, services, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { accounts } from '../probes/accounts.ts';
import { files, type FileStates } from '../probes/files.ts';
import { fileVerdict, type Reader } from './file-verdict.ts';

export const serviceFiles = defineCheck({
  name: 'service.files',
  summary: 'The files that a service needs to start are there, and its user can read them',
  layer: 'inference',
  rule: 'Critical when a declared file is missing, of the wrong kind or closed to the declared user; degraded when it is empty or a script that is not executable; unknown when /etc/passwd does not name that user, or the file can not be looked at.',
  unseen: 'What the files hold, modes of the folders above them, and access lists.',
  subjects: services((service) => service.files.length > 0),
  needs: ({ files: paths, become }) => ({
    states: need(files, { paths, become }),
    accounts: need(accounts, {}),
  }),
  evaluate({ states, accounts: known }, { user }): readonly Verdict[] {
    const account = user === undefined || !Object.hasOwn(known, user) ? undefined : known[user];
    if (user !== undefined && account === undefined) {
      const summary = `Whether ${user} can read the declared files is not known: no such user in /etc/passwd.`;
      return [
        { status: 'unknown', summary },
        ...judged(states, undefined).filter(({ status }) => status === 'critical'),
      ];
    }
    const reader = user === undefined || account === undefined ? undefined : { name: user, account };
    const bad = judged(states, reader);
    if (bad.length > 0) return bad;
    const readable = reader === undefined ? 'all there' : `all readable by ${reader.name}`;
    return [{ status: 'ok', summary: `${count(Object.keys(states).length, 'declared file')}, ${readable}.` }];
  },
});

const judged = (states: FileStates, reader: Reader | undefined): readonly Verdict[] =>
  Object.entries(states).flatMap(([path, state]) => fileVerdict(path, state, reader) ?? []);
