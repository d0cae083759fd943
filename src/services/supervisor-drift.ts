import { captured } from '../core/capture.ts';
import { list, read, type HttpAnswer } from '../core/command.ts';
import { ask, askAll, type Asking } from '../core/probe.ts';
import { remembered } from '../core/remembered.ts';
import { fileTextIfAny } from '../core/reply.ts';
import type { Drift, ManagerPlace } from '../core/service-manager.ts';
import { isRecord, textOf } from './record.ts';
import { supervisorPlaces } from './supervisor-places.ts';
import { configuredPrograms, fits, includes, templateText, type ConfiguredProgram } from './supervisor-programs.ts';
import { askSupervisord, xmlRpcAnswer } from './supervisor-xml-rpc.ts';

const mostFiles = 64;

/** The files as they are now beside what supervisord has read of them. Neither asking changes what it has read. */
export function* supervisorDrift(place: ManagerPlace, unit: string): Asking<Drift> {
  const { config, become } = place;
  const [group = '', name = group] = unit.split(':');
  if (config === undefined) return { drift: 'unknown', say: 'its configuration is not declared' };
  const loaded = yield* loadedPrograms(place);
  if (loaded === undefined) return { drift: 'unknown', say: 'supervisord does not tell what it has read' };
  const files = yield* configFiles(config, become);
  if (files.texts.length === 0) return { drift: 'unknown', say: `${config} can not be read` };
  const here = config.slice(0, config.lastIndexOf('/')) || '/';
  const isMeant = (program: ConfiguredProgram) => program.group === group && fits(name, program.name);
  const written = configuredPrograms(files.texts, here).findLast(isMeant);
  const running = loaded.find((row) => textOf(row['group']) === group && textOf(row['name']) === name);
  if (written !== undefined) return compared(written, running);
  if (files.hidden.length > 0) return { drift: 'unknown', say: `${files.hidden.join(', ')} can not be read` };
  return running === undefined
    ? { drift: 'nowhere', say: `no file of ${config} has a program ${unit}` }
    : { drift: 'forgotten', say: `no file of ${config} has it` };
}

type Row = Readonly<Record<string, unknown>>;

function compared(written: ConfiguredProgram, running: Row | undefined): Drift {
  if (running === undefined) return { drift: 'waiting', say: `${written.path} has it` };
  if (running['inuse'] === 0) return { drift: 'waiting', say: `${written.path} has it and was read` };
  const command = textOf(running['command']);
  if (command !== undefined && !fits(command, written.command)) {
    return {
      drift: 'changed',
      say: `command is ${shown(templateText(written.command))} in ${written.path}, and ${shown(command)} runs`,
    };
  }
  const directory = textOf(running['directory']);
  const wanted = written.directory ?? ['none'];
  if (directory !== undefined && !fits(directory, wanted)) {
    return {
      drift: 'changed',
      say: `directory is ${shown(templateText(wanted))} in ${written.path}, and ${shown(directory)} is used`,
    };
  }
  return { drift: 'none', say: written.path };
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 120));

/** Undefined where it can't be asked by XML-RPC: supervisorctl would have to be made to reread. */
function* loadedPrograms(place: ManagerPlace): Asking<readonly Row[] | undefined> {
  const { addresses } = yield* supervisorPlaces(place);
  for (const address of addresses) {
    const reply = yield* ask(askSupervisord('getAllConfigInfo', address, place.become));
    if (!reply.ok || reply.status !== 200 || reply.body.omittedBytes > 0) continue;
    const rows = rowsIn(reply);
    if (rows !== undefined) return rows;
  }
  return undefined;
}

/** Read once, however many programs are compared. */
const rowsIn = remembered(({ body }: HttpAnswer): readonly Row[] | undefined => {
  const answer = xmlRpcAnswer(captured(body));
  return answer.ok && Array.isArray(answer.value) ? answer.value.filter((row) => isRecord(row)) : undefined;
});

interface ConfigFiles {
  readonly texts: readonly { readonly path: string; readonly text: string }[];
  /** Files or folders that are named and can't be read. */
  readonly hidden: readonly string[];
}

function* configFiles(config: string, become: 'sudo' | undefined): Asking<ConfigFiles> {
  const main = fileTextIfAny(yield* ask(read(config, { bytes: 262_144, freshMs: 60_000, become })));
  if (main === undefined) return { texts: [], hidden: [config] };
  const wanted = includes(main, config.slice(0, config.lastIndexOf('/')) || '/');
  const folders = wanted.length === 0 ? [] : yield* askAll(wanted.map(({ folder }) => list(folder, { become })));
  const hidden = wanted.flatMap(({ folder }, index) => {
    const reply = folders[index];
    return reply?.ok === false && reply.errno !== 'ENOENT' ? [folder] : [];
  });
  const paths = wanted.flatMap(({ folder, names }, index) => {
    const reply = folders[index];
    const entries = reply?.ok === true ? reply.entries : [];
    return entries.filter(({ name }) => names.test(name)).map(({ name }) => `${folder === '/' ? '' : folder}/${name}`);
  });
  const some = [...new Set(paths)].toSorted().slice(0, mostFiles);
  const replies = some.length === 0 ? [] : yield* askAll(some.map((path) => read(path, { become })));
  const texts = some.map((path, index) => {
    const reply = replies[index];
    return { path, text: reply === undefined ? undefined : fileTextIfAny(reply) };
  });
  return {
    texts: [
      { path: config, text: main },
      ...texts.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }])),
    ],
    hidden: [...hidden, ...texts.flatMap(({ path, text }) => (text === undefined ? [path] : []))],
  };
}
