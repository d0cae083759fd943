import { defineCheck, models, need, type Verdict } from '../core/check.ts';
import { bytesText, count } from '../core/format.ts';
import { modelShards as shardFiles, type Shard } from '../probes/model-shards.ts';
import { shardNames } from '../probes/shard-names.ts';
import { brokenModel, copyAgain, mendTheMount } from './broken-model.ts';
import { brokenFilesystem } from './file-trouble.ts';
import { headerVerdict } from './header-verdict.ts';
import { modelInput } from './model-input.ts';
import { verifyModel } from './verify-model.ts';

/** One part alone passes every check of a file; a loader needs all of them. */
export const modelShards = defineCheck({
  name: 'model.shards',
  summary: 'A model in several files has all of them, each whole',
  layer: 'model',
  rule: 'Critical when a part is missing, empty, cut off, of another kind or on a broken filesystem; unknown when a part can not be looked at.',
  unseen:
    'Wrong bytes in a part of the right length, and parts that neither a number in their name nor an index ties together.',
  subjects: (node) => models(node).filter(({ value }) => shardNames(value.model.path) !== null),
  needs: (subject) => ({ files: need(shardFiles, modelInput(subject)) }),
  evaluate({ files }, { service, model: { path } }, node): Verdict {
    if (files.state === 'single') return { status: 'not_applicable', summary: `${path} is one file.` };
    if (files.state === 'unreadable')
      return { status: 'unknown', summary: `Of which files ${path} is made is not known: ${files.why}.` };
    const { shards } = files;
    const total = count(shards.length, 'part');
    const wrong =
      missing(path, shards) ?? unreachable(path, shards) ?? firstBroken(path, shards) ?? unseen(path, shards);
    if (wrong?.status === 'critical')
      return { ...wrong, next: [...(wrong.next ?? []), verifyModel(node, service, path)] };
    if (wrong !== undefined) return wrong;
    const bytes = bytesText(shards.reduce((sum, { size }) => sum + size, 0));
    const unproven = shards.filter(({ header }) => header?.state !== 'seen' || header.header?.state !== 'complete');
    const how =
      unproven.length === 0
        ? 'each whole by its header'
        : `${shards.length - unproven.length} of them whole by their headers`;
    return { status: 'ok', summary: `All ${total} of ${path} are there (${bytes}), ${how}.` };
  },
});

const mostNamed = 5;

function named(shards: readonly Shard[]): string {
  const names = shards.slice(0, mostNamed).map(({ name }) => JSON.stringify(name));
  return `${names.join(', ')}${shards.length > mostNamed ? ` and ${shards.length - mostNamed} more` : ''}`;
}

function missing(path: string, shards: readonly Shard[]): Verdict | undefined {
  const gone = shards.filter(({ errno }) => errno === 'ENOENT');
  if (gone.length === 0) return undefined;
  const part = gone.find((shard) => shard.part !== null)?.part;
  return brokenModel(
    `${gone.length} of ${count(shards.length, 'part')} of ${path} ${gone.length === 1 ? 'is' : 'are'} missing: ${named(gone)}${part === undefined ? '' : `; ${JSON.stringify(part)} is a download that is not finished`}.`,
    part === undefined
      ? 'Download the missing parts into the same folder, then restart its service.'
      : 'Let the download end, or start it again if nothing writes to it; then restart the service.',
  );
}

function unreachable(path: string, shards: readonly Shard[]): Verdict | undefined {
  const first = shards.find(({ errno }) => errno !== null);
  if (first?.errno === undefined || first.errno === null) return undefined;
  const broken = brokenFilesystem(first.errno);
  if (broken !== undefined)
    return brokenModel(
      `${JSON.stringify(first.name)}, a part of ${path}, can not be reached: ${broken}.`,
      mendTheMount,
    );
  return {
    status: 'unknown',
    summary: `Whether ${JSON.stringify(first.name)}, a part of ${path}, is whole is not known (${first.errno}).`,
  };
}

function firstBroken(path: string, shards: readonly Shard[]): Verdict | undefined {
  const bad = shards.flatMap(({ name, size, header }): readonly Verdict[] => {
    if (size === 0) return [brokenModel(`${name} is empty (0 B).`)];
    const verdict = header?.state === 'seen' ? headerVerdict(name, header) : undefined;
    return verdict?.status === 'critical' ? [verdict] : [];
  });
  const [first] = bad;
  if (first === undefined) return undefined;
  const many = bad.length === 1 ? '1 part' : `${bad.length} parts`;
  return {
    ...first,
    summary: `${many} of ${path} ${bad.length === 1 ? 'is' : 'are'} broken: ${first.summary}`,
    next: first.next ?? [{ say: copyAgain }],
  };
}

function unseen(path: string, shards: readonly Shard[]): Verdict | undefined {
  const first = shards.find(({ header }) => header?.state === 'unseen');
  if (first?.header?.state !== 'unseen') return undefined;
  return { status: 'unknown', summary: `Whether all parts of ${path} are whole is not known: ${first.header.why}` };
}
