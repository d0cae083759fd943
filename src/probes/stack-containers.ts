import { defineProbe, type Asking } from '../core/probe.ts';
import { engineContainers, type EngineContainers } from '../services/engine-containers.ts';
import type { EnginePlace } from '../services/engine-answer.ts';

export const stackContainers = defineProbe({
  name: 'stack.containers',
  summary: 'All containers of an engine, and what compose wrote on them',
  steps: (place: EnginePlace): Asking<EngineContainers> => engineContainers(place),
});
