import { definePlaybook } from '../core/playbook.ts';
import { ofService, startStopped } from './of-service.ts';

const ofMemory = ['LL-OOM', 'LL-CTX'];
/** What the log says of a model that was not there, or not whole. */
const ofModel = ['LL-MISSING', 'LL-MAGIC', 'LL-TRUNC', 'LL-TRUNC-HEAD', 'LL-VIS', 'LL-WAIT'];

const broken = ofService('model.*', { status: ['critical'] });
const notWhole = ofService('model.*', { status: ['critical', 'unknown'], consequence: true });
const unseen = ofService('model.visible', { status: ['critical'] });
const down = ofService('service.running', { status: ['critical'], consequence: true });
const waits = ofService('service.wait', { status: ['degraded', 'critical', 'unknown'], consequence: true });
/** Each of its runs lasted as long as its start script waits: no crash, and nothing to tune. */
const waitedOut = ofService('service.flap', { says: ['its model never appeared'], consequence: true });
const noMemory = ofService('service.log', { signature: ofMemory });
const restartAfter = (reason: string) => ({ action: 'service.restart', args: { service: '{service}', reason } });
const modelEvidence = ['model.*', 'mount.*', 'node.disk', 'service.log', 'service.wait'];

/** Source: the field's playbook for model servers that fail or flap, and its tuning order. */
export const llamaRecover = definePlaybook({
  name: 'llama_recover',
  title: 'Recover a llama-server that fails or flaps',
  summary:
    'llama-server is down, flaps or waits. Its model is looked at first, and what its start script waits for: a model is copied again by its declared command, memory is made by one declared knob at a time, and only this service is restarted.',
  kinds: ['llama'],
  symptoms: [
    { check: 'service.running', status: ['critical'] },
    { check: 'service.flap', status: ['critical'] },
    { check: 'service.wait' },
    { check: 'service.health', status: ['critical'] },
    { check: 'service.health', status: ['degraded'], says: ['is loading'] },
    { check: 'service.log', status: ['critical'] },
    { check: 'service.files', status: ['critical'] },
    { check: 'model.*', status: ['critical'] },
  ],
  diagnose: [
    { asks: 'Have its filesystems room, and do they answer?', checks: ['node.disk', 'mount.alive', 'mount.writable'] },
    { asks: 'Does its GPU answer?', checks: ['gpu.pci', 'gpu.driver', 'gpu.nvml', 'gpu.wedged', 'gpu.count'] },
    { asks: 'Is the memory of the GPU its own?', checks: ['gpu.procs'] },
    { asks: 'Has the node memory left?', checks: ['node.memory', 'node.oom'] },
    { asks: 'Is its model there, whole, and written by nobody?', checks: ['model.*'] },
    { asks: 'Are the files there that it starts with?', checks: ['service.files', 'service.config'] },
    { asks: 'Does it go on, and not wait for its model?', checks: ['service.wait'] },
    { asks: 'Does it run?', checks: ['manager.reach', 'service.running'] },
    { asks: 'Does it stay up?', checks: ['service.flap'] },
    { asks: 'Is its log free of known trouble?', checks: ['service.log', 'service.limits'] },
    { asks: 'Is its port its own?', checks: ['service.ports'] },
    { asks: 'Does it answer?', checks: ['service.health'] },
  ],
  remedies: [
    {
      name: 'let_the_copy_end',
      when: [
        ofService('model.*', {
          says: [
            'still being written',
            'open for writing',
            'being written beside it',
            'which will become',
            'download is not finished',
            'download that is not finished',
          ],
        }),
      ],
      because: 'The copy of its model has not ended: {finding}.',
      keep: modelEvidence,
      person: [
        'Let the copy end, or begin it again if nothing writes any more; start {service} only after that.',
        'Then run llama_recover once more.',
      ],
    },
    {
      name: 'open_the_model',
      when: [ofService('model.present', { says: ['can not read'] })],
      because: 'The model is there, and {service} may not read it: {finding}.',
      keep: modelEvidence,
      person: [
        'Give the user of {service} the right to read the model, or to enter its folder; copying it again changes nothing.',
      ],
    },
    {
      name: 'mend_the_path',
      when: [
        ofService('model.present', {
          says: [
            'nothing is mounted',
            'is mounted over',
            'symbolic link',
            'not a file',
            'may be meant',
            'differs in',
            'has its name',
          ],
        }),
      ],
      because:
        'What stands at the path of the model is not the model, and a copy made now would fail or go elsewhere: {finding}.',
      keep: modelEvidence,
      person: ['Put the mount, the link or the name right that is named here, then run llama_recover once more.'],
    },
    {
      name: 'copy_and_restart',
      when: [broken, down],
      unless: [waits, unseen],
      because: 'The model is not whole, and {service} is down without it: {finding}.',
      keep: modelEvidence,
      do: [
        { action: 'model.resync', args: { service: '{service}', path: '{model}' } },
        restartAfter('Its model was copied again just before.'),
      ],
    },
    {
      name: 'copy_the_model',
      when: [broken],
      unless: [unseen],
      because: 'The model is not whole, and {service} goes on by itself once it is, so it is not restarted: {finding}.',
      keep: modelEvidence,
      do: [{ action: 'model.resync', args: { service: '{service}', path: '{model}' } }],
    },
    {
      name: 'see_its_mounts',
      when: [unseen],
      because:
        'The model is there and whole, but {service} sees it otherwise; a restart gives it the mounts of now: {finding}.',
      keep: modelEvidence,
      do: [restartAfter('Its model is there and whole; it was started before that was mounted.')],
    },
    {
      name: 'copy_by_hand',
      when: [broken],
      because: 'The model is not whole, and nothing here can copy it: {finding}.',
      keep: modelEvidence,
      person: [
        'Copy {model} again and see that its size stays; {service} goes on by itself if it waits for it, else restart it then.',
        'Tuning or restarting {service} before that changes nothing.',
      ],
    },
    {
      name: 'let_it_wait',
      when: [ofService('service.wait')],
      unless: [notWhole],
      because: 'It waits for a model although the declared one is there and whole: {finding}.',
      person: [
        'Look again in a minute: {service} goes on by itself once it sees its model, and a restart only begins the wait anew.',
        'If it still waits then, compare the path in its start script with the model that the fleet file declares.',
      ],
    },
    {
      name: 'let_it_load',
      when: [ofService('service.health', { says: ['is loading'] })],
      because: 'It loads its model, which is no failure: {finding}.',
      person: ['Wait until it is loaded and look again; a restart begins the load anew.'],
    },
    {
      name: 'start_with_its_model',
      when: [ofService('service.log', { signature: ofModel }), down],
      unless: [notWhole, waits],
      because: 'Its model was missing or not whole when it ended, and is there and whole now: {finding}.',
      keep: modelEvidence,
      do: [restartAfter('Its model is there and whole now.')],
    },
    {
      name: 'free_the_gpu',
      when: [ofService('service.log', { signature: ofMemory, consequence: true }), { check: 'gpu.procs', of: 'node' }],
      because: 'The GPU has no room for the model because somebody else holds it.',
      keep: ['gpu.procs', 'service.log'],
      person: [
        'Find out whose memory it is and end that, or give it another GPU: rackhand gpu status {node} names the holders.',
        'Lowering anything of {service} before that would be for nothing.',
      ],
    },
    {
      name: 'lower_one_knob',
      when: [noMemory],
      unless: [notWhole, waits, waitedOut],
      because:
        'The GPU has too little memory for {service}: one declared knob goes one step down, the least impact first.',
      keep: ['service.log', 'gpu.procs', 'service.flap'],
      do: [
        { action: 'knob.set', args: { service: '{service}', knob: 'next', to: 'less', not: '{tried}' } },
        restartAfter('It was given less to hold just before.'),
      ],
    },
    {
      name: 'make_room',
      when: [noMemory],
      unless: [notWhole, waits, waitedOut],
      because: 'The GPU has too little memory for {service}, and no knob of it is left to lower: {finding}.',
      keep: ['service.log', 'gpu.procs'],
      person: [
        'Choose a smaller model or fewer bits, or a GPU with more memory; the offload depth (-ngl) comes last.',
        'What may be lowered by itself is declared as `knobs` of {service} in the fleet file.',
      ],
    },
    {
      name: 'mend_its_libraries',
      when: [ofService('service.log', { signature: ['LL-SO', 'LL-DRIVER', 'CU-803'] })],
      because: 'The program is there and a library is not, or does not fit: {finding}.',
      person: [
        'Run ldd on the program with the library path of {service}; then mend that path, or deploy an image for this driver.',
      ],
    },
    {
      name: 'mend_its_program',
      when: [
        ofService('service.*', {
          says: ['executable not found', "can't find command", 'is not executable', 'permission to run'],
        }),
      ],
      because: 'The program that its start calls for is not where it looks: {finding}.',
      person: [
        'Correct the path in the command or the start script of {service}, or deploy an image that holds the program.',
      ],
    },
    {
      name: 'mend_its_files',
      when: [ofService('service.files', { status: ['critical'] })],
      because: 'A file that it starts with is not there as it must be: {finding}.',
      person: ['Put it back from the image or the repository; restarting {service} before that changes nothing.'],
    },
    {
      name: 'take_another_build',
      when: [ofService('service.log', { signature: ['LL-ARCH', 'LL-VER', 'LL-ENDIAN', 'LL-HPARAM', 'CU-SM'] })],
      because: 'This build of llama.cpp and this model do not fit each other: {finding}.',
      person: ['Deploy a llama.cpp that knows the model, or declare another file of the model.'],
    },
    {
      name: 'free_its_port',
      when: [ofService('service.ports', { status: ['critical'], says: ['is held by', 'share port'] })],
      because: 'Another program holds its port: {finding}.',
      person: ['See that the named process is nobody’s work any more and end it; then start {service}.'],
    },
    startStopped,
    {
      name: 'restart',
      when: [ofService('service.*', { status: ['critical'] })],
      because: 'Its model is whole, and nothing known says that a restart would not help: {finding}.',
      keep: ['service.log', 'service.health', 'service.flap'],
      do: [{ action: 'service.restart', args: { service: '{service}' } }],
    },
  ],
});
