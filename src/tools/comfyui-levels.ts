import { comfyuiApi } from '../checks/comfyui-api.ts';
import { comfyuiCustomNodes } from '../checks/comfyui-custom-nodes.ts';
import { comfyuiInstalled } from '../checks/comfyui-installed.ts';
import { comfyuiModelPaths } from '../checks/comfyui-model-paths.ts';
import { comfyuiNodes } from '../checks/comfyui-nodes.ts';
import { comfyuiRelease } from '../checks/comfyui-release.ts';
import { comfyuiRequirements } from '../checks/comfyui-requirements.ts';
import { modelComplete } from '../checks/model-complete.ts';
import { modelFilled } from '../checks/model-filled.ts';
import { modelPresent } from '../checks/model-present.ts';
import { modelRead } from '../checks/model-read.ts';
import { modelShards } from '../checks/model-shards.ts';
import { modelVisible } from '../checks/model-visible.ts';
import { servicePorts } from '../checks/service-ports.ts';
import { serviceRunning } from '../checks/service-running.ts';
import type { AnyCheck } from '../core/check.ts';
import { gpuOfName } from '../core/comfyui-instances.ts';
import type { Node } from '../core/node.ts';
import { worst, type Finding, type Status } from '../core/report.ts';
import type { Service } from '../core/service.ts';

export const levels = ['installation', 'runtime', 'functional', 'models'] as const;
export type Level = (typeof levels)[number];

/**
 * What each level asks. Nothing of it is a prompt: that would use the queue and write a picture, and looking never harms.
 *
 * Source: the seed's four kinds of health, installation, runtime, functional and model.
 */
export const checksOf: Readonly<Record<Level, readonly AnyCheck[]>> = {
  installation: [comfyuiInstalled, comfyuiRelease, comfyuiRequirements, comfyuiCustomNodes, comfyuiNodes],
  runtime: [serviceRunning, servicePorts],
  functional: [comfyuiApi],
  models: [modelPresent, modelRead, modelComplete, modelFilled, modelShards, modelVisible, comfyuiModelPaths],
};

const levelOf = ({ check }: Finding): Level | undefined =>
  levels.find((level) => checksOf[level].some(({ name }) => name === check));

export interface LevelState {
  readonly status: Status;
  /** What is worst, as a sentence; of many findings that are fine, how many. */
  readonly says: string;
}

/** How the findings of each wanted level read together. What could not be looked at at all is no level that is fine. */
export function levelStates(
  findings: readonly Finding[],
  wanted: readonly Level[],
): Readonly<Partial<Record<Level, LevelState>>> {
  const reached = findings.some((finding) => levelOf(finding) !== undefined);
  return Object.fromEntries(
    wanted.map((level) => {
      const own = findings.filter(
        (finding) => levelOf(finding) === level || (!reached && finding.check === 'node.reach'),
      );
      return [level, stateOf(own)];
    }),
  );
}

export function stateOf(findings: readonly Finding[]): LevelState {
  const judged = findings.filter(({ status }) => status !== 'not_applicable');
  const status = judged.length === 0 ? 'not_applicable' : worst(judged.map((finding) => finding.status));
  if (status === 'not_applicable') return { status, says: findings[0]?.summary ?? 'Nothing of it is declared.' };
  const says = judged.filter((finding) => finding.status === status);
  const [first] = says;
  if (status !== 'ok')
    return { status, says: `${first?.summary}${says.length > 1 ? ` And ${says.length - 1} more.` : ''}` };
  return {
    status,
    says: judged.length === 1 && first !== undefined ? first.summary : `All ${judged.length} checks hold.`,
  };
}

/** The GPU that an instance has for itself: by its name, or by what its environment must hold. */
export function gpuOf({ name, env }: Service): number | null {
  const declared = env['CUDA_VISIBLE_DEVICES'];
  return gpuOfName(name) ?? (declared !== undefined && /^\d+$/.test(declared) ? Number(declared) : null);
}

/** The same node with no service but its ComfyUI instances. */
export const comfyuiOnly = (node: Node): Node => ({
  ...node,
  services: node.services.filter(({ kind }) => kind === 'comfyui'),
});
