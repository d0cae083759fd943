import { runRecordSchema, type RunRecord } from '../../src/core/run.ts';
import { runStory, type RunStory } from '../../src/core/run-story.ts';
import type { Finding } from '../../src/core/report.ts';
import { finding } from './finding.ts';
import { plannedSet } from './planned-set.ts';

/** 2026-03-01 22:30:00 UTC */
export const began = Date.UTC(2026, 2, 1, 22, 30);

/** A story of these records, each so many seconds after the beginning. */
export function toldRun(
  records: readonly (readonly [seconds: number, fields: object])[],
  run: Readonly<Record<string, unknown>> = {},
): RunStory {
  const first = {
    type: 'started',
    format: 1,
    run: { id: 'r1-0a0a', node: 'gpu-7', tool: 'playbook_run', principal: 'cli:ana', why: '', ...run },
  };
  const all = [[0, first] as const, ...records].map(([seconds, fields]): RunRecord =>
    runRecordSchema.parse({ when: began + seconds * 1_000, step: 1, said: '', ids: [], way: 'do', ...fields }),
  );
  const story = runStory(all);
  if (story === undefined) throw new Error('no story');
  return story;
}

export const about = (check: string, status: Finding['status'], fields: Partial<Finding> = {}): Finding =>
  finding({ node: 'gpu-7', check, status, subject: 'service:llama', service: 'llama', ...fields });

const [change] = plannedSet().changes;
if (change === undefined) throw new Error('no change');
const restart = {
  ...change,
  args: { service: 'llama' },
  subject: 'service:llama',
  service: 'llama',
  what: 'Restart llama (supervisor llama).',
  drops: ['Requests that llama is working on end.'],
  proves: ['llama runs as another process.', 'Its checks are ok for 15 s.'],
};
const edit = {
  ...change,
  action: 'knob.set',
  args: { service: 'llama', knob: 'parallel', to: '8' },
  subject: 'file:/etc/llama.env',
  service: 'llama',
  what: 'Set parallel of llama from 4 to 8.',
  diff: ['@@ -1,2 +1,2 @@', ' CTX=4096', '-PARALLEL=4', '+PARALLEL=8'],
  proves: ['The file reads as wanted.'],
  undo: { action: 'knob.set', args: { service: 'llama', knob: 'parallel', to: '4' }, what: 'Set it back to 4.' },
};

export const planned = (...changes: object[]) => ({
  type: 'planned',
  set: plannedSet(1, { node: 'gpu-7', changes: changes as never }),
});
const approved = {
  type: 'approved',
  approval: {
    digest: 'a'.repeat(64),
    node: 'gpu-7',
    policy: 'c'.repeat(64),
    by: 'cli:ben',
    how: 'terminal',
    at: began - 40_000,
    until: began + 860_000,
  },
};
export const found = (time: 'before' | 'after', findings: readonly Finding[]) => ({
  type: 'found',
  time,
  checks: ['gpu.attached', 'service.health', 'node.disk', 'gpu.temperature'],
  services: ['llama'],
  findings,
});
const attached = about('gpu.attached', 'critical', {
  summary: 'llama works on the CPU although GPU 0 is healthy.',
  layer: 'inference',
  role: 'cause',
  evidence: ['e-1'],
});
const slow = about('service.health', 'degraded', {
  summary: 'llama answers /health in 9.4 s.',
  layer: 'api',
  role: 'consequence',
  because: 'it works on the CPU',
  evidence: ['e-2'],
});
const disk = about('node.disk', 'degraded', {
  subject: 'mount:/var',
  summary: '/var is 86 % full.',
  layer: 'storage',
  evidence: ['e-3'],
});
const wrong = [attached, slow, disk];
const well = [
  { ...attached, status: 'ok' as const, role: 'finding' as const, summary: 'llama uses GPU 0.' },
  { ...slow, status: 'ok' as const, role: 'finding' as const, summary: 'llama answers.' },
  disk,
];

const playbook = { name: 'gpu_reattach', remedy: 'restart', service: 'llama' };
const gib = 1024 ** 3;
const figures = {
  health: 'ok',
  latencyMs: 812.4,
  probe: 'ok',
  gpuUsedBytes: 17.4 * gib,
  gpuFreeBytes: 6.6 * gib,
  memoryAvailableBytes: 96 * gib,
  memoryTotalBytes: 256 * gib,
  restarts: 1,
  drift: 'none',
};
const worse = { ...figures, latencyMs: 1_530.1, gpuUsedBytes: 23.8 * gib, gpuFreeBytes: 0.2 * gib, restarts: 2 };
const said = (say: string) => ({ said: say });
const vitals = (second: number, gpuGib: number, busyPercent: number) =>
  [
    second,
    {
      type: 'vitals',
      vitals: {
        memory: { usedBytes: (150 + gpuGib) * gib, totalBytes: 256 * gib },
        gpus: [{ name: 'gpu:0', usedBytes: gpuGib * gib, totalBytes: 24 * gib, busyPercent }],
      },
    },
  ] as const;

