import type { ServiceModel } from '../core/check.ts';
import type { Node } from '../core/node.ts';
import type { ModelFileInput } from '../probes/model-file.ts';

/** How the file of a model is asked for: as its service says, or else its node. */
export const modelInput = ({ service, model }: ServiceModel, node: Node): ModelFileInput => ({
  path: model.path,
  become: service.become ?? node.become,
});
