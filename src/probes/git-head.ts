import { read } from '../core/command.ts';
import { ask, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';

const isCommit = (text: string | undefined): text is string => /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text ?? '');

/** The commit that a checkout stands on, by its files; null where they do not tell. Source: gitrepository-layout(5). */
export function* gitHead(folder: string, become: 'sudo' | undefined): Asking<string | null> {
  const head = fileTextIfAny(yield* ask(read(`${folder}/.git/HEAD`, { bytes: 4_096, become })))?.trim();
  const name = /^ref: (refs\/[^\s]+)$/.exec(head ?? '')?.[1];
  if (name === undefined || name.includes('..')) return isCommit(head) ? head : null;
  const loose = fileTextIfAny(yield* ask(read(`${folder}/.git/${name}`, { bytes: 4_096, become })))?.trim();
  if (isCommit(loose)) return loose;
  const packed = fileTextIfAny(yield* ask(read(`${folder}/.git/packed-refs`, { bytes: 1_048_576, become })));
  const row = packed?.split('\n').find((line) => line.endsWith(` ${name}`));
  const commit = row?.slice(0, row.indexOf(' '));
  return isCommit(commit) ? commit : null;
}