/** A run of every end there is, and of none. */
export const toldRuns = {
  verified: toldRun(
    [
      [0.1, planned(restart)],
      [0.1, found('before', wrong)],
      [0.1, approved],
      [0.3, { type: 'saved', before: { pid: 4 }, ids: ['e-9'] }],
      [0.3, { type: 'intent', what: restart.what }],
      vitals(0.3, 0.4, 0),
      [2.4, { type: 'result', how: 'done', said: 'llama: stopped\nllama: started' }],
      vitals(2.6, 3.1, 4),
      vitals(6.7, 14.2, 88),
      vitals(10.8, 17.4, 35),
      vitals(14.9, 17.4, 2),
      [17.8, { type: 'verified', ...said('well for 15 s without a break, in 8 looks'), ids: ['e-5'] }],
      [18.6, found('after', well)],
      [
        18.6,
        {
          type: 'closed',
          how: 'verified',
          ...said('Restart llama (supervisor llama): done and proven, well for 15 s without a break, in 8 looks.'),
        },
      ],
    ],
    { playbook, why: 'gpu_reattach: The GPU is healthy and llama works without it.' },
  ),
  rolled_back: toldRun(
    [
      [0.1, planned(edit, restart)],
      [0.2, { type: 'measured', time: 'before', figures, ids: ['e-6'] }],
      [0.3, { type: 'intent', what: edit.what }],
      [0.5, { type: 'result', how: 'done' }],
      [1.1, { type: 'verified', ...said('seen so for 0 s without a break, in 2 looks') }],
      [1.2, { type: 'intent', step: 2, what: restart.what }],
      [4.0, { type: 'result', step: 2, how: 'done' }],
      [19, { type: 'verified', step: 2, ...said('well for 15 s without a break, in 8 looks') }],
      [22, { type: 'measured', time: 'after', figures: worse, ids: ['e-7'] }],
      [
        22,
        {
          type: 'judged',
          is: 'worse',
          ...said('It answers in 1530 ms instead of 812 ms (median of 5): it is slower.'),
        },
      ],
      [22.2, { type: 'intent', way: 'undo', what: 'Set it back to 4.' }],
      [22.4, { type: 'result', way: 'undo', how: 'done' }],
      [23, { type: 'verified', way: 'undo', ...said('seen so for 0 s without a break, in 2 looks') }],
      [23.1, { type: 'intent', step: 2, way: 'again', what: restart.what }],
      [26, { type: 'result', step: 2, way: 'again', how: 'done' }],
      [41, { type: 'verified', step: 2, way: 'again', ...said('well for 15 s without a break, in 8 looks') }],
      [
        41,
        {
          type: 'closed',
          how: 'rolled_back',
          ...said(
            'It answers in 1530 ms instead of 812 ms (median of 5): it is slower. What it had changed is taken back, and that is proven.',
          ),
        },
      ],
    ],
    { tool: 'knob_tune', why: 'More requests at once', simulated: ['gpu'] },
  ),
  not_verified: toldRun(
    [
      [0.1, planned(restart)],
      [0.3, { type: 'intent', what: restart.what }],
      [2, { type: 'result', how: 'done' }],
      [62, { type: 'not_verified', ...said('It is not proven within 1 min: llama answers 503.'), ids: ['e-8'] }],
      [
        62,
        {
          type: 'closed',
          how: 'not_verified',
          ...said(
            "Restart llama (supervisor llama). It is not proven within 1 min: llama answers 503. It can't be taken back.",
          ),
        },
      ],
    ],
    { tool: 'service_restart', why: 'llama hangs' },
  ),
  nothing_done: toldRun(
    [[0.2, { type: 'closed', how: 'not_verified', ...said('Nothing was done: the node is locked by run r0.') }]],
    { tool: 'service_restart', why: 'llama hangs' },
  ),
  escalated: toldRun(
    [
      [0.1, found('before', wrong)],
      [
        0.2,
        {
          type: 'closed',
          how: 'escalated',
          ...said(
            'The GPU itself is not well. Run gpu_fault on gpu-7: it says what the driver and its faults call for.',
          ),
        },
      ],
    ],
    { playbook: { ...playbook, remedy: null } },
  ),
  unknown: toldRun(
    [
      [0.1, planned(restart)],
      [0.3, { type: 'intent', what: restart.what }],
      [40, { type: 'result', how: 'unknown', ...said('The line to gpu-7 was lost.') }],
      [
        160,
        {
          type: 'closed',
          how: 'unknown',
          ...said("Restart llama (supervisor llama). It left no answer, and can't be told by looking: gpu-7 is away."),
        },
      ],
    ],
    { tool: 'service_restart' },
  ),
  open: toldRun([
    [0.1, planned(restart)],
    [0.3, { type: 'intent', what: restart.what }],
  ]),
  spoiled: toldRun(
    [
      [0.1, planned(edit)],
      [0.1, found('before', [attached])],
      [0.3, { type: 'intent', what: edit.what }],
      [0.5, { type: 'result', how: 'done' }],
      [1.1, { type: 'verified', ...said('seen so for 0 s without a break, in 2 looks') }],
      [
        2,
        found('after', [
          attached,
          about('gpu.temperature', 'critical', { subject: 'gpu:0', summary: 'GPU 0 is at 97 °C.', layer: 'gpu' }),
        ]),
      ],
      [2.2, { type: 'intent', way: 'undo', what: 'Set it back to 4.' }],
      [2.4, { type: 'result', way: 'undo', how: 'failed', ...said('Read-only file system') }],
      [
        2.5,
        {
          type: 'closed',
          how: 'not_verified',
          ...said(
            'Since then this is critical, and was not before: GPU 0 is at 97 °C. Set it back to 4. It failed: Read-only file system',
          ),
        },
      ],
    ],
    { playbook },
  ),
};
