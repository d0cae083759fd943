import type { NvidiaSmiElement } from './nvidia-smi-element.ts';

/** Why the clocks are lower than they could be, in our words, and how long each reason held, since the driver was loaded. */
export interface GpuThrottle {
  readonly active: readonly ThrottleReason[];
  /** Microseconds; only drivers since 570 count, and a reason that is not counted is left out. */
  readonly microseconds: Readonly<Partial<Record<ThrottleReason, number>>>;
}
export type ThrottleReason = 'power cap' | 'hardware' | 'heat' | 'hardware heat' | 'power brake';

/** As the XML names them: the flag, and where there is one the counter. Idle, application clocks and sync boost are no trouble. */
const reasons: readonly { readonly reason: ThrottleReason; readonly flag: string; readonly counter?: string }[] = [
  { reason: 'power cap', flag: 'sw_power_cap', counter: 'sw_power_cap' },
  { reason: 'hardware', flag: 'hw_slowdown' },
  { reason: 'heat', flag: 'sw_thermal_slowdown', counter: 'sw_therm_slowdown' },
  { reason: 'hardware heat', flag: 'hw_thermal_slowdown', counter: 'hw_therm_slowdown' },
  { reason: 'power brake', flag: 'hw_power_brake_slowdown', counter: 'hw_power_brake' },
];

/** The PCIe link. The generation sinks while the GPU idles; `replays` counts packets sent again since the driver was loaded. */
export interface GpuLink {
  readonly generation: number | null;
  readonly mostGeneration: number | null;
  readonly lanes: number | null;
  readonly mostLanes: number | null;
  readonly replays: number | null;
}

/** How the GPU stands with the NVLink fabric, in the driver's words; null where it belongs to none. */
export interface GpuFabric {
  readonly state: string;
  readonly status: string | null;
  /** What its health says is not well, in tag names: `bandwidth`, `route_unhealthy`, ... (driver 580 and later). */
  readonly ails: readonly string[];
}

export function throttleOf(gpu: NvidiaSmiElement): GpuThrottle {
  const isActive = (flag: string) =>
    gpu.text(
      `clocks_event_reasons/clocks_event_reason_${flag}`,
      `clocks_throttle_reasons/clocks_throttle_reason_${flag}`,
    ) === 'Active';
  return {
    active: reasons.filter(({ flag }) => isActive(flag)).map(({ reason }) => reason),
    microseconds: Object.fromEntries(
      reasons.flatMap(({ reason, counter }) => {
        const held = gpu.number(`clocks_event_reasons_counters/clocks_event_reasons_counters_${counter}`);
        return held === null ? [] : [[reason, held]];
      }),
    ),
  };
}

export function linkOf(gpu: NvidiaSmiElement): GpuLink {
  const info = 'pci/pci_gpu_link_info';
  return {
    generation: gpu.number(`${info}/pcie_gen/current_link_gen`),
    mostGeneration: gpu.number(`${info}/pcie_gen/max_link_gen`),
    lanes: lanesOf(gpu.text(`${info}/link_widths/current_link_width`)),
    mostLanes: lanesOf(gpu.text(`${info}/link_widths/max_link_width`)),
    replays: gpu.number('pci/replay_counter'),
  };
}

/** `16x`. */
const lanesOf = (width: string | null): number | null => {
  const lanes = /^(\d+)x$/.exec(width ?? '')?.[1];
  return lanes === undefined ? null : Number(lanes);
};

/** What each field of the fabric's health says when it is well. Source: NVML's nvmlGpuFabricInfoV. */
const wellWhen: Readonly<Record<string, RegExp>> = {
  summary: /^healthy$/i,
  bandwidth: /^full$/i,
  route_recovery_in_progress: /^(?:false|no)$/i,
  route_unhealthy: /^(?:false|no)$/i,
  access_timeout_recovery: /^(?:false|no)$/i,
  incorrect_configuration: /^(?:none|false|no)$/i,
};

export function fabricOf(gpu: NvidiaSmiElement): GpuFabric | null {
  const state = gpu.text('fabric/state');
  if (state === null) return null;
  const ails = Object.entries(wellWhen).filter(([tag, well]) => {
    const said = gpu.text(`fabric/health/${tag}`);
    return said !== null && !well.test(said);
  });
  return { state, status: gpu.text('fabric/status'), ails: ails.map(([tag]) => tag) };
}
