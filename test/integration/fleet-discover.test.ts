import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApp, type App } from '../../src/app.ts';
import { loadFleet } from '../../src/config/fleet.ts';
import { fleetDiscover } from '../../src/tools/fleet-discover.ts';
import { has } from '../support/requires.ts';
import { startSupervisord, type Supervisord } from '../support/supervisord.ts';

const folder = mkdtempSync(join(tmpdir(), 'rackhand-discover-'));
const model = join(folder, 'tiny.gguf');
let manager: Supervisord | undefined;
let stranger: ChildProcess | undefined;
let app: App;

/** A stand-in that listens on a port of the system's choice, under the name of a server. */
const server = `import http.server
http.server.HTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler).serve_forever()
`;

beforeAll(async () => {
  if (!has('supervisord')) return;
  writeFileSync(model, 'GGUF');
  writeFileSync(join(folder, 'llama-server'), server);
  manager = await startSupervisord(`[program:llama-of-discovery]
command=python3 ${folder}/llama-server -m ${model} --api-key hush-hush
[program:yes]
command=/bin/sleep 600
`);
  writeFileSync(join(folder, 'uvicorn'), server);
  stranger = spawn('python3', [join(folder, 'uvicorn')], { stdio: 'ignore' });
  app = await createApp();
});

afterAll(async () => {
  await app?.close();
  await manager?.end();
  if (stranger?.kill() === true) await once(stranger, 'exit');
  rmSync(folder, { recursive: true });
});

const discover = async () => {
  const { signal } = new AbortController();
  const report = await app.call(fleetDiscover, { node: 'local' }, { signal, onProgress: () => undefined });
  return { ...report, entry: fleetDiscover.data.parse(report.data).entry };
};

describe.skipIf(!has('supervisord'))('what runs on a machine (needs supervisord)', () => {
  test('is an entry that the fleet file takes, with services, ports and models, and without secrets', async () => {
    const { entry, summary } = await vi.waitFor(
      async () => {
        const seen = await discover();
        expect(seen.entry).toMatch(/llama-of-discovery:.*(?:\n {8}.*)*\n {8}ports: \[\d+\]/);
        expect(seen.entry).toMatch(/ {6}uvicorn[-\d]*: # runs\n {8}kind: api/);
        return seen;
      },
      { timeout: 20_000, interval: 200 },
    );
    expect(summary).toContain('llama-of-discovery');
    expect(entry).not.toContain('hush-hush');
    const path = join(folder, 'fleet.yaml');
    writeFileSync(path, `nodes:\n${entry}\n`);
    const { nodes } = await loadFleet({ path, env: {}, cwd: folder, home: folder });
    const services = nodes[0]?.services ?? [];
    expect(services.find(({ name }) => name === 'llama-of-discovery')).toMatchObject({
      kind: 'llama',
      manager: 'supervisor',
      config: manager?.config,
      models: [{ path: model }],
      health: [{ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/health$/), expect: { status: 'ok' } }],
    });
    expect(services.find(({ name }) => name === 'yes')).toMatchObject({ kind: 'other', manager: 'supervisor' });
    expect(services.find(({ name }) => name.startsWith('uvicorn'))).toMatchObject({ kind: 'api', manager: 'none' });
  });
});
