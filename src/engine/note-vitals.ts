import type { Node } from '../core/node.ts';
import type { Asking } from '../core/probe.ts';
import type { Vitals } from '../core/vitals.ts';
import type { Hands } from './hands.ts';

/** So far apart at least. */
const apartMs = 2_000;
/** And no more than this part of the time is spent on it: nvidia-smi may take seconds. */
const part = 0.1;
/** Of one run: what goes on for hours is not drawn finer. */
const most = 600;

/**
 * Writes down now and then how a node is while a run goes on, for what its report draws.
 *
 * Nobody waits for it, and what can't be learned is left out: a run never fails by it.
 */
export function vitalsNoter(
  { node, look, journal }: Pick<Hands, 'node' | 'look' | 'journal'>,
  vitals: (node: Node) => Asking<Vitals>,
): () => void {
  let notBefore = 0;
  let isAsking = false;
  const count = () => journal.records.filter(({ type }) => type === 'vitals').length;

  const note = async (): Promise<void> => {
    const start = performance.now();
    const { fact } = await look.at('node.vitals', () => vitals(node));
    const end = performance.now();
    notBefore = Math.max(start + apartMs, end + (end - start) / part);
    if (journal.records.at(-1)?.type !== 'closed') await journal.append({ type: 'vitals', vitals: fact });
  };

  return () => {
    if (isAsking || performance.now() < notBefore || count() >= most) return;
    isAsking = true;
    void note()
      .catch(() => {
        notBefore = performance.now() + apartMs / part;
      })
      .finally(() => {
        isAsking = false;
      });
  };
}
