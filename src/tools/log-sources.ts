import { OpsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import { unitOf, type Service } from '../core/service.ts';
import { placeOf } from '../core/service-manager.ts';
import { nearest } from '../core/text.ts';
import type { NodeLook } from '../core/tool.ts';
import type { LogMark } from '../probes/log-mark.ts';
import { logWindow, type LogReach } from '../probes/log-window.ts';

/** The service that declares a log file. Errors: `UNKNOWN_FILE`, with the declared ones; `USAGE` where nothing is named. */
export function ownerOf(node: Node, file: string | undefined): Service {
  const declared = node.services.flatMap(({ logs }) => logs);
  if (file === undefined)
    throw new OpsError('USAGE', 'Name a service or a declared log file.', {
      hint: `${node.name} declares the services ${node.services.map(({ name }) => name).join(', ')}.`,
    });
  const owner = node.services.find(({ logs }) => logs.includes(file));
  if (owner !== undefined) return owner;
  const meant = nearest(file, declared);
  throw new OpsError(
    'UNKNOWN_FILE',
    `${node.name} declares no log ${JSON.stringify(file)}; only declared logs are read.`,
    {
      hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}It declares: ${declared.join(', ') || 'no logs'}.`,
    },
  );
}

export interface Wanted {
  readonly file?: string | undefined;
  readonly bytes: number;
  /** Read older logs too, back to `sinceMs` where it is given. */
  readonly older: boolean;
  readonly sinceMs?: number | undefined;
  readonly marks?: Readonly<Record<string, LogMark | string>>;
}

/** What the logs of a service hold. Errors: `UNKNOWN_FILE` for one that is not among them. */
export async function reachOf(at: NodeLook, service: Service, wanted: Wanted): Promise<readonly LogReach[]> {
  const { manager, logs } = service;
  const { file, bytes, older, sinceMs, marks = {} } = wanted;
  const input = { manager, place: placeOf(service), unit: unitOf(service), logs, file, bytes, older, sinceMs, marks };
  const { fact } = await at.observe(logWindow, input);
  if (file !== undefined && fact.length === 0)
    throw new OpsError('UNKNOWN_FILE', `${service.name} has no log ${JSON.stringify(file)}.`, {
      hint: `It declares: ${logs.join(', ') || 'no logs'}.`,
    });
  return fact;
}

/** What a reader must know of how a log was read. */
export function reachNotes({ source, parts, says, trouble, more }: LogReach): readonly string[] {
  const binary = parts.filter((part) => part.binary).map(({ path }) => path);
  return [
    ...(trouble === null ? [] : [`${source} can not be read: ${trouble.replace(/\.$/, '')}.`]),
    ...binary.map((path) => `${path} holds binary data here, which is not shown.`),
    ...says.map((sentence) => `${sentence}.`),
    ...(more ? [`More was written to ${source} than is read at once: the rest comes next time.`] : []),
  ];
}
