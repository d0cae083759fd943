import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checks } from '../../src/checks/index.ts';
import { localNode } from '../../src/config/local-node.ts';
import { loadFleet } from '../../src/config/fleet.ts';
import { createAudit } from '../../src/engine/audit.ts';
import { createStores } from '../../src/engine/change-stores.ts';
import { createEvidence } from '../../src/engine/evidence.ts';
import { createEngine } from '../../src/engine/ops.ts';
import { createTransports } from '../../src/transport/transports.ts';
import { vitals } from '../../src/probes/vitals.ts';

/** The checks of the seven facts: what supervisord says, three logs, memory and disk, two health ports. */
const judged = ['service.running', 'service.log', 'node.memory', 'node.disk', 'service.health'];

/** Looks at the seven facts of nodes and judges them. */
export const sevenFacts = (fleetPath: string) => looker(fleetPath, judged);

/** Asks what some checks need and judges it, through the engine as the tools do; no more and no less. */
export async function looker(fleetPath: string, names: readonly string[]) {
  const place = { path: fleetPath, env: process.env, cwd: '/', home: '/' };
  const transport = createTransports();
  const evidence = createEvidence(join(tmpdir(), 'rh-bench-evidence'), () => []);
  const audit = createAudit({ folder: join(tmpdir(), 'rh-bench-audit'), secrets: () => [], warn: console.error });
  const engine = createEngine({
    transport,
    local: localNode(),
    stores: createStores(join(tmpdir(), 'rh-bench-state'), {
      actions: [],
      checks: [],
      vitals: vitals.steps,
      evidence,
      secrets: () => [],
    }),
  });
  const wanted = checks.filter(({ name }) => names.includes(name));
  const fleet = await loadFleet(place);
  return {
    /** All nodes of the fleet for an empty list. */
    async look(nodes: readonly string[]): Promise<void> {
      const trail = audit.trail({ tool: 'bench', principal: 'cli:bench' });
      const ops = engine.ops({ fleet, signal: new AbortController().signal, trail, onProgress: () => undefined });
      const found = await Promise.all(ops.nodes(nodes).map(async (node) => (await ops.look(node)).survey(wanted)));
      await trail.end();
      const wrong = found.flat().find(({ status }) => status !== 'ok' && status !== 'not_applicable');
      if (wrong !== undefined) throw new Error(`what is looked at is healthy, but: ${wrong.summary}`);
    },
    async close(): Promise<void> {
      await transport.close();
      await audit.close();
    },
  };
}
