import type { Part } from '../support/planted-node.ts';
import type { PlantedProgram } from '../support/planted-programs.ts';
import { wholeModel } from './parts.ts';

/** Loud and harmless things that stand beside a fault, and in its healthy twin too. */

const undeclared = (name: string, rest: Pick<PlantedProgram, 'told' | 'becomes' | 'section'>): Part => ({
  programs: [{ name, path: `/workspace/bin/${name}`, ...rest }],
});

/** A program that somebody stopped and that is nobody's need. */
export const stoppedJob = undeclared('nightly-sync', {
  told: {},
  becomes: 'nothing',
  section: { autostart: 'false' },
});

/** A program that crashes all day long, and that the fleet file does not name. */
export const crashingJob = undeclared('old-exporter', {
  told: { says: ['Traceback (most recent call last):', 'OSError: [Errno 98] Address already in use'], exit: 1 },
  becomes: 'crashing',
});

/** A disk that looks full and is not over any limit. */
export const fullLooking: Part = {
  files: { '/scratch/.planted': '' },
  before: ['mount -t tmpfs -o size=1m tmpfs /scratch', 'head -c 800k /dev/zero > /scratch/cache'],
  node: { mounts: ['/scratch'] },
};

/** A log of old trouble beside the one in use, as logrotate leaves it. */
export const rotated = (path: string, ...lines: readonly string[]): Part => ({
  files: { [`${path}.1`]: `${lines.join('\n')}\n` },
});

/** A broken model that no service uses. */
export const unusedModel: Part = {
  files: { '/workspace/packages/models/llm/unused.gguf': wholeModel.subarray(0, 100) },
};

/** A stream of handled errors in the log of a program that works. */
export const noise = [
  'WARN activity: attempt 1 failed, will be tried again',
  'Traceback (most recent call last):',
  '  File "/workspace/src/backend/activities.py", line 88, in transcribe',
  "    raise ValueError('empty audio')",
  'ValueError: empty audio',
  'INFO activity: attempt 2 done',
];
