import { definePlaybook, type WrittenCondition } from '../core/playbook.ts';

/** Of an instance, also where it follows from something else: whoever starts what needs it must see every trouble. */
const ofInstance = (check: string, more: Omit<WrittenCondition, 'check' | 'kind'> = {}): WrittenCondition => ({
  check,
  kind: ['comfyui'],
  consequence: true,
  ...more,
});
const asDeclared: WrittenCondition = { check: 'comfyui.instances', consequence: true };

/** Source: the order in which a machine of ComfyUI instances is brought up: what they share, the instances, then the workers. */
export const comfyuiStart = definePlaybook({
  name: 'comfyui_start',
  title: 'Bring up the ComfyUI instances of a node, then its workers',
  summary:
    'Has the service manager run one ComfyUI for each declared GPU, starts only those that are missing or differ, proves each on its port and GPU, and starts the workers only when all are well. Says how long each start took. What dies after its start is taken back.',
  symptoms: [
    asDeclared,
    { check: 'service.running', status: ['critical'], kind: ['comfyui', 'worker'] },
    { check: 'service.health', status: ['critical'], kind: ['comfyui'] },
    { check: 'comfyui.installed', status: ['critical'] },
  ],
  diagnose: [
    { asks: 'Is there room, and are the declared files there?', checks: ['node.disk', 'node.files', 'mount.writable'] },
    { asks: 'Are all GPUs there?', checks: ['gpu.nvml', 'gpu.count'] },
    { asks: 'Are its shared folders as they must be?', checks: ['comfyui.storage', 'comfyui.model_paths'] },
    { asks: 'Is ComfyUI installed?', checks: ['comfyui.installed', 'service.files'] },
    { asks: 'Is each port its own?', checks: ['service.ports'] },
    {
      asks: 'Does its manager have one instance for each GPU, as declared?',
      checks: ['manager.reach', 'comfyui.instances'],
    },
    { asks: 'Do the instances and the workers run?', checks: ['service.running'] },
    { asks: 'Does each see its own GPU?', checks: ['service.env'] },
    { asks: 'Are their logs free of known trouble?', checks: ['service.log'] },
    { asks: 'Do the instances answer?', checks: ['service.health'] },
  ],
  remedies: [
    {
      name: 'set_up_first',
      when: [{ check: 'node.disk', status: ['critical'] }],
      because: 'A disk is full, so nothing is started that writes to it: {finding}.',
      person: ['Make room first: disk_free says what fills it.'],
    },
    {
      name: 'find_gpus_first',
      when: [{ check: 'gpu.*', status: ['critical'], of: 'node' }],
      because: 'The GPUs themselves are not well: {finding}.',
      person: ['Mend them first: gpu_fault says what they call for.', '{next}'],
    },
    {
      name: 'share_folders_first',
      when: [{ check: 'comfyui.storage', status: ['critical'], consequence: true }],
      because: 'The folders that it shares are not as they must be: {finding}.',
      person: ['{next}', 'Then run comfyui_start once more.'],
    },
    {
      name: 'install_first',
      when: [{ check: 'comfyui.installed', status: ['critical'], consequence: true }],
      because: 'There is no ComfyUI to start: {finding}.',
      person: [
        'Install it first, which comfyui_install does where `install` is declared; then run comfyui_start once more.',
      ],
    },
    {
      name: 'free_the_port',
      when: [ofInstance('service.ports', { status: ['critical'], says: ['is held by', 'share port'] })],
      // Those that have each other's ports are put right together.
      unless: [ofInstance('service.ports', { says: ['which the same manager runs as'] })],
      because: 'Another program has a port of an instance: {finding}.',
      keep: ['service.ports'],
      person: ['{next}'],
    },
    {
      name: 'bring_up',
      when: [asDeclared],
      because: 'What the manager runs is not what is declared: {finding}.',
      keep: ['comfyui.instances', 'service.log'],
      do: [{ action: 'instances.apply' }],
    },
    {
      name: 'start_instance',
      when: [ofInstance('service.running', { status: ['critical'], says: ['it is stopped'] })],
      because: 'It is as declared, and somebody has stopped it: {finding}.',
      do: [{ action: 'service.start', args: { service: '{service}' } }],
    },
    {
      name: 'read_its_log',
      when: [ofInstance('service.running', { status: ['critical'], says: ['it failed', 'it flaps', 'it has ended'] })],
      because: 'An instance does not stay up, and nothing that needs it is started: {finding}.',
      keep: ['service.log', 'service.running'],
      person: ['{next}', 'Once that is mended, run comfyui_start once more.'],
    },
    {
      name: 'wait_for_it',
      when: [ofInstance('service.health')],
      unless: [asDeclared],
      because: 'An instance does not answer as it must, and nothing that needs it is started: {finding}.',
      keep: ['service.health', 'service.log'],
      person: ['{next}', 'Once it answers, run comfyui_start once more.'],
    },
    {
      name: 'start_worker',
      when: [
        {
          check: 'service.running',
          kind: ['worker'],
          status: ['critical'],
          says: ['it is stopped'],
          consequence: true,
        },
      ],
      unless: [
        { ...asDeclared, status: ['critical', 'degraded', 'unknown'] },
        ofInstance('service.running', { status: ['critical', 'unknown'] }),
        ofInstance('service.health', { status: ['critical', 'degraded', 'unknown'] }),
      ],
      because: 'All instances are well, and {service} is stopped.',
      do: [{ action: 'service.start', args: { service: '{service}' } }],
    },
  ],
  most: 12,
});
