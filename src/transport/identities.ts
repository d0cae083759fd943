import type { AnyAuthMethod } from 'ssh2';
import { OpsError } from '../core/errors.ts';
import { addressOf } from './connect-error.ts';
import { identityFile, type IdentityFile } from './identity-file.ts';
import type { Hop } from './route.ts';
import { agentKeys, agentOffering } from './ssh-agent.ts';

/**
 * How to log in to a hop: its key files in order, then the agent with the keys that are meant for it first.
 *
 * A file that can't be used is passed over as long as another way is left, unless the fleet file names it. Errors:
 * `KEY_UNREADABLE`; `AUTH_FAILED` when there is no key at all.
 */
export async function authMethods(hop: Hop, node: string): Promise<readonly AnyAuthMethod[]> {
  const username = hop.user;
  const [files, held] = await Promise.all([
    Promise.all(hop.identities.map(async (file) => ({ file, found: await identityFile(file) }))),
    hop.agent === null ? undefined : agentKeys(hop.agent),
  ]);

  const wanted = files.flatMap(({ found }) => (found.is === 'for-agent' && found.publicKey ? [found.publicKey] : []));
  const isWanted = (key: Buffer) => wanted.some((one) => one.equals(key));
  const preferred = held?.filter((key) => isWanted(key.getPublicSSH())) ?? [];
  const others = hop.identitiesOnly ? [] : (held?.filter((key) => !preferred.includes(key)) ?? []);
  const offered = [...preferred, ...others];

  const troubleOf = (found: IdentityFile): OpsError | undefined => {
    if (found.is === 'unusable') return found.trouble;
    if (found.is !== 'for-agent') return undefined;
    const { publicKey, trouble } = found;
    // Without its public half we can't tell which key of the agent it is, so any may be.
    const isHeld = publicKey ? preferred.some((key) => key.getPublicSSH().equals(publicKey)) : offered.length > 0;
    return isHeld ? undefined : trouble;
  };
  const chosen = files.find(({ file }) => file === hop.chosenIdentity);
  const [chosenTrouble] =
    chosen === undefined ? [] : [chosen.found.is === 'missing' ? missing(chosen.file) : troubleOf(chosen.found)];
  if (chosenTrouble !== undefined) throw chosenTrouble;

  const methods: AnyAuthMethod[] = files.flatMap(({ found }) =>
    found.is === 'key' ? [{ type: 'publickey' as const, username, key: found.key }] : [],
  );
  if (hop.agent !== null && offered.length > 0)
    methods.push({ type: 'agent', username, agent: agentOffering(hop.agent, offered) });
  if (methods.length > 0) return methods;

  const trouble = files.map(({ found }) => troubleOf(found)).find((error) => error !== undefined);
  throw trouble ?? noKey(hop, node, held === undefined ? 'no agent answers' : 'the agent holds no key for it');
}

const missing = (file: string): OpsError =>
  new OpsError('KEY_UNREADABLE', `The key ${file} is not there.`, { hint: 'Correct ssh.identity in the fleet file.' });

function noKey(hop: Hop, node: string, agent: string): OpsError {
  const files = hop.identities.length === 0 ? 'no key file is named' : `there is none of ${hop.identities.join(', ')}`;
  return new OpsError(
    'AUTH_FAILED',
    `There is no key to log in to ${node} (${hop.user}@${addressOf(hop)}): ${files}, and ${agent}.`,
    {
      hint: 'Name a private key under ssh.identity in the fleet file, or load one: ssh-add FILE',
    },
  );
}
