import { read, stat, type FileTrouble, type ReadFound } from '../core/command.ts';
import { ask, askAll, type Asking } from '../core/probe.ts';
import { remembered } from '../core/remembered.ts';
import { fileText } from '../core/reply.ts';
import type { ManagerPlace } from '../core/service-manager.ts';
import { supervisorAddress, supervisorConfig, supervisorFile, type SupervisorAddress } from './supervisor-config.ts';

/** Where to ask a supervisord, and why the declared configuration does not tell. */
export interface SupervisorPlaces {
  readonly addresses: readonly SupervisorAddress[];
  /** The file that names its process, where the configuration tells. */
  readonly pidFile?: string | undefined;
  /** Trouble with the configuration, as a sentence. */
  readonly trouble: { readonly errno: string; readonly say: string } | undefined;
}

/** Where packages put the socket. Source: supervisord.org, Debian's supervisor. */
const usualSockets = ['/var/run/supervisor.sock', '/run/supervisor.sock', '/tmp/supervisor.sock'] as const;

/** By the configuration; where that does not tell, by the declared address, and at last where packages put the socket. */
export function* supervisorPlaces({ config, server, auth, become }: ManagerPlace): Asking<SupervisorPlaces> {
  const told = config === undefined ? { addresses: [], trouble: undefined } : yield* fromConfig(config, become);
  if (told.addresses.length > 0) return withAuth(told, auth);
  const declared = server === undefined ? yield* usual(become) : [supervisorAddress(server)];
  return withAuth({ ...told, addresses: declared }, auth);
}

function* fromConfig(config: string, become: 'sudo' | undefined): Asking<SupervisorPlaces> {
  const reply = yield* ask(read(config, { bytes: 262_144, freshMs: 60_000, become }));
  return reply.ok ? toldBy(reply)(config) : { addresses: [], trouble: troubleOf(reply, config) };
}

/** An answer is of one file, and read once for as long as it is used again. */
const toldBy = remembered((reply: ReadFound) => {
  let places: SupervisorPlaces | undefined;
  return (config: string): SupervisorPlaces => {
    if (places !== undefined) return places;
    const text = fileText(reply, config);
    const pidFile = supervisorFile(text, config, 'pidfile');
    places = { addresses: supervisorConfig(text, config), pidFile, trouble: undefined };
    return places;
  };
});

function troubleOf({ errno, message }: FileTrouble, config: string): SupervisorPlaces['trouble'] {
  if (errno === 'ENOENT') return { errno, say: `the configuration ${config} does not exist` };
  if (errno === 'EACCES') return { errno, say: `the configuration ${config} may not be read by the login user` };
  return { errno, say: `the configuration ${config} can not be read: ${message}` };
}

function* usual(become: 'sudo' | undefined): Asking<readonly SupervisorAddress[]> {
  const found = yield* askAll(usualSockets.map((path) => stat(path, { become })));
  return usualSockets
    .filter((_, index) => found[index]?.ok === true)
    .map((path) => supervisorAddress(`unix://${path}`));
}

const withAuth = (places: SupervisorPlaces, auth: ManagerPlace['auth']): SupervisorPlaces =>
  auth === undefined ? places : { ...places, addresses: places.addresses.map((address) => ({ ...address, auth })) };
