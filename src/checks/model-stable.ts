import { defineCheck, models, needTwice, type Verdict } from '../core/check.ts';
import { bytesText } from '../core/format.ts';
import { modelFile, type ModelFileFact, type Unfinished } from '../probes/model-file.ts';
import { modelInput } from './model-input.ts';

const apartMs = 3_000;

/** Two looks, as the playbook for model files asks for: a file that is still copied passes every check of one look. */
export const modelStable = defineCheck({
  name: 'model.stable',
  summary: 'No declared model is still being written',
  layer: 'model',
  rule: 'Critical when size or time of change moves between two looks 3 s apart, or when aria2 says that the download is not finished; degraded when a copy grows beside it; unknown when there is no file.',
  unseen: 'A copy that stalls between the looks (model.writers finds most), and one into another folder.',
  subjects: models,
  needs: (subject) => ({
    looks: needTwice(modelFile, modelInput(subject), { apartMs, settled: (first) => !isFile(first) }),
  }),
  evaluate({ looks }, { model: { path } }): Verdict {
    const [first] = looks;
    const last = looks.at(-1) ?? first;
    if (!isFile(first)) return { status: 'unknown', summary: `Not known: there is no file at ${path} to watch.` };
    if (!isFile(last)) return changing(`${path} (${bytesText(first.size)}) went away between two looks.`);
    if (looks.length < 2) return { status: 'unknown', summary: `Not known: ${path} was looked at once only.` };
    if (last.size !== first.size) {
      const by = last.size - first.size;
      return changing(
        `${path} is still being written: ${by > 0 ? 'it grew' : 'it shrank'} by ${bytesText(Math.abs(by))} to ${last.size} bytes between two looks.`,
      );
    }
    if (last.mtimeMs !== first.mtimeMs)
      return changing(
        `${path} is still being written: its time of change moved while its size stayed ${bytesText(last.size)}.`,
      );
    return beside(path, first, last);
  },
});

type There = Extract<ModelFileFact, { there: true }>;
const isFile = (look: ModelFileFact): look is There => look.there && look.type === 'file';

const changing = (summary: string): Verdict => ({
  status: 'critical',
  summary,
  restartHelps: 'after-fix',
  next: [{ say: 'Wait until the copy ends and do not start its service before; then look again.' }],
});

function beside(path: string, first: There, last: There): Verdict {
  const steady = `${path} keeps its size (${bytesText(last.size)})`;
  if (last.unfinished === null)
    return {
      status: 'ok',
      summary: `${steady}; its folder can not be listed, so unfinished copies beside it are not seen.`,
    };
  const control = last.unfinished.find(({ name }) => name.endsWith('.aria2'));
  if (control !== undefined) {
    return {
      status: 'critical',
      summary: `${steady}, but ${JSON.stringify(control.name)} says that its download is not finished: parts of it may be empty.`,
      restartHelps: 'after-fix',
      next: [{ say: 'Let aria2 end, or start it again; it removes its control file when the model is whole.' }],
    };
  }
  const growing = last.unfinished.find((part) => hasChanged(part, first.unfinished ?? []));
  if (growing !== undefined) {
    return {
      status: 'degraded',
      summary: `${steady}, but ${JSON.stringify(growing.name)} (${bytesText(growing.size)}) is being written beside it and may replace it.`,
      next: [{ say: 'Wait until that copy ends before restarting its service.' }],
    };
  }
  const [left] = last.unfinished;
  const leftover =
    left === undefined ? '' : `; ${JSON.stringify(left.name)} (${bytesText(left.size)}) lies beside it, unchanged`;
  return { status: 'ok', summary: `${steady}${leftover}.` };
}

const hasChanged = ({ name, size, mtimeMs }: Unfinished, before: readonly Unfinished[]): boolean =>
  !before.some((part) => part.name === name && part.size === size && part.mtimeMs === mtimeMs);
