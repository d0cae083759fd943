import { definePlaybook } from '../core/playbook.ts';

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
    { check: 'service.log', signature: ['LL-NOGPU', 'LL-MAINGPU', 'CU-INIT'] },
  ],
  diagnose: [
    { asks: 'Does the driver answer?', checks: ['gpu.nvml', 'gpu.driver', 'gpu.uvm', 'gpu.wedged', 'amd.smi'] },
    { asks: 'Are all GPUs there?', checks: ['gpu.count', 'gpu.pci', 'amd.present'] },
    {
      asks: 'Is every GPU free of faults?',
      checks: ['gpu.xid', 'gpu.ecc', 'gpu.remap', 'gpu.fabric', 'gpu.recovery', 'gpu.retired'],
    },
    { asks: 'May the service open the GPU devices?', checks: ['gpu.procs'] },
    { asks: 'Does the service run?', checks: ['manager.reach', 'service.running', 'service.flap'] },
    { asks: 'Does it use its GPU?', checks: ['gpu.attached', 'llm.offload', 'wsp.device'] },
    { asks: 'Is its log free of known trouble?', checks: ['service.log'] },
    { asks: 'Does it answer?', checks: ['service.health'] },
  ],
  remedies: [
    {
      name: 'mend_gpu_first',
      when: [{ check: 'gpu.*', status: ['critical', 'unknown'], of: 'node' }],
      because: 'The GPU itself is not well, so a restart would fall back to the CPU again: {finding}.',
      person: ['Run gpu_fault on {node}: it says what the driver and its faults call for.'],
    },
    {
      name: 'restart',
      when: [{ check: '*', of: 'service', status: ['critical', 'degraded'] }],
      unless: [
        { check: 'service.log', signature: ['LL-DRIVER', 'LL-SO', 'CU-SM', 'CU-NOCUDA', 'CU-803'], consequence: true },
      ],
      because: 'The GPU is healthy and {service} works without it; only a restart makes it look for the GPU again.',
      keep: ['gpu.attached', 'llm.offload', 'wsp.device', 'service.log'],
      do: [{ action: 'service.restart', args: { service: '{service}' } }],
    },
    {
      name: 'wrong_build',
      when: [{ check: 'service.log', signature: ['LL-DRIVER', 'LL-SO', 'CU-SM', 'CU-NOCUDA', 'CU-803'] }],
      because: 'What {service} was built with does not fit this driver or GPU: {finding}.',
      person: ['Deploy an image whose CUDA fits the driver of {node}; restarting changes nothing.'],
    },
  ],
  most: 1,
});
