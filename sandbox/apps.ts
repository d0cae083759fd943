import { join } from 'node:path';
import type { Fault } from './fault.ts';
import { lateDevice } from './machine.ts';
import type { Place } from './place.ts';
import type { App } from './service-host.ts';

/** Services that only some faults have. */
export type Extra = 'whisper' | 'ollama';

/** A model server behind its start script, an api that needs it, a worker, and what a fault adds. */
export function appsOf(place: Place, { extra = [], blind, reserves }: Fault): readonly App[] {
  const { programs, model, workerEnv, app, ports, machine } = place;
  const program = (name: string) => join(programs, `${name}.mjs`);
  const gpu = (name: string) => ({
    GPU_DEVICE: name === blind ? lateDevice(machine) : machine.device,
    GPU_HOLDERS: machine.holders,
  });
  const node = process.execPath;
  const more: Readonly<Record<Extra, App>> = {
    whisper: { name: 'whisper', words: [node, program('whisper')], env: gpu('whisper') },
    ollama: {
      name: 'ollama',
      words: [node, program('ollama'), String(ports.ollama), String(reserves?.['ollama'])],
      env: gpu('ollama'),
    },
  };
  return [
    ...extra.map((name) => more[name]),
    {
      name: 'llama',
      words: ['/bin/sh', join(programs, 'start-llama.sh'), model, String(ports.llama)],
      env: { NODE: node, ...gpu('llama') },
    },
    { name: 'api', words: [node, program('api'), String(ports.api), `http://127.0.0.1:${ports.llama}/health`, app] },
    { name: 'worker', words: [node, program('worker'), workerEnv], env: gpu('worker') },
  ];
}
