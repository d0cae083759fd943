import { serviceInput } from '../checks/managed.ts';
import { list, read, stat } from '../core/command.ts';
import { opsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import { askAll, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import type { Service } from '../core/service.ts';
import type { Process } from '../probes/processes.ts';
import { serviceProcesses } from '../probes/service-processes.ts';

const mostProcesses = 4;
const mostFiles = 256;

/** What a service does with a file now, as a sentence. Source: proc_pid_maps(5); model servers map what they load. */
export function* useOf(node: Node, service: Service, path: string): Asking<string> {
  const { name, manager, become } = service;
  if (manager === 'none') return `${name} reads it; whether it runs is not known, for nothing supervises it.`;
  const found = yield* processesOf(node, service);
  if (typeof found === 'string') return `${name} reads it; whether it runs is not known: ${found}`;
  if (found.length === 0) return `${name} does not run, and can not start without it.`;
  const holds = yield* hasOpen(found, path, become);
  if (holds === undefined)
    return `${name} runs, and can not start anew without it; whether it has it open may not be seen.`;
  return holds
    ? `${name} runs and has it open: it goes on with it, and can not start anew without it.`
    : `${name} runs without having it open, and can not start anew without it.`;
}

/** The largest processes of a service, or why they are not known. */
function* processesOf(node: Node, service: Service): Asking<readonly Process[] | string> {
  try {
    const { silent, tree } = yield* serviceProcesses.steps(serviceInput(service, node));
    if (silent !== null) return `${service.manager} gives no answer.`;
    return tree.toSorted((a, b) => (b.rssBytes ?? 0) - (a.rssBytes ?? 0)).slice(0, mostProcesses);
  } catch (thrown) {
    const { code, message } = opsError(thrown);
    if (code !== 'OUTPUT_UNREADABLE') throw thrown;
    return message;
  }
}

/** Undefined where that may not be seen. */
function* hasOpen(some: readonly Process[], path: string, become: 'sudo' | undefined): Asking<boolean | undefined> {
  const maps = yield* askAll(some.map(({ pid }) => read(`/proc/${pid}/maps`, { bytes: 4_194_304, become })));
  if (maps.some((reply) => fileTextIfAny(reply)?.includes(` ${path}\n`) === true)) return true;
  const folders = yield* askAll(some.map(({ pid }) => list(`/proc/${pid}/fd`, { become })));
  const files = folders.flatMap((reply, index) =>
    reply.ok ? reply.entries.map(({ name }) => `/proc/${some[index]?.pid}/fd/${name}`) : [],
  );
  const links = yield* askAll(files.slice(0, mostFiles).map((file) => stat(file, { become })));
  if (links.some(({ link }) => link === path)) return true;
  return maps.every(({ ok }) => ok) && folders.every(({ ok }) => ok) && files.length <= mostFiles ? false : undefined;
}
