import { z } from 'zod';
import { defineProbe, type Asking } from '../core/probe.ts';
import { askEngine, type EngineDown, type EnginePlace } from '../services/engine-answer.ts';

/** What an engine can give to its containers. */
export type EngineOffers =
  | EngineDown
  | {
      readonly reachable: true;
      /** Names of its runtimes: `runc`, `nvidia`. */
      readonly runtimes: readonly string[];
      /** NVIDIA's devices that it found by specifications (CDI); null where it is too old to tell. */
      readonly devices: readonly string[] | null;
      /** Names of its networks. */
      readonly networks: readonly string[];
    };

const infoSchema = z.object({
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  DiscoveredDevices: z.array(z.object({ ID: z.string() })).nullish(),
});
const networksSchema = z.array(z.object({ Name: z.string() }));

/** Source: the Docker Engine API, `/info` and `/networks`; DiscoveredDevices since 1.50. */
export const engineOffers = defineProbe({
  name: 'engine.offers',
  summary: 'Runtimes, devices and networks that an engine can give to containers',
  *steps(place: EnginePlace): Asking<EngineOffers> {
    const info = yield* askEngine(place, '/info', infoSchema);
    if (!info.reachable) return info;
    const networks = yield* askEngine(place, '/networks', networksSchema);
    if (!networks.reachable) return networks;
    const found = info.value?.DiscoveredDevices?.map(({ ID }) => ID).filter((id) => id.startsWith('nvidia.com/gpu'));
    return {
      reachable: true,
      runtimes: Object.keys(info.value?.Runtimes ?? {}).toSorted(),
      devices: found ?? null,
      networks: (networks.value ?? []).map(({ Name }) => Name).toSorted(),
    };
  },
});
