import { defineCheck, models, need, type Verdict } from '../core/check.ts';
import { bytesText, durationText } from '../core/format.ts';
import { modelContent, type Spot } from '../probes/model-content.ts';
import { brokenModel, mendTheMount } from './broken-model.ts';
import { brokenFilesystem } from './file-trouble.ts';
import { modelInput } from './model-input.ts';

/** A mount whose server died shows its files as ever: only what is read proves that it is there. */
export const modelRead = defineCheck({
  name: 'model.read',
  summary: 'Both ends of each declared model can be read, and in time',
  layer: 'model',
  rule: 'Critical when a place of a model gives no bytes or an error of its filesystem; degraded when an end takes `modelSlowSeconds` or longer; unknown when the login user may not read it.',
  unseen: 'What lies between the places that are read, and a dead disk whose bytes still come from a cache.',
  subjects: models,
  needs: (subject) => ({ content: need(modelContent, modelInput(subject)) }),
  evaluate({ content }, { service, model: { path } }, { thresholds }): Verdict {
    if (content.state === 'none')
      return { status: 'not_applicable', summary: `There is no content at ${path} to read.` };
    const { size, spots, slowMs } = content;
    const shown = `${path} shows ${bytesText(size)}`;
    const closed = spots.find((spot) => 'errno' in spot);
    if (closed !== undefined && 'errno' in closed)
      return unreadable(`${shown}, but ${placeIn(closed, size)}`, closed.errno, service.name);
    const short = spots.find((spot) => 'bytes' in spot && spot.bytes === 0);
    if (short !== undefined) {
      return brokenModel(`${shown}, but ${placeIn(short, size)} gives no bytes.`, mendTheMount);
    }
    const slowFrom = thresholds.modelSlowSeconds;
    if (slowMs !== null && slowMs / 1_000 >= slowFrom) {
      return {
        status: 'degraded',
        summary: `${path} (${bytesText(size)}) is slow to read: 64 KiB took ${durationText(slowMs / 1_000)}, limit ${slowFrom} s.`,
        next: [
          { say: 'See what its mount or disk is busy with: to load the model may take longer than its service waits.' },
        ],
      };
    }
    return { status: 'ok', summary: `${path} (${bytesText(size)}) can be read at both ends.` };
  },
});

function placeIn({ at }: Spot, size: number): string {
  if (at === 0) return 'its beginning';
  return at >= size - 65_536 ? 'its end' : `what lies at ${bytesText(at)}`;
}

function unreadable(begin: string, errno: string, service: string): Verdict {
  const broken = brokenFilesystem(errno);
  if (broken !== undefined) return brokenModel(`${begin} can not be read: ${broken}.`, mendTheMount);
  return {
    status: 'unknown',
    summary: `${begin} can not be read by the login user (${errno}), so whether its bytes come is not known.`,
    ...(errno === 'EACCES' && { next: [{ say: `Declare \`become: sudo\` for ${service} in the fleet file.` }] }),
  };
}
