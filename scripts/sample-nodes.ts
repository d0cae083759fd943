import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadFleet } from '../src/config/fleet.ts';
import type { Node } from '../src/core/node.ts';
import type { Service } from '../src/core/service.ts';

/** Nodes that declare all there is to declare, so that every check applies to one: those of the example, and changed ones. */
export async function sampleNodes(): Promise<readonly Node[]> {
  const home = mkdtempSync(join(tmpdir(), 'rackhand-gen-'));
  try {
    mkdirSync(join(home, '.secrets'));
    writeFileSync(join(home, '.secrets', 'fastapi-key'), 'not a key\n', { mode: 0o600 });
    const env = { SUPERVISOR_PASSWORD: 'not a password', API_TOKEN: 'not a token' };
    const { nodes } = await loadFleet({ path: join(process.cwd(), 'fleet.example.yaml'), env, cwd: '/', home });
    return nodes.flatMap((node) => [node, { ...node, services: node.services.map(onGpuInParts) }]);
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** Every service must hold a GPU, and every model is the first of two parts. */
const onGpuInParts = (service: Service): Service => ({
  ...service,
  gpu: true,
  models: service.models.map((model) => ({
    ...model,
    path: model.path.replace(/(\.[^./]+)$/, '-00001-of-00002$1'),
  })),
});
