import { readFile } from 'node:fs/promises';
import { eitherManager, type Fault } from '../fault.ts';
import { kernelSays, loseGpu } from '../machine.ts';
import { hostOf } from '../place.ts';

const onCpu = /gpu\.attached|wsp\.device|\bcpu\b|without (?:its|the|a) gpu|holds no gpu/i;

/** Of the GPU, which is simulated, and of what computes there. */
export const gpuFaults: readonly Fault[] = [
  {
    name: 'llama_on_cpu',
    blind: 'llama',
    shows: 'The chat is ten times as slow since the driver was mended, and its health is good.',
    managers: eitherManager,
    cause: ['gpu.attached', 'service:llama'],
    named: onCpu,
    cure: { playbook: 'gpu_reattach', service: 'llama', ends: 'verified' },
    touches: ['llama'],
  },
  {
    name: 'unfit_node',
    blind: 'llama',
    shows: 'The node was deployed anew and all its health lights are green. May it take work? Only say so, and why.',
    managers: eitherManager,
    cause: ['gpu.attached', 'service:llama'],
    named: onCpu,
    cure: { playbook: 'validate', ends: 'checked' },
    touches: [],
  },
  {
    name: 'worker_on_cpu',
    blind: 'worker',
    shows: 'The worker of the GPU queue takes minutes for what took seconds.',
    managers: eitherManager,
    declares: () => ({ worker: { gpu: true, startSeconds: 10 } }),
    cause: ['gpu.attached', 'service:worker'],
    named: onCpu,
    cure: { playbook: 'worker_attach', service: 'worker', ends: 'verified' },
    touches: ['worker'],
  },
  {
    name: 'whisper_on_cpu',
    blind: 'whisper',
    shows: 'Transcripts take ten times as long since last night.',
    managers: eitherManager,
    extra: ['whisper'],
    cause: ['gpu.attached', 'service:whisper'],
    named: onCpu,
    cure: { playbook: 'whisper_gpu', service: 'whisper', ends: 'verified' },
    touches: ['whisper'],
  },
  {
    name: 'whisper_no_room',
    shows: 'Transcripts take ten times as long since another model was loaded.',
    managers: eitherManager,
    extra: ['ollama', 'whisper'],
    reserves: { ollama: 19_000, 'llama-server': 4_096 },
    cause: ['wsp.device', 'service:whisper'],
    named: /wsp\.device|out of memory|no room|memory of the gpu|gpu memory|vram/i,
    cure: { playbook: 'whisper_gpu', service: 'whisper', ends: 'escalated' },
    touches: [],
  },
  {
    name: 'full_gpu',
    shows: 'The chat does not come up any more.',
    managers: eitherManager,
    extra: ['ollama'],
    reserves: { ollama: 23_900 },
    flaps: 'llama',
    cause: ['service.log', 'service:llama'],
    named: /LL-OOM|gpu\.memory|out of memory|gpu memory|vram|ollama/i,
    cure: { playbook: 'vram_free', ends: 'verified' },
    touches: ['llama'],
  },
  {
    name: 'hit_llama',
    shows: 'The chat answers nonsense since a message of the kernel.',
    managers: eitherManager,
    async after(place) {
      const pid = (await hostOf(place).states()).find(({ name }) => name === 'llama')?.pid ?? 0;
      const [uptime = '0'] = (await readFile('/proc/uptime', 'utf8')).split(' ');
      const fault = `NVRM: Xid (PCI:0000:01:00): 31, pid=${pid}, name=llama-server, Ch 0000000a, intr 00000000. MMU Fault: ENGINE GRAPHICS GPC2 GPCCLIENT_T1_7 faulted @ 0x2b57_b3000000. Fault is of type FAULT_PDE ACCESS_TYPE_VIRT_WRITE`;
      await kernelSays(place.machine, [`[${uptime}] ${fault}`]);
    },
    cause: ['gpu.xid', 'gpu:0'],
    named: /gpu\.hit|gpu\.xid|\bxid\b/i,
    cure: { playbook: 'gpu_fault', ends: 'verified' },
    touches: ['llama'],
  },
  {
    name: 'lost_gpu',
    shows: 'The node takes no jobs.',
    managers: [],
    simulated: ['PCI bus'],
    async plant({ machine }) {
      await loseGpu(machine);
      await kernelSays(machine, [
        "[12.500000] NVRM: Xid (PCI:0000:01:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.",
      ]);
    },
    cause: ['gpu.xid', 'gpu:0'],
    named: /gpu\.pci|gpu\.xid|off the (?:pci )?bus|xid 79/i,
    cure: { playbook: 'gpu_fault', ends: 'escalated' },
    touches: [],
  },
];
