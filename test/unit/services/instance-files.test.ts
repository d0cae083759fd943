import { execFileSync } from 'node:child_process';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OpsError } from '../../../src/core/errors.ts';
import { launchesOf, type Launches } from '../../../src/services/instance-launch.ts';
import { pm2Ecosystem } from '../../../src/services/pm2-ecosystem.ts';
import { supervisorSections } from '../../../src/services/supervisor-sections.ts';
import { systemdUnits } from '../../../src/services/systemd-units.ts';
import { testNode } from '../../support/node.ts';

function launches(instances: Record<string, unknown> = {}, path = '/workspace/ComfyUI'): Launches {
  const node = testNode({ comfyui: { path, instances: { manager: 'pm2', gpus: [0, 1], ...instances } } });
  const found = launchesOf(node);
  if (found === undefined) throw new Error('no instances');
  return found;
}
const seed = {
  listen: '0.0.0.0',
  output: '/workspace/shared/outputs',
  input: '/workspace/shared/inputs',
  python: '/workspace/venv/bin/python',
};
/** What a person may have named a folder or a flag: everything but the end of a line. */
const odd = fc
  .string({
    unit: fc.constantFrom('a', ' ', '"', "'", '\\', '$', '%', '`', ';', '#', '(', ')s', '${x}', 'é', '~', '='),
  })
  .filter((text) => text.length > 0);
const oddLaunches = fc
  .record({
    folder: odd,
    flags: fc.array(
      odd.map((text) => `x${text}`),
      { maxLength: 3 },
    ),
    python: odd,
  })
  .map(({ folder, flags, python }) => launches({ flags, python: `/p${python.replaceAll(' ', '')}` }, `/o/${folder}`));

describe('the ecosystem file of pm2', () => {
  test('has one entry for each GPU, with its port, its GPU and how often it is started again', () => {
    expect(JSON.parse(pm2Ecosystem(launches(seed))).apps[1]).toEqual({
      name: 'comfyui-gpu1',
      script: '/workspace/ComfyUI/main.py',
      cwd: '/workspace/ComfyUI',
      interpreter: '/workspace/venv/bin/python',
      exec_mode: 'fork',
      args: [
        '--listen',
        '0.0.0.0',
        '--port',
        '8189',
        '--output-directory',
        '/workspace/shared/outputs',
        '--input-directory',
        '/workspace/shared/inputs',
      ],
      env: { CUDA_VISIBLE_DEVICES: '1', COMFYUI_PORT: '8189' },
      autorestart: true,
      restart_delay: 5000,
      max_restarts: 10,
      min_uptime: 120_000,
      log_date_format: 'YYYY-MM-DDTHH:mm:ss.SSSZ',
    });
  });

  test('shows no GPU in development', () => {
    const [only] = JSON.parse(pm2Ecosystem(launches({ cpuOnly: true, gpus: 1 }))).apps;
    expect(only).toMatchObject({ env: { CUDA_VISIBLE_DEVICES: '' }, args: expect.arrayContaining(['--cpu']) });
  });

  test('is data and nothing else, whatever it holds, also where pm2 runs it as a program', () => {
    fc.assert(
      fc.property(oddLaunches, (some) => {
        const text = pm2Ecosystem(some);
        const run: unknown = JSON.parse(JSON.stringify(runInNewContext(`(${text})`)));
        expect(run).toEqual(JSON.parse(text));
        expect(JSON.parse(text).apps).toMatchObject(some.all.map(({ name, script, args }) => ({ name, script, args })));
      }),
    );
  });
});

/** Reads a configuration as supervisord does. Source: supervisor/options.py of 4.2.5. */
const reader = `
import configparser, json, shlex, sys
out = []
for text in json.load(sys.stdin):
    parser = configparser.RawConfigParser(inline_comment_prefixes=(';', '#'), strict=False)
    parser.read_string(text)
    out.append([dict(name=s, command=shlex.split(parser[s]['command'] % {}), directory=parser[s]['directory'] % {}) for s in parser.sections()])
json.dump(out, sys.stdout)
`;

/** Empty where it is refused. */
function written(some: Launches): string {
  try {
    return supervisorSections(some);
  } catch (thrown) {
    if (!(thrown instanceof OpsError) || !thrown.message.includes('can not stand in')) throw thrown;
    return '';
  }
}

describe('the programs of supervisord', () => {
  test('have one section for each GPU', () =>
    expect(supervisorSections(launches({ ...seed, gpus: [1], user: 'app' }))).toMatchInlineSnapshot(`
      "[program:comfyui-gpu1]
      command="/workspace/venv/bin/python" "/workspace/ComfyUI/main.py" "--listen" "0.0.0.0" "--port" "8189" "--output-directory" "/workspace/shared/outputs" "--input-directory" "/workspace/shared/inputs"
      directory=/workspace/ComfyUI
      environment=CUDA_VISIBLE_DEVICES="1",COMFYUI_PORT="8189"
      user=app
      autostart=true
      autorestart=true
      startsecs=15
      startretries=10
      stopasgroup=true
      killasgroup=true
      "
    `));

  test('give every word back, or are refused', () => {
    const some = fc.sample(oddLaunches, 300);
    const told = some.map((each) => written(each));
    const refused = some.filter((_, index) => told[index] === '');
    for (const each of refused) expect(JSON.stringify(each)).toMatch(/\s[;#]/);
    expect(told.filter(Boolean).length).toBeGreaterThan(100);
    const read: unknown = JSON.parse(
      execFileSync('python3', ['-c', reader], { input: JSON.stringify(told) }).toString(),
    );
    const meant = some.map(({ all }, index) =>
      told[index] === ''
        ? []
        : all.map(({ name, python, script, args, cwd }) => ({
            name: `program:${name}`,
            command: [python, script, ...args],
            directory: cwd.trimEnd(),
          })),
    );
    expect(read).toEqual(meant);
  });
});

describe('the units of systemd', () => {
  test('are one file for each GPU', () =>
    expect(systemdUnits(launches({ ...seed, gpus: [1], user: 'app' }))['comfyui-gpu1.service']).toMatchInlineSnapshot(`
      "[Unit]
      Description=ComfyUI comfyui-gpu1 on GPU 1
      After=network.target
      StartLimitIntervalSec=1250
      StartLimitBurst=11

      [Service]
      ExecStart="/workspace/venv/bin/python" "/workspace/ComfyUI/main.py" "--listen" "0.0.0.0" "--port" "8189" "--output-directory" "/workspace/shared/outputs" "--input-directory" "/workspace/shared/inputs"
      WorkingDirectory=/workspace/ComfyUI
      Environment="CUDA_VISIBLE_DEVICES=1"
      Environment="COMFYUI_PORT=8189"
      User=app
      Restart=on-failure
      RestartSec=5000ms

      [Install]
      WantedBy=multi-user.target
      "
    `));

  test('double what systemd would fill in, and quote the rest', () => {
    const text = systemdUnits(launches({ gpus: 1, flags: ['100%', '$HOME', 'a "b"', '\\n'] }))['comfyui-gpu0.service'];
    expect(text).toContain(String.raw`"100%%" "$$HOME" "a \"b\"" "\\n"`);
  });

  test('hold one line for each of their values', () => {
    fc.assert(
      fc.property(oddLaunches, (some) => {
        for (const text of Object.values(systemdUnits(some))) expect(text.split('\n')).toHaveLength(17);
      }),
    );
  });
});
