import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OpsError } from '../../src/core/errors.ts';
import { amdSmiGpus, rocmSmiGpus } from '../../src/probes/amd-smi-json.ts';
import { fileFormat } from '../../src/probes/file-format.ts';
import type { Probe } from '../../src/core/probe.ts';
import { diskUse } from '../../src/probes/disk-use.ts';
import { gguf } from '../../src/probes/gguf.ts';
import { interfaces } from '../../src/probes/interfaces.ts';
import { mounts } from '../../src/probes/mounts.ts';
import { names } from '../../src/probes/names.ts';
import { nvidiaSmiXml } from '../../src/probes/nvidia-smi-xml.ts';
import { safetensors } from '../../src/probes/safetensors.ts';
import { ggufFile } from '../../sandbox/gguf.ts';
import { replay, reply, type RecordedReply } from '../support/replay.ts';
import { safetensorsFile } from '../support/safetensors.ts';

const fixture = (path: string) => new Uint8Array(readFileSync(new URL(`../fixtures/${path}`, import.meta.url)));
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const model = ggufFile({
  metadata: { 'tokenizer.ggml.tokens': ['<s>', 'a', 'b'], 'llama.block_count': 1 },
  tensors: [{ name: 'token_embd.weight', dimensions: [64, 3] }],
});

const here = new URL('.', import.meta.url);
/** A probe whose answers are known but for one, which is `bytes`. */
const answered =
  (probe: Probe<never, unknown>, input: unknown, rounds: (given: string) => RecordedReply[][]) => (bytes: Uint8Array) =>
    replay(
      probe,
      input,
      rounds(text(bytes)).map((round) => round.map((each) => reply(each, here))),
    );
const full = { space: { totalBytes: 100, freeBytes: 0, inodes: 0, freeInodes: 0 } };
const sample = (path: string, at: (replies: RecordedReply[][]) => string | undefined) =>
  new TextEncoder().encode(at((JSON.parse(text(fixture(path))) as { replies: RecordedReply[][] }).replies));
const amdSmi = new TextEncoder().encode(
  '[{"gpu": 0, "temperature": {"hotspot": {"value": 44, "unit": "C"}}, "mem_usage": {"total_vram": {"value": 196592, "unit": "MB"}, "used_vram": "N/A"}}]',
);
const rocmSmi = new TextEncoder().encode(
  '{"card0": {"Temperature (Sensor edge) (C)": "45.0", "VRAM Total Memory (B)": "12868124672", "VRAM Total Used Memory (B)": "1"}}',
);

/** Everything that reads what a node wrote: a name, a good sample, and the parser. */
const parsers: readonly (readonly [name: string, sample: Uint8Array, parse: (bytes: Uint8Array) => unknown])[] = [
  ['nvidia-smi of driver 515', fixture('probes/gpu.devices/t4-515.xml'), (bytes) => nvidiaSmiXml(text(bytes))],
  ['nvidia-smi with a lost GPU', fixture('probes/gpu.devices/lost-gpu-550.xml'), (bytes) => nvidiaSmiXml(text(bytes))],
  ['nvidia-smi with MIG', fixture('probes/gpu.devices/h100-mig-590.xml'), (bytes) => nvidiaSmiXml(text(bytes))],
  [
    'nvidia-smi of a GPU behind NVSwitch',
    fixture('probes/gpu.devices/h200-590.xml'),
    (bytes) => nvidiaSmiXml(text(bytes)),
  ],
  ['amd-smi', amdSmi, (bytes) => amdSmiGpus(text(bytes))],
  ['rocm-smi', rocmSmi, (bytes) => rocmSmiGpus(text(bytes))],
  ['GGUF', model, gguf],
  ['safetensors', safetensorsFile({ a: [0, 8], b: [8, 64] }), safetensors],
  ['the first bytes of a file', model, fileFormat],
  [
    'the table of mounts',
    sample('probes/node.mounts/others.json', ([round]) => round?.[0]?.read?.text),
    answered(mounts, {}, (given) => [[{ read: { text: given } }]]),
  ],
  [
    'the counters of a network interface',
    sample('probes/net.interfaces/vm.json', ([round]) => round?.[0]?.read?.text),
    (bytes) => {
      const asking = interfaces.steps({});
      asking.next();
      return asking.next([reply({ read: { text: text(bytes) } }, here)]);
    },
  ],
  [
    'what fills a disk',
    sample('probes/disk.use/owners.json', ([, round]) => round?.[0]?.exec?.stdout),
    answered(diskUse, { path: '/', judged: [], fromPercent: 80, belowBytes: 0 }, (given) => [
      [full],
      [{ exec: { exitCode: 0, stdout: given } }],
    ]),
  ],
  [
    'resolved names',
    sample('probes/node.names/slow.json', ([round]) => round?.[0]?.exec?.stdout),
    (bytes) => {
      const asking = names.steps({ names: ['a.example'] });
      asking.next();
      return asking.next([reply({ exec: { exitCode: 0, stdout: text(bytes) } }, here)]);
    },
  ],
];

interface Change {
  readonly at: number;
  readonly byte: number;
}

function mutated(sample: Uint8Array, changes: readonly Change[], keep: number): Uint8Array {
  const bytes = sample.slice(0, Math.ceil(sample.length * keep));
  for (const { at, byte } of changes) if (bytes.length > 0) bytes[Math.floor(at * bytes.length)] = byte;
  return bytes;
}

const unit = fc.double({ min: 0, max: 0.999_999, noNaN: true });
const change = fc.record({ at: unit, byte: fc.integer({ min: 0, max: 255 }) });

/** What became of it; what is thrown but is not ours is a defect and goes on. */
function outcome(parse: (bytes: Uint8Array) => unknown, bytes: Uint8Array): string {
  try {
    parse(bytes);
    return 'read';
  } catch (thrown) {
    if (thrown instanceof OpsError) return thrown.code;
    throw thrown;
  }
}

describe.each(parsers)('%s', (_, sample, parse) => {
  test('is read as it is', () => expect(outcome(parse, sample)).toBe('read'));

  test('is read or called unreadable whatever becomes of it on the way', () => {
    const changes = fc.array(change, { maxLength: 12 });
    const keep = fc.oneof(fc.constant(1), unit);
    fc.assert(
      fc.property(changes, keep, (made, kept) => {
        expect(['read', 'OUTPUT_UNREADABLE']).toContain(outcome(parse, mutated(sample, made, kept)));
      }),
      { numRuns: 150 },
    );
  });
});
