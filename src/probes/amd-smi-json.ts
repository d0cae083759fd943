import { OpsError } from '../core/errors.ts';
import { isRecord } from '../services/record.ts';
import { muteAmdGpu, type AmdGpu } from './amd-gpu.ts';

const mebibyte = 1024 ** 2;

/** The JSON that a tool wrote, behind whatever warnings it wrote first. Errors: `OUTPUT_UNREADABLE`. */
function jsonIn(text: string): unknown {
  const start = text.search(/^\s*(?:\{|\[\s*(?:\{|$))/m);
  try {
    return start < 0 ? undefined : JSON.parse(text.slice(start));
  } catch (cause) {
    throw new OpsError('OUTPUT_UNREADABLE', 'What the AMD tool wrote is no JSON.', { cause });
  }
}

/** Of `amd-smi metric --json`: a list, since ROCm 6.4 inside of `gpu_data`. Null where it lists no GPU. */
export function amdSmiGpus(text: string): readonly AmdGpu[] | null {
  const json = jsonIn(text);
  const list = isRecord(json) ? json['gpu_data'] : json;
  if (!Array.isArray(list)) return null;
  return list.filter(isRecord).map((gpu, index): AmdGpu => {
    const [total, used] = ['total_vram', 'used_vram'].map((key) => measure(at(gpu, 'mem_usage', key)));
    return {
      ...muteAmdGpu(`gpu ${measure(gpu['gpu']) ?? index}`),
      memory: total == null || used == null || total === 0 ? null : inMebibytes(total, used),
      utilizationPercent: measure(at(gpu, 'usage', 'gfx_activity')),
      celsius: measure(at(gpu, 'temperature', 'hotspot')) ?? measure(at(gpu, 'temperature', 'edge')),
      powerWatts: measure(at(gpu, 'power', 'socket_power')),
      uncorrectedErrors: measure(at(gpu, 'ecc', 'total_uncorrectable_count')),
    };
  });
}

const inMebibytes = (total: number, used: number) => ({ totalBytes: total * mebibyte, usedBytes: used * mebibyte });
const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((inner: unknown, key) => (isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), value);

/** `{ "value": 45, "unit": "C" }`, a bare number, a number as text, or `"N/A"`. */
function measure(field: unknown): number | null {
  const value = isRecord(field) ? field['value'] : field;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value.trim()) ? Number(value) : null;
}

/** Of `rocm-smi --json`, whose keys are sentences that change from release to release. Null where it lists no card. */
export function rocmSmiGpus(text: string): readonly AmdGpu[] | null {
  const json = jsonIn(text);
  if (!isRecord(json)) return null;
  const cards = Object.entries(json).filter(([key]) => /^card\d+$/.test(key));
  if (cards.length === 0) return null;
  return cards.map(([name, card]): AmdGpu => {
    const values = (pattern: RegExp) =>
      isRecord(card) ? Object.entries(card).flatMap(([key, value]) => (pattern.test(key) ? [value] : [])) : [];
    const number = (pattern: RegExp) => measure(values(pattern)[0]);
    const total = number(/^VRAM Total Memory \(B\)$/i);
    const used = number(/^VRAM Total Used Memory \(B\)$/i);
    const bus = values(/^PCI Bus$/i)[0];
    return {
      ...muteAmdGpu(name),
      busId: typeof bus === 'string' ? bus.toLowerCase() : null,
      memory: total === null || used === null || total === 0 ? null : { totalBytes: total, usedBytes: used },
      utilizationPercent: number(/^GPU use \(%\)$/i),
      celsius: number(/^Temperature \(Sensor junction\) \(C\)$/i) ?? number(/^Temperature \(Sensor edge\) \(C\)$/i),
      powerWatts: number(/^(?:Average|Current Socket) Graphics Package Power \(W\)$/i),
    };
  });
}
