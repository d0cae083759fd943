import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const fleet = `nodes:
  gpu-1: { labels: { rack: b2 }, services: { llama: { manager: pm2 } } }
  gpu-2: { labels: { rack: b2 } }
policy:
  rules:
    - decide: allow
      when: { action: service.*, label: rack=b2, principal: agent }
    - decide: deny
      when: { hours: '22:00-06:00 Europe/Berlin' }
      why: Nobody is awake to look after it.
`;

let program: BuiltProgram;
beforeAll(async () => {
  program = await builtProgram('src/rackhand.ts');
});
afterAll(() => program.remove());

const explain = async (...words: string[]) => {
  const path = scratchFolder().write('fleet.yaml', fleet);
  const ran = await runProgram(program, ['policy', 'explain', '--fleet', path, ...words]);
  return { ...ran, path };
};
const restart = ['--action', 'service.restart', '--node', 'gpu-1', '--service', 'llama', '--principal', 'agent'];

describe('rackhand policy explain', () => {
  test('says what is decided, by which rule of which line, and why', async () => {
    const night = await explain(...restart, '--at', '2026-03-04T23:00+01:00');
    expect(night).toMatchObject({
      code: 0,
      stderr: '',
      stdout: `DENY  service.restart of llama on gpu-1: Nobody is awake to look after it.\ndecided by rule 2 of ${night.path}:8, at 2026-03-04T22:00:00.000Z\n`,
    });
    const day = await explain(...restart, '--at', '2026-03-04T12:00Z');
    expect(day.stdout).toContain(`decided by rule 1 of ${day.path}:6,`);
  });

  test('says it to programs as JSON', async () => {
    const { stdout, path } = await explain(...restart, '--at', '2026-03-04T12:00Z', '--json');
    expect(JSON.parse(stdout)).toEqual({
      decision: 'allow',
      rule: 0,
      because: 'A rule of the fleet file allows service.restart here.',
      place: `${path}:6`,
      revision: expect.stringMatching(/^[0-9a-f]{64}$/),
      case: {
        action: 'service.restart',
        node: 'gpu-1',
        service: 'llama',
        principal: 'agent',
        at: '2026-03-04T12:00:00.000Z',
        effect: 'change',
        risk: 'approve',
      },
    });
  });

  test('asks where no rule fits, and allows to look', async () => {
    const model = ['--action', 'model.sync', '--node', 'gpu-1', '--at', '2026-03-04T12:00Z'];
    expect((await explain(...model)).stdout).toMatch(
      /^ASK {2}model\.sync on gpu-1: .*\ndecided by the built-in rule no_rule,/,
    );
    expect((await explain(...model, '--effect', 'observe')).stdout).toMatch(/^ALLOW {2}/);
    expect((await explain(...model, '--risk', 'person')).stdout).toMatch(/^DENY {2}.*never run/);
  });

  test('explains this machine without a fleet file', async () => {
    const folder = scratchFolder();
    const ran = await runProgram(program, ['policy', 'explain', '--action', 'x.y', '--node', 'local'], {
      HOME: folder.path,
    });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ASK {2}x\.y on local/) });
  });

  test.each([
    [['--action', 'x.y', '--node', 'gpu-9'], 'No node is called "gpu-9".'],
    [['--action', 'x.y', '--node', 'rack=b2'], 'rack=b2 is more than one node.'],
    [['--action', 'x.y', '--node', 'gpu-1', '--at', '2026-03-04T12:00'], '--at takes a time with its zone'],
    [['--action', 'x.y', '--node', 'gpu-1', '--at', '2026-13-04T12:00Z'], '--at takes a time with its zone'],
    [['--action', 'x.y', '--node', 'gpu-1', '--risk', 'low'], '--risk takes safe or approve or person'],
    [['--node', 'gpu-1'], 'policy explain needs'],
  ])('refuses %j', async (words, says) => {
    expect(await explain(...words)).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining(says) });
  });
});
