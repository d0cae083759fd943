import { z } from 'zod';
import { captured } from '../core/capture.ts';
import { read, run, stat, type StatFound } from '../core/command.ts';
import { bytesText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { askAll, type Asking } from '../core/probe.ts';
import type { Service } from '../core/service.ts';
import { sha256 } from '../core/sha256.ts';
import { anew } from '../probes/log-files.ts';
import { serviceIn, undeclared } from './declared.ts';
import { refused, type Refused } from './refused.ts';

/** More is no text that people edit. */
export const mostBytes = 262_144;

/** Which file of which service is meant. */
export const target = {
  service: z.string().describe('Service that declares the file'),
  path: z.string().describe('One of its editable files'),
};

/** A file that may be edited, as it is now. */
export interface EditableFile {
  readonly can: true;
  /** Where its path leads. */
  readonly real: string;
  readonly text: string;
  readonly sha: string;
  readonly owner: Pick<StatFound, 'mode' | 'uid' | 'gid'>;
}

/** The service that declares a file as `editable`, or why none does. */
export function editableOf(node: Node, { service: name, path }: { service: string; path: string }): Service | Refused {
  const service = serviceIn(node, name);
  if ('can' in service || service.editable.includes(path)) return service;
  return undeclared(`${name} does not declare ${JSON.stringify(path)} as editable.`, path, service.editable);
}

/** A file with its text, or why it is none that can be edited. */
export function* editableFile(path: string, become: Service['become']): Asking<EditableFile | Refused> {
  const [found, end, content] = yield* askAll([
    stat(path, { become, freshMs: anew }),
    run(['readlink', '-f', path], { become, freshMs: anew }),
    read(path, { bytes: mostBytes + 1, hidden: true, become, freshMs: anew }),
  ] as const);
  if (!found.ok) return refused(`${path} can not be looked at: ${found.message} (${found.errno}).`);
  if (found.type !== 'file') return refused(`${path} is a ${found.type}, not a file.`);
  if (!content.ok) return refused(`${path} can not be read: ${content.message} (${content.errno}).`);
  if (content.bytes.length > mostBytes || found.size > mostBytes)
    return refused(`${path} has ${bytesText(Math.max(found.size, content.size))}; what is edited has at most 256 KiB.`);
  const real = captured(end.stdout).replace(/\n$/, '');
  if (end.exitCode !== 0 || !/^\/[^\p{Cc}\ufffd]+$/u.test(real))
    return refused(`Where ${path} leads could not be told: \`readlink -f\` gave nothing that can be gone by.`);
  const text = utf8(content.bytes);
  if (text === undefined) return refused(`${path} is no UTF-8 text.`);
  const { mode, uid, gid } = found;
  return { can: true, real, text, sha: sha256(content.bytes), owner: { mode, uid, gid } };
}

/** The text of bytes that are UTF-8 without a NUL: as it came, a byte order mark included. */
export function utf8(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Who else notices when a file changes. */
export function noticed(node: Node, service: string, path: string): readonly string[] {
  const others = node.services.filter(
    ({ name, editable, files }) => name !== service && (editable.includes(path) || files.includes(path)),
  );
  return [
    'Who has read it goes on with what it read, until it is started anew or told to read it again.',
    ...others.map(({ name }) => `${name} names this file as well.`),
  ];
}
