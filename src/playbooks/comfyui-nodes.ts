import { definePlaybook } from '../core/playbook.ts';

export const comfyuiNodes = definePlaybook({
  name: 'comfyui_nodes',
  title: 'Install custom nodes of ComfyUI that failed or are gone',
  summary:
    'Tries once more to install the declared custom nodes that could not be installed or are not there, in the release in use, and validates it again. What runs takes them up when it is started anew.',
  symptoms: [{ check: 'comfyui.custom_nodes' }],
  diagnose: [
    { asks: 'Are its custom nodes there?', checks: ['comfyui.custom_nodes'] },
    { asks: 'Is the release in use validated?', checks: ['comfyui.release'] },
  ],
  remedies: [
    {
      name: 'install_again',
      when: [{ check: 'comfyui.custom_nodes' }],
      because: 'It is tried once more: {finding}.',
      keep: ['comfyui.custom_nodes'],
      do: [{ action: 'comfyui.nodes' }],
    },
    {
      name: 'validate',
      after: ['install_again'],
      when: [{ check: 'comfyui.release', says: ['it is not validated'] }],
      because: 'The release was changed: {finding}.',
      do: [{ action: 'comfyui.validate' }],
    },
    {
      name: 'mend_them',
      when: [{ check: 'comfyui.custom_nodes' }],
      because: 'It fails again: {finding}.',
      person: ['Declare a commit or requirements of it that fit, and run comfyui_install: that makes another release.'],
    },
  ],
});
