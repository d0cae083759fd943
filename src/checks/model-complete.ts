import { defineCheck, models, need, type Verdict } from '../core/check.ts';
import { bytesText, count } from '../core/format.ts';
import { modelHeader } from '../probes/model-header.ts';
import { isIndex } from '../probes/shard-names.ts';
import { brokenModel } from './broken-model.ts';
import { headerVerdict, type SeenHeader } from './header-verdict.ts';
import { modelInput } from './model-input.ts';
import { verifyModel } from './verify-model.ts';

/** By what it is, by its own header, then by the declared size. A loader refuses what ends before its last tensor. */
export const modelComplete = defineCheck({
  name: 'model.complete',
  summary: 'Each declared model is of the format it should be, and whole',
  layer: 'model',
  rule: 'Critical when a file is of another kind than its name says, or shorter than its own header or the declared bytes ask for, or a safetensors file longer than its header says; degraded when longer than declared or of a newer GGUF version; unknown when nothing tells its length.',
  unseen: 'Wrong bytes in a file of the right length: model_verify with sha256 finds them.',
  subjects: models,
  needs: (subject) => ({ header: need(modelHeader, modelInput(subject)) }),
  evaluate({ header: seen }, { service, model: { path, bytes: declared } }, node): Verdict {
    if (seen.state === 'unseen') return { status: 'unknown', summary: `Not known: ${seen.why}` };
    const wrong = headerVerdict(path, seen) ?? bySize(path, seen, declared);
    if (wrong?.status === 'critical')
      return { ...wrong, next: [...(wrong.next ?? []), verifyModel(node, service, path)] };
    return (
      wrong ?? {
        status: 'ok',
        summary: `${path} is whole: ${formatText(seen)}, ${seen.size} bytes${declared === undefined ? '' : ' as declared'}.`,
      }
    );
  },
});

function bySize(path: string, seen: SeenHeader, declared: number | undefined): Verdict | undefined {
  const { size, header } = seen;
  if (declared !== undefined && size < declared) {
    return brokenModel(
      `${path} is truncated: ${declared} bytes are declared, the file has ${size}, ${bytesText(declared - size)} are missing.`,
    );
  }
  if (declared !== undefined && size > declared) {
    return {
      status: 'degraded',
      summary: `${path} has ${size} bytes, ${size - declared} more than the ${declared} declared.`,
      next: [{ say: 'See whether it is another version of the model, and correct `bytes` in the fleet file.' }],
    };
  }
  if (declared !== undefined || header?.state === 'complete' || isIndex(path)) return undefined;
  return {
    status: 'unknown',
    summary:
      header === null
        ? `${path} (${seen.size} bytes, ${formatText(seen)}) does not tell how long it must be.`
        : `${path}: its header is longer than the 32 MiB that are read, so whether its ${size} bytes are all is not known.`,
    next: [{ say: 'Declare the `bytes` of this model in the fleet file.' }],
  };
}

function formatText({ format, header, begins }: SeenHeader): string {
  if (format === 'other') return `begins with ${JSON.stringify(begins)}`;
  if (header?.state !== 'complete' || header.tensors === 0) return format;
  return `${format}${header.version === null ? '' : ` version ${header.version}`}, ${count(header.tensors, 'tensor')}`;
}
