import { definePlaybook } from '../core/playbook.ts';
import { ofService } from './of-service.ts';

/** What it was built with does not fit this driver or GPU. */
const misbuilt = ['LL-DRIVER', 'LL-SO', 'CU-SM', 'CU-NOCUDA', 'CU-803', 'WH-CUDNN'];
const keep = ['gpu.attached', 'llm.offload', 'wsp.device', 'service.log', 'service.env'];

/** Source: the field's rule 8.12, "GPU service after driver recovery". */
export const gpuReattach = definePlaybook({
  name: 'gpu_reattach',
  title: 'Bring a service back to its GPU',
  summary:
    'A service works on the CPU although the GPU is healthy: after a driver recovers, nothing that fell back returns by itself.',
  kinds: ['llama', 'whisper', 'worker', 'ollama', 'comfyui', 'other'],
  symptoms: [
    { check: 'gpu.attached' },
    { check: 'llm.offload' },
    { check: 'wsp.device' },
    { check: 'service.log', signature: ['LL-NOGPU', 'LL-MAINGPU', 'CU-INIT', 'TP-CPU'] },
  ],
  diagnose: [
    { asks: 'Does the driver answer?', checks: ['gpu.nvml', 'gpu.driver', 'gpu.uvm', 'gpu.wedged', 'amd.smi'] },
    { asks: 'Are all GPUs there?', checks: ['gpu.count', 'gpu.pci', 'amd.present'] },
    {
      asks: 'Is every GPU free of faults?',
      checks: ['gpu.xid', 'gpu.ecc', 'gpu.remap', 'gpu.fabric', 'gpu.recovery', 'gpu.retired'],
    },
    { asks: 'Is the memory of the GPU its own?', checks: ['gpu.procs'] },
    { asks: 'Does nothing hide the GPU from it?', checks: ['service.env'] },
    { asks: 'Does the service run?', checks: ['manager.reach', 'service.running', 'service.flap'] },
    { asks: 'Does it use its GPU?', checks: ['gpu.attached', 'llm.offload', 'wsp.device'] },
    { asks: 'Is its log free of known trouble?', checks: ['service.log'] },
    { asks: 'Does it answer?', checks: ['service.health'] },
  ],
  remedies: [
    {
      name: 'mend_gpu_first',
      when: [{ check: 'gpu.*', status: ['critical'], of: 'node' }],
      because: 'The GPU itself is not well, so a restart would fall back to the CPU again: {finding}.',
      keep: ['gpu.*'],
      person: ['Run gpu_fault on {node}: it says what the driver and its faults call for.', '{next}'],
    },
    {
      name: 'see_the_gpu_first',
      when: [{ check: 'gpu.nvml', status: ['unknown'], of: 'node' }],
      because: 'Whether the GPU is well can not be told, and a restart beside a sick one falls back again: {finding}.',
      keep: ['gpu.*'],
      person: ['Make the driver answer first: rackhand gpu status {node}.', '{next}'],
    },
    {
      name: 'show_it_the_gpu',
      when: [ofService('service.env', { consequence: true })],
      because: 'Its environment keeps it from the GPU, so it would fall back again: {finding}.',
      keep,
      person: ['{next}'],
    },
    {
      name: 'take_another_build',
      when: [ofService('*', { signature: misbuilt, consequence: true })],
      because: 'What {service} was built with does not fit this driver or GPU: {finding}.',
      keep,
      person: ['Deploy an image whose CUDA fits the driver of {node}; restarting changes nothing.'],
    },
    {
      name: 'restart',
      when: [ofService('*', { consequence: true })],
      because: 'The GPU is healthy and {service} works without it; only a restart makes it look for the GPU again.',
      keep,
      do: [{ action: 'service.restart', args: { service: '{service}' } }],
    },
    {
      name: 'still_on_the_cpu',
      when: [ofService('*')],
      after: ['restart'],
      because: 'It was started anew beside a GPU that is well, and is on the CPU again: {finding}.',
      keep,
      person: [
        'Its program was built or is started without the GPU: see its image, its flags and the devices that it is given.',
      ],
    },
  ],
  most: 1,
});
