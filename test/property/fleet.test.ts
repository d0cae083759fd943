import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadFleet } from '../../src/config/fleet.ts';
import { opsError } from '../../src/core/errors.ts';
import { knownHosts } from '../../src/transport/known-hosts.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const name = fc.stringMatching(/^[a-z][\w.-]{0,12}$/);
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !value.includes('${'));
const service = fc.record(
  {
    manager: fc.constantFrom('supervisor', 'pm2', 'systemd', 'none'),
    kind: fc.constantFrom('api', 'worker', 'llama', 'other'),
    gpu: fc.boolean(),
    unit: name,
  },
  { requiredKeys: ['manager'] },
);
const node = fc.record(
  {
    ssh: fc.oneof(name, fc.record({ host: name, port: fc.integer({ min: 1, max: 65_535 }) })),
    gpus: fc.oneof(fc.nat(16), fc.constant('auto')),
    labels: fc.dictionary(name, text),
    services: fc.dictionary(name, service),
  },
  { requiredKeys: [] },
);
const fleets = fc.record({ nodes: fc.dictionary(name, node) });

const secret = 'kT4-rose-lantern';
const place = { env: { SUPERVISOR_PASSWORD: secret, API_TOKEN: secret }, cwd: '/', home: '/' };

describe('the fleet file', () => {
  test('holds what was written into it', async () => {
    const folder = scratchFolder();
    await fc.assert(
      fc.asyncProperty(fleets, fc.boolean(), async (fleet, asJson) => {
        const path = folder.write('fleet.yaml', asJson ? JSON.stringify(fleet) : stringify(fleet));
        const { nodes } = await loadFleet({ ...place, path });
        expect(nodes.map((read) => read.name)).toEqual(Object.keys(fleet.nodes));
        for (const read of nodes) {
          const written = fleet.nodes[read.name];
          expect(read).toMatchObject({ gpus: written?.gpus ?? 'auto', labels: written?.labels ?? {} });
          expect(read.ssh).toMatchObject(
            typeof written?.ssh === 'object' ? written.ssh : { host: written?.ssh ?? read.name },
          );
          const services = Object.entries(written?.services ?? {}).map(([name, value]) => ({ name, ...value }));
          expect(read.services).toMatchObject(services);
        }
      }),
    );
  });

  test('with an unknown key anywhere is refused with the place of that key', async () => {
    const folder = scratchFolder();
    await fc.assert(
      fc.asyncProperty(fleets, fc.nat(), async (fleet, at) => {
        const whole: Record<string, unknown> = fleet;
        const places = [whole];
        for (const declared of Object.values(fleet.nodes)) {
          places.push(declared, ...Object.values(declared.services ?? {}));
          if (typeof declared.ssh === 'object') places.push(declared.ssh);
        }
        const chosen = places[at % places.length] ?? whole;
        chosen['qqqqqqqq'] = 1;
        const yaml = stringify(fleet);
        delete chosen['qqqqqqqq'];
        const before = yaml.slice(0, yaml.indexOf('qqqqqqqq')).split('\n');
        const position = `${before.length}:${(before.at(-1) ?? '').length + 1}`;
        const path = folder.write('fleet.yaml', yaml);
        await expect(loadFleet({ ...place, path })).rejects.toMatchObject({
          code: 'CONFIG_INVALID',
          message: expect.stringMatching(new RegExp(`^${path}:${position}: .*qqqqqqqq: unknown key; known are `)),
        });
      }),
    );
  });

  test('however damaged, loads or is refused with a place, and no refusal tells a secret', async () => {
    const folder = scratchFolder();
    folder.write('key', `${secret}\n`);
    const example = readFileSync(new URL('../../fleet.example.yaml', import.meta.url), 'utf8').replace(
      '~/.secrets/fastapi-key',
      `${folder.path}/key`,
    );
    const lines = example.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
    const damage = fc.record({
      at: fc.nat(lines.length - 1),
      cut: fc.nat(3),
      put: fc.oneof(
        fc.string({ maxLength: 8 }),
        fc.constantFrom('\t', '- ', '  x: &a [*a]', '    <<: 1', '${', '? [a]', '"', ': ', '!!binary x', 'null', '---'),
        fc.constantFrom(...lines),
      ),
    });
    const outcomes = { loaded: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
        const damaged = [...lines];
        for (const { at, cut, put } of damages) damaged.splice(at, cut, put);
        const path = folder.write('fleet.yaml', damaged.join('\n'));
        const error = await loadFleet({ ...place, path }).then(() => undefined, opsError);
        outcomes[error === undefined ? 'loaded' : 'refused'] += 1;
        expect(error?.code ?? 'CONFIG_INVALID').toMatch(/^(?:CONFIG_INVALID|SECRET_MISSING)$/);
        expect(error?.message ?? `${path}:1:1: x`).toMatch(/^\/\S+\/fleet\.yaml:\d+:\d+: ./);
        expect(`${error?.message} ${error?.hint}`).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
    expect(outcomes.loaded).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(100);
  });
});

test('a known_hosts file of any text is read, line by line', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '@revoked ',
      '@cert-authority ',
      '|1|',
      'ssh-ed25519 ',
      'AAAAC3NzaC1lZDI1NTE5',
      '*',
      '!',
      ',',
      '\n',
      ' ',
    ),
    fc.string({ maxLength: 10 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const file = pieces.join('');
      const entries = knownHosts(file);
      expect(
        entries.every(({ line, matches }) => line <= file.split('\n').length && typeof matches('gpu-1') === 'boolean'),
      ).toBe(true);
    }),
  );
});
