import { read } from '../core/command.ts';
import { askAll, defineProbe } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';

/** A user of the node with all groups it is in. Source: passwd(5), group(5). */
export interface Account {
  readonly uid: number;
  readonly gids: readonly number[];
}
/** By user name. Users of a directory service are not in it; empty where there is no /etc/passwd. */
type Accounts = Readonly<Record<string, Account>>;

const cap = { bytes: 262_144, freshMs: 60_000 };

export const accounts = defineProbe({
  name: 'node.accounts',
  summary: 'The local users and their groups',
  *steps() {
    const [passwd, group] = yield* askAll([read('/etc/passwd', cap), read('/etc/group', cap)] as const);
    const groups = rows(fileTextIfAny(group) ?? '').map(([, , gid, members = '']) => ({
      gid: Number(gid),
      members: members.split(','),
    }));
    const users: Accounts = Object.fromEntries(
      rows(fileTextIfAny(passwd) ?? '').flatMap(([name = '', , uid, gid]) => {
        if (!/^\d+$/.test(uid ?? '')) return [];
        const more = groups.filter(({ members }) => members.includes(name)).map((entry) => entry.gid);
        return [[name, { uid: Number(uid), gids: [...new Set([Number(gid), ...more])] }] as const];
      }),
    );
    return users;
  },
});

const rows = (text: string): readonly string[][] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
