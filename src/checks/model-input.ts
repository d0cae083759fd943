import type { ServiceModel } from '../core/check.ts';
import type { ModelFileInput } from '../probes/model-file.ts';

/** How the file of a model is asked for: as its service says. */
export const modelInput = ({ service, model }: ServiceModel): ModelFileInput => ({
  path: model.path,
  become: service.become,
});
