import { definePlaybook } from '../core/playbook.ts';

/** Source: the seed's validation checklist, with the GPU that its workers need. */
export const validate = definePlaybook({
  name: 'validate',
  title: 'Check a node off before it takes work',
  summary:
    'The checklist after a repair or a deployment: processes, answers, models, queues, GPUs and room. It only asks, and what can not be told is no pass.',
  diagnose: [
    { asks: 'Do the services run, and have they stayed up?', checks: ['manager.*', 'service.running', 'service.flap'] },
    { asks: 'Do they answer as they must?', checks: ['service.health', 'service.ports'] },
    { asks: 'Are their logs free of known trouble since the last start?', checks: ['service.log', 'service.wait'] },
    {
      asks: 'Are the models there, whole, and nothing else than is expected?',
      checks: ['model.present', 'model.read', 'model.complete', 'model.filled', 'model.shards', 'model.visible'],
    },
    { asks: 'Do the models keep their size?', checks: ['model.stable', 'model.writers'] },
    {
      asks: 'Do the GPU services compute on their GPU?',
      checks: ['gpu.attached', 'gpu.hit', 'llm.offload', 'wsp.device'],
    },
    {
      asks: 'Are the GPUs all there and free of faults?',
      checks: [
        'gpu.count',
        'gpu.pci',
        'gpu.nvml',
        'gpu.driver',
        'gpu.wedged',
        'gpu.xid',
        'gpu.ecc',
        'gpu.recovery',
        'amd.*',
      ],
    },
    { asks: 'Do workers of this node poll their queues?', checks: ['tmp.reach', 'tmp.pollers', 'tmp.worker'] },
    { asks: 'Is the work of the queues done without delay?', checks: ['tmp.backlog'] },
    { asks: 'Is nothing killed for lack of memory?', checks: ['node.oom', 'node.memory'] },
    { asks: 'Is there room on the disks, and can they be written to?', checks: ['node.disk', 'mount.*'] },
    {
      asks: 'Do the services run as their configuration says?',
      checks: ['service.config', 'service.env', 'service.files'],
    },
  ],
});
