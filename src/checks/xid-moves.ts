import type { Verdict } from '../core/check.ts';

/** What an error of a GPU or an NVSwitch asks for, mildest first. */
export const xidMoves = {
  note: { status: 'ok', restartHelps: 'no', say: 'Nothing is to be done.' },
  detail: { status: 'degraded', restartHelps: 'no', say: 'It explains another Xid of the same GPU: follow that one.' },
  follow: {
    status: 'degraded',
    restartHelps: 'maybe',
    say: 'Follow the Xid before it; alone, see the log of the program, and on a machine with NVSwitches whether the fabric manager runs.',
  },
  watch: { status: 'degraded', restartHelps: 'no', say: 'Watch whether it comes again; then ask the vendor.' },
  app: {
    status: 'degraded',
    restartHelps: 'yes',
    say: 'Start the program that it hit again, if its manager has not; see its log for the reason.',
  },
  diagnose: {
    status: 'degraded',
    restartHelps: 'maybe',
    say: 'Drain the GPU and test it (dcgmi diag -r 3): one that does this again and again may be broken.',
  },
  remap: {
    status: 'degraded',
    restartHelps: 'no',
    say: 'Reset the GPU at a quiet time: the repair takes effect then. gpu.ecc tells whether one waits.',
  },
  update: { status: 'degraded', restartHelps: 'no', say: 'Bring driver and firmware to versions that fit each other.' },
  vm: { status: 'critical', restartHelps: 'no', say: 'Restart the virtual machine.' },
  link: {
    status: 'critical',
    restartHelps: 'no',
    say: 'Drain the GPU and reset it; where an NVSwitch reports an error at the same time, the switch is the cause.',
  },
  reset: {
    status: 'critical',
    restartHelps: 'no',
    say: 'Stop what uses the GPU, then reset it (nvidia-smi --gpu-reset) or reboot; if it comes back, it is for the vendor.',
  },
  fabric: {
    status: 'critical',
    restartHelps: 'no',
    say: 'Drain the node, then reset all GPUs and NVSwitches together, or reboot; the fabric manager has to start after.',
  },
  reboot: {
    status: 'critical',
    restartHelps: 'no',
    say: 'Stop asking nvidia-smi; drain the node and reboot it, often only a cold power cycle helps. If it comes back, replace the GPU.',
  },
  hands: { status: 'critical', restartHelps: 'no', say: 'Somebody must look at the cables, the slot and the cooling.' },
  vendor: {
    status: 'critical',
    restartHelps: 'no',
    say: 'Drain the GPU, save the output of nvidia-bug-report.sh (with a time limit) and contact the vendor.',
  },
  action: { status: 'degraded', restartHelps: 'no', say: 'Do what the driver asks for.' },
} as const satisfies Readonly<Record<string, Pick<Verdict, 'status' | 'restartHelps'> & { readonly say: string }>>;

export type XidMove = keyof typeof xidMoves;

const order = Object.keys(xidMoves);
/** Positive when `a` asks for more than `b`. */
export const compareMoves = (a: XidMove, b: XidMove): number => order.indexOf(a) - order.indexOf(b);

/**
 * What the driver asks for itself, in the words of Xid 154; it knows better than any table.
 *
 * Source: DCGM's recovery action, 0 to 4.
 */
const asked: readonly (readonly [RegExp, XidMove | null])[] = [
  [/^None$/i, null],
  [/drain and reset/i, 'reset'],
  [/drain P2P/i, 'watch'],
  [/reboot/i, 'reboot'],
  [/reset/i, 'reset'],
];

/** Null where the driver asks for nothing; words that are new go to the vendor. */
export function moveAskedFor(words: string): XidMove | null {
  const row = asked.find(([pattern]) => pattern.test(words));
  return row === undefined ? 'vendor' : row[1];
}
