import { definePlaybook, type WrittenCondition, type WrittenRemedy } from '../core/playbook.ts';

const release = (says: string): WrittenCondition => ({ check: 'comfyui.release', says: [says] });

/** One phase, where the release waits for it. */
const phase = (name: string, says: string, because: string): WrittenRemedy => ({
  name,
  when: [release(says)],
  because: `${because}: {finding}.`,
  keep: ['comfyui.release'],
  do: [{ action: `comfyui.${name}` }],
});

/** Source: the user's installation plan for ComfyUI, phases 1 and 2. */
export const comfyuiInstall = definePlaybook({
  name: 'comfyui_install',
  title: 'Install ComfyUI, or another release of it',
  summary:
    'Makes the declared release of ComfyUI beside the one in use: fetch, environment, torch, requirements, custom nodes, folders of models; starts it once on a spare port, and only then makes the path lead to it. What is done already is not done again, and what fails leaves the one in use.',
  symptoms: [
    { check: 'comfyui.installed', status: ['critical'] },
    { check: 'comfyui.release' },
    { check: 'comfyui.custom_nodes' },
    { check: 'comfyui.model_paths' },
  ],
  diagnose: [
    { asks: 'Have the disks room?', checks: ['node.disk'] },
    { asks: 'Is the declared release made, validated and in use?', checks: ['comfyui.release'] },
    { asks: 'Is ComfyUI where it must be?', checks: ['comfyui.installed'] },
    { asks: 'Has it the packages that it requires?', checks: ['comfyui.requirements'] },
    { asks: 'Are its custom nodes there?', checks: ['comfyui.custom_nodes'] },
    { asks: 'Does it find its models?', checks: ['comfyui.model_paths'] },
  ],
  remedies: [
    phase('fetch', 'it is not fetched', 'The files come first'),
    phase('environment', 'its environment is not made', 'It gets a Python environment of its own'),
    phase('torch', 'its torch is not installed', 'Torch comes before all that would bring another one'),
    phase('requirements', 'its requirements are not installed', 'It can not start without them'),
    phase(
      'nodes',
      'its custom nodes are not installed',
      'Each custom node is installed by itself; one that fails is named, and the others go on',
    ),
    phase('paths', 'its folders of models are not connected', 'Its models and results lie outside of it'),
    phase('validate', 'it is not validated', 'It is started once before anything depends on it'),
    {
      name: 'move_what_is_there',
      when: [release('is a plain folder')],
      because: 'The release is ready, and what stands in its place is never replaced: {finding}.',
      keep: ['comfyui.release', 'comfyui.installed'],
      person: [
        'Stop what runs from that folder and move it away, as into the folder of the releases beside it; models in it belong elsewhere.',
        'Then run comfyui_install once more: all that is left is the link.',
      ],
    },
    {
      name: 'switch',
      when: [release('is ready, and not in use')],
      because: 'It was validated, and is put into use in one step: {finding}.',
      keep: ['comfyui.release', 'comfyui.installed'],
      do: [{ action: 'comfyui.switch', args: { to: 'declared' } }],
    },
    {
      name: 'declare_it',
      when: [{ check: 'comfyui.installed', status: ['critical'] }],
      because: 'ComfyUI is not as it must be, and no release that would mend it is declared or waits: {finding}.',
      person: [
        'Declare the release as `comfyui.install` of {node} in the fleet file, or see what took its files away.',
      ],
    },
    {
      name: 'make_its_folders',
      when: [{ check: 'comfyui.model_paths' }],
      because: 'It does not find all of its models: {finding}.',
      person: ['Mount or make that folder, or correct `models` and `links` in the fleet file.'],
    },
    {
      name: 'mend_custom_nodes',
      when: [{ check: 'comfyui.custom_nodes' }],
      because: 'ComfyUI runs without it: {finding}.',
      person: [
        'Declare a commit or requirements of it that fit, which is another release; or try it again as it is: rackhand playbook run comfyui_nodes {node}.',
      ],
    },
    {
      name: 'give_the_disk_room',
      when: [{ check: 'node.disk', status: ['critical'] }],
      because: 'The installation does not go on, and a disk is full: {finding}.',
      person: ['{next}', 'Remove a former release: rackhand playbook run comfyui_remove {node}.'],
    },
  ],
  most: 12,
  withinSeconds: 14_400,
});
