import { definePlaybook } from '../core/playbook.ts';

export const comfyuiRemove = definePlaybook({
  name: 'comfyui_remove',
  title: 'Remove a release of ComfyUI that is not in use',
  summary:
    'Removes one release with its environment, to make room. Never the one in use, nor one that a process runs in, nor a folder that was not made here.',
  inputs: { release: 'The name of a folder below path.releases' },
  diagnose: [
    { asks: 'Have the disks room?', checks: ['node.disk'] },
    { asks: 'Is ComfyUI where it must be?', checks: ['comfyui.installed'] },
  ],
  remedies: [
    {
      name: 'remove',
      because: 'The release {release} is not needed any more.',
      do: [{ action: 'comfyui.discard', args: { release: '{release}', from: 'fetch' } }],
    },
  ],
});
