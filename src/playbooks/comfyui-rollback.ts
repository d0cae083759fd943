import { definePlaybook } from '../core/playbook.ts';

export const comfyuiRollback = definePlaybook({
  name: 'comfyui_rollback',
  title: 'Put another release of ComfyUI into use',
  summary:
    'Makes the path of ComfyUI lead to a release that is there already: the former one, or one by its name. Nothing is installed or removed, and it is proven that the program is found there.',
  inputs: { release: 'former, declared, or the name of a folder below path.releases' },
  diagnose: [
    { asks: 'Is ComfyUI where it must be?', checks: ['comfyui.installed'] },
    { asks: 'Has it the packages that it requires?', checks: ['comfyui.requirements'] },
    { asks: 'Are its custom nodes there?', checks: ['comfyui.custom_nodes'] },
    { asks: 'Does it find its models?', checks: ['comfyui.model_paths'] },
  ],
  remedies: [
    {
      name: 'put_back',
      because: 'The release {release} is put into use; what runs takes it up when it is started anew.',
      keep: ['comfyui.installed'],
      do: [{ action: 'comfyui.switch', args: { to: '{release}' } }],
    },
  ],
});
