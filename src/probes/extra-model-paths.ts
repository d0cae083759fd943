import type { ComfyuiInstall } from '../core/comfyui-install.ts';

/**
 * The extra_model_paths.yaml of a release; undefined where no models are declared.
 *
 * It is the default, so that what ComfyUI downloads lies outside of the release and outlives it. Source: ComfyUI,
 * utils/extra_config.py.
 */
export function extraModelPaths({ models }: Pick<ComfyuiInstall, 'models'>): string | undefined {
  if (models === undefined) return undefined;
  const folders = Object.entries(models.folders).map(([kind, folder]) => `  ${kind}: ${JSON.stringify(folder)}\n`);
  return `# Written by rackhand from comfyui.install.models of the fleet file.\nrackhand:\n  base_path: ${JSON.stringify(models.base)}\n  is_default: true\n${folders.join('')}`;
}

/** All folders outside of a release that it is connected with. */
export const outsideOf = ({ models, links }: Pick<ComfyuiInstall, 'models' | 'links'>): readonly string[] => [
  ...(models === undefined ? [] : Object.values(models.folders).map((folder) => `${models.base}/${folder}`)),
  ...Object.values(links),
];
