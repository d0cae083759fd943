import { definePlaybook } from '../core/playbook.ts';
import { ofLog, ofService, startStopped } from './of-service.ts';

/** Source: the field's playbook for a GPU worker that does not start or attach. */
export const workerAttach = definePlaybook({
  name: 'worker_attach',
  title: 'Attach a GPU worker to its GPU and its queue',
  summary:
    'A GPU worker does not start, works on the CPU, or polls nothing. GPU, settings and the way to its queue are looked at first; then the worker alone is restarted, and a poller that found its GPU must be seen after that.',
  kinds: ['worker'],
  symptoms: [
    { check: 'service.running', status: ['critical'] },
    { check: 'service.flap', status: ['critical'] },
    { check: 'service.log', status: ['critical'] },
    { check: 'service.log', signature: ['TP-CPU', 'TP-RETRY', 'CU-INIT', 'CU-ILLEGAL'] },
    { check: 'service.env', status: ['critical'] },
    { check: 'gpu.attached' },
    { check: 'tmp.reach', status: ['critical'] },
    { check: 'tmp.pollers', status: ['critical'] },
    { check: 'tmp.worker' },
  ],
  diagnose: [
    { asks: 'Does the driver answer?', checks: ['gpu.nvml', 'gpu.driver', 'gpu.uvm', 'gpu.wedged', 'amd.smi'] },
    { asks: 'Are all GPUs there?', checks: ['gpu.count', 'gpu.pci', 'amd.present'] },
    { asks: 'Is every GPU free of faults?', checks: ['gpu.xid', 'gpu.ecc', 'gpu.fabric', 'gpu.recovery'] },
    { asks: 'Has it the mode and the queue that it must have?', checks: ['service.env', 'service.config'] },
    { asks: 'Can its queue be reached from the node?', checks: ['node.names', 'tmp.reach'] },
    { asks: 'Does it run?', checks: ['manager.reach', 'service.running'] },
    { asks: 'Does it stay up?', checks: ['service.flap'] },
    { asks: 'Is its log free of known trouble?', checks: ['service.log', 'service.files'] },
    { asks: 'Does it hold its GPU?', checks: ['gpu.attached'] },
    { asks: 'Has it said that its worker started?', checks: ['tmp.worker'] },
    { asks: 'Does its queue see it poll, as a worker with a GPU?', checks: ['tmp.pollers'] },
  ],
  remedies: [
    {
      name: 'mend_gpu_first',
      when: [{ check: 'gpu.*', status: ['critical'], of: 'node' }],
      because: 'The GPU itself is not well, so the worker would come back without it: {finding}.',
      keep: ['gpu.*', 'service.log'],
      person: ['Mend the GPU first: gpu_fault says what the driver and its faults call for on {node}.', '{next}'],
    },
    {
      name: 'correct_its_settings',
      when: [ofService('service.env', { status: ['critical'] })],
      because: 'It runs in another mode, or for another queue, than it must: {finding}.',
      person: ['{next}'],
    },
    {
      name: 'load_its_config',
      when: [ofService('service.config')],
      because: 'Its manager does not run it as its configuration says: {finding}.',
      person: ['{next}'],
    },
    {
      name: 'open_the_way',
      when: [ofService('tmp.reach', { status: ['critical'] })],
      because:
        'Its queue can not be reached from this node, and restarting the worker does not change that: {finding}.',
      person: ['{next}'],
    },
    {
      name: 'let_it_in',
      when: [ofLog('TP-CONN', 'TP-POLL', 'TP-NS', 'TP-TLS', 'OS-DNS')],
      because: 'Its queue does not let it in: {finding}.',
      person: ['{next}', 'Start {service} again once that is put right.'],
    },
    {
      name: 'take_another_build',
      when: [ofLog('CU-SM', 'CU-NOCUDA', 'CU-803', 'LL-DRIVER', 'LL-SO', 'AP-*')],
      because: 'What it was built with does not fit this node, or is not all there: {finding}.',
      person: [
        'Deploy an image of {service} that fits the GPU and the driver of {node}; restarting changes nothing.',
        '{next}',
      ],
    },
    {
      name: 'free_the_gpu',
      when: [ofLog('CU-OOM')],
      because: 'The memory of the GPU is used up: {finding}.',
      keep: ['service.log'],
      person: [
        'See who holds GPU memory (rackhand gpu status {node}) and end what nobody needs, or give {service} less to do at once.',
      ],
    },
    {
      name: 'correct_its_identity',
      when: [ofService('tmp.pollers', { status: ['critical'], says: ['none whose identity'] })],
      because: 'Somebody polls its queue, but under another name than it must: {finding}.',
      person: ['{next}'],
    },
    startStopped,
    {
      name: 'restart',
      when: [ofService('*', { restartHelps: ['yes', 'maybe'] })],
      because: 'GPU, settings and queue are well, and {service} has not taken them up: {finding}.',
      keep: ['service.log', 'gpu.attached', 'tmp.pollers', 'tmp.worker'],
      do: [{ action: 'service.restart', args: { service: '{service}' } }],
    },
    {
      name: 'still_detached',
      when: [ofService('*')],
      after: ['restart', 'start'],
      because: 'It was started anew while all it needs is well, and that did not help: {finding}.',
      person: [
        'Its program was built or started without the GPU, or waits for something else: read its log since that start.',
        '{next}',
      ],
    },
    {
      name: 'read_its_log',
      when: [ofService('service.*', { status: ['critical'] })],
      because: 'It does not come up, and what ends it is not known: {finding}.',
      keep: ['service.log', 'service.flap'],
      person: [
        'Read the first error in the log of {service} since its last start; restarting it over and over changes nothing.',
      ],
    },
  ],
  most: 1,
});
