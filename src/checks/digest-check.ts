import { defineCheck, models, need, type Verdict } from '../core/check.ts';
import { bytesText, durationText } from '../core/format.ts';
import { modelDigest, type ModelDigest } from '../probes/model-digest.ts';
import { modelInput } from './model-input.ts';

/** Hashes whole files, so it is in no list of checks: only `model_verify` makes it, when it is asked to. */
export const digestCheck = (given: string | undefined) =>
  defineCheck({
    name: 'model.digest',
    summary: 'The sha256 of a model is the one that it should have',
    layer: 'model',
    rule: 'Critical when the sha256 is not the one that was given, declared or noted by its downloader, or the file was written to meanwhile; unknown when it can not be read. Asked only by `model_verify`: it reads the whole file.',
    unseen: 'Whether a model is the right one that nobody gave, declared or noted a sha256 for.',
    subjects: models,
    needs: (subject) => ({ digest: need(modelDigest, modelInput(subject)) }),
    evaluate({ digest }, { model: { path, sha256: declared } }): Verdict {
      if (digest.state === 'unseen') return { status: 'unknown', summary: `No sha256: ${digest.why}` };
      const { sha256, size, changed, tookMs } = digest;
      const read = `${bytesText(size)} read in ${durationText(tookMs / 1_000)}`;
      if (changed) {
        return {
          status: 'critical',
          summary: `${path} was written to while it was read (${read}), so its sha256 tells nothing.`,
          restartHelps: 'after-fix',
          next: [{ say: 'Wait until the copy ends, then hash it again.' }],
        };
      }
      const [expected, whose] = expectation(given, declared, digest);
      if (expected === null) {
        return {
          status: 'ok',
          summary: `${path} has the sha256 ${sha256} (${read}); nothing says which it should have.`,
          next: [{ say: 'Compare it with that of its publisher, and declare it as `sha256` in the fleet file.' }],
        };
      }
      if (expected.toLowerCase() === sha256)
        return { status: 'ok', summary: `${path} has the sha256 ${sha256}, ${whose} (${read}).` };
      return {
        status: 'critical',
        summary: `${path} is not the file it should be: its sha256 is ${sha256}, not ${expected.toLowerCase()} ${whose}.`,
        restartHelps: 'after-fix',
        next: [{ say: copyAgain }],
      };
    },
  });

const copyAgain =
  'See that it is the version that is meant, then copy the model again to a name of its own, compare, rename it, and restart its service.';

function expectation(
  given: string | undefined,
  declared: string | undefined,
  { noted }: ModelDigest & { state: 'seen' },
): readonly [string | null, string] {
  if (given !== undefined) return [given, 'as was given'];
  if (declared !== undefined) return [declared, 'as is declared'];
  return [noted, 'as its downloader noted'];
}
