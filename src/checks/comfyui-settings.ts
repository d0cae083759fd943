import { defineCheck } from '../core/check.ts';
import { comfyuiSettings as wanted } from '../core/stack.ts';
import { settingsCheck } from './stack-settings.ts';

export const comfyuiSettings = defineCheck(
  settingsCheck({
    name: 'comfyui.settings',
    image: 'comfyui',
    summary: 'ComfyUI of the stack runs with the base directory, security level and package manager that are declared',
    rule: 'Degraded when BASE_DIRECTORY, SECURITY_LEVEL or USE_UV of the running container is not as declared in the fleet or compose file. Source: mmartial/comfyui-nvidia-docker.',
    wanted,
    expected: ({ comfyui }) => comfyui.settings,
  }),
);
