import { definePlaybook } from '../core/playbook.ts';

/** The sentence of a person who stands before memory that is not ours to free. */
const whoHolds = 'Who holds how much: rackhand gpu status {node}.';
/** As it stands: it tells of the GPUs, whose layer it is, and asks for nothing. */
const whatever = { check: 'gpu.memory', status: ['ok', 'degraded', 'unknown', 'not_applicable'] } as const;

/** Source: the field's rules 8.1 (out of GPU memory) and 8.4 (memory that nobody seems to hold). */
export const vramFree = definePlaybook({
  name: 'vram_free',
  title: 'Free GPU memory',
  summary:
    'GPU memory runs out: has Ollama or an idle ComfyUI give back what they hold, then starts again what had run out of it. Who else holds memory is named with its pid, and never ended.',
  symptoms: [
    { check: 'gpu.memory' },
    { check: 'gpu.procs' },
    { check: 'service.log', signature: ['LL-OOM', 'CU-OOM'] },
  ],
  diagnose: [
    { asks: 'Is GPU memory left?', checks: ['gpu.memory'] },
    { asks: 'Is it held by the declared services, and by nobody else?', checks: ['gpu.procs'] },
    { asks: 'Has no service run out of it?', checks: ['service.log'] },
    { asks: 'Do the services run?', checks: ['manager.reach', 'service.running'] },
    { asks: 'Do they answer?', checks: ['service.health'] },
  ],
  remedies: [
    {
      name: 'unload',
      when: [
        { check: 'service.health', status: ['ok'], of: 'service', kind: ['ollama', 'comfyui'] },
        { ...whatever, status: [...whatever.status] },
      ],
      because:
        'GPU memory runs out, and {service} can give back what it holds: the next request loads its model again.',
      keep: ['gpu.memory', 'gpu.procs', 'service.log'],
      do: [{ action: 'models.unload', args: { service: '{service}' } }],
    },
    {
      name: 'start_again',
      after: ['unload'],
      when: [
        { check: 'service.log', of: 'service', signature: ['LL-OOM', 'CU-OOM'], consequence: true },
        { ...whatever, status: ['ok', 'not_applicable'] },
      ],
      because: '{service} had run out of GPU memory, and there is room again.',
      keep: ['gpu.memory', 'service.log'],
      do: [{ action: 'service.restart', args: { service: '{service}', reason: 'GPU memory was freed just before.' } }],
    },
    {
      name: 'foreign',
      when: [{ check: 'gpu.procs' }],
      because: '{finding}. It is not ours to end.',
      person: ['{next}', whoHolds],
    },
    {
      name: 'too_large',
      when: [{ check: 'service.log', of: 'service', signature: ['LL-OOM', 'CU-OOM'], consequence: true }],
      because: 'Nothing more can be unloaded: {finding}.',
      person: ['{next}', whoHolds],
    },
    {
      name: 'all_in_use',
      when: [{ check: 'gpu.memory' }],
      because: 'Nothing more can be unloaded: {finding}.',
      person: ['{next}', whoHolds],
    },
  ],
  most: 5,
});
