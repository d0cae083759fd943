import { defineCheck, models, need, type Verdict } from '../core/check.ts';
import { bytesText, count } from '../core/format.ts';
import { isEmpty, modelContent, type ModelContent, type Spot } from '../probes/model-content.ts';
import { modelInput } from './model-input.ts';
import { verifyModel } from './verify-model.ts';

/** Weights hold no long runs of zeros; rows that pad a vocabulary at the end of a file may, up to about this much. */
const paddingBytes = 4 * 1_048_576;
/** A filesystem that compresses holds less than the size of a file as well, so this alone proves nothing. */
const sparsePercent = 90;

/** Downloaders that reserve the room first make a file of the right size and header whose rest was never written. */
export const modelFilled = defineCheck({
  name: 'model.filled',
  summary: 'The content of each declared model is written, not only reserved',
  layer: 'model',
  rule: 'Critical when the last 4 MiB or more read as zeros, or several places do and the filesystem holds under 90 % of the size; degraded when several places do without that, or one place with it.',
  unseen: 'Holes between the places that are read: both ends and a few in between.',
  subjects: models,
  needs: (subject) => ({ content: need(modelContent, modelInput(subject)) }),
  evaluate({ content }, { service, model: { path } }, node): readonly Verdict[] {
    // What can't be read is told by model.read, a beginning of zeros by model.complete.
    if (content.state === 'none' || content.spots.length < 3) return [];
    const { size, spots } = content;
    const empty = spots.filter(isEmpty);
    const looked = `read at ${count(spots.length, 'place')}`;
    if (empty.length === 0) return [{ status: 'ok', summary: `${path} is written throughout, as far as ${looked}.` }];
    const tailBytes = emptyTail(spots, size);
    const where = `it reads as zeros at ${empty.length} of ${count(spots.length, 'place')}${tailBytes === 0 ? '' : `, its last ${bytesText(tailBytes)} among them`}`;
    const sparse = sparseText(content);
    if (tailBytes >= paddingBytes || (empty.length > 1 && sparse !== '')) {
      return [
        {
          status: 'critical',
          summary: `${path} is not filled: it shows ${bytesText(size)}, but ${where}${sparse}. Its room was reserved, and not all of it written.`,
          restartHelps: 'after-fix',
          next: [
            { say: 'Let its download go on, or copy the model again to a name of its own, then restart its service.' },
            verifyModel(node, service, path),
          ],
        },
      ];
    }
    if (empty.length > 1 || sparse !== '') {
      return [
        {
          status: 'degraded',
          summary: `${path} may not be filled: ${where}${sparse}.`,
          next: [
            {
              say: 'Compare its sha256 with that of its source.',
              tool: 'model_verify',
              args: { nodes: [node.name], path, sha256: 'true' },
            },
          ],
        },
      ];
    }
    return [{ status: 'ok', summary: `${path} is written, as far as ${looked}; ${where}, which padding explains.` }];
  },
});

/** How much before the end is empty, as far as is known. */
function emptyTail(spots: readonly Spot[], size: number): number {
  const written = spots.findLastIndex((spot) => !isEmpty(spot));
  const first = spots[written + 1];
  return first === undefined ? 0 : size - first.at;
}

function sparseText({ allocatedBytes, size }: Extract<ModelContent, { state: 'seen' }>): string {
  if (allocatedBytes === null || allocatedBytes >= (size * sparsePercent) / 100) return '';
  return `, and its filesystem holds only ${bytesText(allocatedBytes)} of it`;
}
