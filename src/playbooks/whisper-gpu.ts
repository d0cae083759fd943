import { definePlaybook } from '../core/playbook.ts';
import { ofService } from './of-service.ts';

const keep = ['wsp.device', 'gpu.attached', 'service.log', 'gpu.memory', 'gpu.procs'];
const stay = '{service} stays as it is meanwhile: it works on the CPU, only slowly.';
/** What its own lines say of the load of its model. */
const load = (...signature: string[]) => ofService('*', { signature, consequence: true });

/** Source: the field's playbook for Whisper that unexpectedly falls back to the CPU; the fallback is kept where the GPU can't be used safely. */
export const whisperGpu = definePlaybook({
  name: 'whisper_gpu',
  title: 'Bring Whisper back to the GPU',
  summary:
    'Whisper fell back to the CPU. What its log says around the load of its model, whether CUDA can start, and whether the model has room decide: restarted where the GPU is well and has room, and left on the CPU where it can not be used safely.',
  kinds: ['whisper', 'worker'],
  symptoms: [
    { check: 'wsp.device' },
    { check: 'gpu.attached' },
    { check: 'service.log', signature: ['WH-*', 'CU-OOM', 'CU-INIT'] },
  ],
  diagnose: [
    { asks: 'Can CUDA start on this node?', checks: ['gpu.nvml', 'gpu.driver', 'gpu.uvm', 'gpu.wedged', 'gpu.fabric'] },
    { asks: 'Are all GPUs there?', checks: ['gpu.count', 'gpu.pci'] },
    { asks: 'Is every GPU free of faults?', checks: ['gpu.xid', 'gpu.ecc', 'gpu.recovery'] },
    { asks: 'Has the GPU memory left?', checks: ['gpu.memory'] },
    { asks: 'Is that memory held by nobody else?', checks: ['gpu.procs'] },
    { asks: 'Does nothing hide the GPU from it?', checks: ['service.env'] },
    { asks: 'Does it run?', checks: ['manager.reach', 'service.running'] },
    { asks: 'Is its log free of known trouble?', checks: ['service.log'] },
    { asks: 'Did its model load on the GPU?', checks: ['wsp.device'] },
    { asks: 'Does it hold a GPU?', checks: ['gpu.attached'] },
  ],
  remedies: [
    {
      name: 'keep_the_cpu',
      when: [{ check: 'gpu.*', status: ['critical'], of: 'node' }],
      because: 'The GPU can not be used safely, so Whisper is kept on the CPU: {finding}.',
      keep,
      person: [stay, 'Mend the GPU, which gpu_fault tells how; then run whisper_gpu once more.'],
    },
    {
      name: 'keep_it_unseen',
      when: [
        ofService('wsp.device', {
          status: ['degraded'],
          says: ['the GPUs give no answer', 'no GPU that is well'],
          consequence: true,
        }),
      ],
      because: 'Nothing shows that the GPU can be used safely, so Whisper is kept on the CPU: {finding}.',
      keep,
      person: [stay, 'See why the GPUs give no answer: rackhand gpu status {node}.'],
    },
    {
      name: 'free_the_gpu',
      when: [load('CU-OOM'), { check: 'gpu.procs', of: 'node' }],
      because: 'Its model found no room on the GPU because somebody else holds it.',
      keep,
      person: [
        stay,
        'Find out whose memory it is and end that, or give it another GPU: rackhand gpu status {node}; then run whisper_gpu once more.',
      ],
    },
    {
      name: 'take_a_smaller_model',
      when: [load('CU-OOM')],
      because: 'Its model does not fit into the memory that the GPU has left: {finding}.',
      keep,
      person: [
        stay,
        'Choose a smaller model or fewer bits for it (rackhand knob tune, where that is a declared knob), then restart {service}.',
      ],
    },
    {
      name: 'mend_its_libraries',
      when: [load('WH-CUDNN', 'LL-SO', 'LL-DRIVER', 'CU-803', 'CU-SM', 'CU-NOCUDA')],
      because: 'CUDA does not start in it: its libraries are not found or do not fit the driver: {finding}.',
      keep,
      person: [stay, '{next}'],
    },
    {
      name: 'correct_its_settings',
      when: [ofService('service.env', { consequence: true })],
      because: 'Its environment keeps it from the GPU: {finding}.',
      keep,
      person: [stay, '{next}'],
    },
    {
      name: 'allow_more_bits',
      when: [ofService('wsp.device', { status: ['degraded'], says: ['fewer bits'] })],
      because: 'It runs on the GPU: {finding}.',
      person: ['{next}'],
    },
    {
      name: 'restart',
      when: [ofService('*', { restartHelps: ['yes', 'maybe'] })],
      because: 'The GPU is well and has room, and only a restart makes {service} look for it again: {finding}.',
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
        stay,
        'Its image was built or is started without the GPU: see which torch and which CTranslate2 it has, and its devices.',
      ],
    },
  ],
  most: 1,
});
