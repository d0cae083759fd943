import { OpsError } from '../core/errors.ts';
import type { Address } from '../core/node.ts';
import { jumpName } from './jump-name.ts';
import { myAccount } from './my-account.ts';
import type { Hop, Route } from './route.ts';
import { sshLookup, type SshKeywords, type SshName } from './ssh-lookup.ts';
import { sshPath, type SshTokens } from './ssh-tokens.ts';

const rememberMs = 60_000;
const maxJumps = 8;
const globalKnownHosts = '/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2';

const remembered = new Map<string, { readonly route: Promise<Route>; readonly at: number }>();

/**
 * The way to an address: what the fleet file says, and for the rest what the system's `ssh` would do.
 *
 * An address with host, port, user and identity is complete, so ssh_config is read for it only when it names one. An
 * answer is used again for a minute. Errors: `CONFIG_INVALID`, `CANCELLED`.
 */
export async function resolveRoute(address: Address, signal?: AbortSignal): Promise<Route> {
  const key = JSON.stringify([address, process.env['SSH_AUTH_SOCK']]);
  const known = remembered.get(key);
  if (known !== undefined && performance.now() - known.at < rememberMs) return await unless(signal, known.route);
  const route = find(address);
  remembered.set(key, { route, at: performance.now() });
  // Those who wait for it are told; the next one asks again.
  route.catch(() => remembered.delete(key));
  return await unless(signal, route);
}

/** Stops waiting, but not the work: others may wait for the same. */
async function unless<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return await work;
  if (signal.aborted) throw cancelled();
  return await new Promise<T>((resolve, reject) => {
    const stop = () => reject(cancelled());
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

const cancelled = () => new OpsError('CANCELLED', 'Cancelled while looking up the way to the node.');

async function find(address: Address): Promise<Route> {
  const { hop, jumps } = await lookUp(address, address);
  const [first, ...others] = await hops(address.jump ?? jumps, address, 0);
  return first === undefined ? [hop] : [first, ...others, hop];
}

/** The jump hosts of a list in order; only the first may stand behind others of its own, as with `ssh -J`. */
async function hops(written: readonly string[], address: Address, depth: number): Promise<readonly Hop[]> {
  if (depth > maxJumps) {
    throw new OpsError('CONFIG_INVALID', `the jump hosts of ${address.host} lead in a circle: ${written.join(', ')}`, {
      hint: 'Give the first jump host `ProxyJump none` in ssh_config.',
    });
  }
  const found = await Promise.all(
    written.map(async (text) => {
      const name = jumpName(text);
      if (name !== undefined) return await lookUp({ ...name, config: address.config }, address);
      throw new OpsError('CONFIG_INVALID', `${JSON.stringify(text)} is no jump host`, {
        hint: 'Write an alias of ~/.ssh/config, or user@host:port.',
      });
    }),
  );
  const [first] = found;
  if (first === undefined) return [];
  return [...(await hops(first.jumps, address, depth + 1)), ...found.map(({ hop }) => hop)];
}

interface Found {
  readonly hop: Hop;
  /** The jump hosts that ssh_config puts before it. */
  readonly jumps: readonly string[];
}

async function lookUp(name: SshName, address: Address): Promise<Found> {
  const isComplete = name.port !== undefined && name.user !== undefined && name.identity !== undefined;
  const said: SshKeywords = isComplete && name.config === undefined ? nothing : ((await sshLookup(name)) ?? nothing);
  const first = (keyword: string): string | undefined => {
    const value = said.get(keyword)?.[0];
    return value === 'none' ? undefined : value;
  };
  const command = first('proxycommand');
  if (command !== undefined) {
    throw new OpsError('CONFIG_INVALID', `ssh_config reaches ${name.host} by a ProxyCommand, which only ssh can run`, {
      hint: 'Give the node `transport: openssh` in the fleet file.',
    });
  }
  const hostKeyAlias = first('hostkeyalias');
  const place = {
    host: (first('hostname') ?? name.host).toLowerCase(),
    port: name.port ?? Number(first('port') ?? 22),
    user: name.user ?? first('user') ?? myAccount().user,
    ...(hostKeyAlias !== undefined && { hostKeyAlias }),
  };
  const tokens = { ...place, name: name.host };
  const identities = identityFiles(said, address.identity).map((file) => sshPath(file, tokens));
  const hop: Hop = {
    ...place,
    identities,
    ...(address.identity !== undefined && { chosenIdentity: sshPath(address.identity, tokens) }),
    ...(first('identitiesonly') === 'yes' && { identitiesOnly: true }),
    agent: address.agent ? agentSocket(said.get('identityagent')?.[0], tokens) : null,
    knownHosts: knownHostsFiles(said, address.knownHosts).map((file) => sshPath(file, tokens)),
  };
  return { hop, jumps: first('proxyjump')?.split(',') ?? [] };
}

const nothing: SshKeywords = new Map();
const defaultIdentities = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'];

/** The one of the fleet file is tried first, on jump hosts too: whoever names one key means it for the whole way. */
function identityFiles(said: SshKeywords, chosen: string | undefined): readonly string[] {
  const configured = said.get('identityfile')?.filter((file) => file !== 'none');
  if (chosen === undefined) return configured ?? defaultIdentities;
  return [chosen, ...(configured ?? []).filter((file) => file !== chosen)];
}

/** Source: ssh_config(5), IdentityAgent. */
function agentSocket(configured: string | undefined, tokens: SshTokens): string | null {
  if (configured === 'none') return null;
  if (configured?.startsWith('$') && !configured.startsWith('${')) return process.env[configured.slice(1)] ?? null;
  if (configured !== undefined && configured !== 'SSH_AUTH_SOCK') return sshPath(configured, tokens);
  return process.env['SSH_AUTH_SOCK'] || null;
}

function knownHostsFiles(said: SshKeywords, own: string | undefined): readonly string[] {
  const user = own === undefined ? (said.get('userknownhostsfile')?.[0] ?? '~/.ssh/known_hosts') : undefined;
  const all = said.get('globalknownhostsfile')?.[0] ?? globalKnownHosts;
  return [...(own === undefined ? paths(user) : [own]), ...paths(all)];
}

/** ssh prints several paths with blanks between and does not quote a blank within one. */
const paths = (printed: string | undefined): readonly string[] =>
  printed === undefined || printed === 'none' ? [] : printed.split(/ (?=[~/%$])/);
