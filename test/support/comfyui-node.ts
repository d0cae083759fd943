import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startSshd } from './sshd.ts';
import { startSupervisord } from './supervisord.ts';
import { until } from './until.ts';

const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/system_stats`).then(
    ({ ok }) => ok,
    () => false,
  );

const program = new URL('../../sandbox/programs/comfyui.mjs', import.meta.url).pathname;

/**
 * A node behind a real sshd whose ComfyUI instances run under a real supervisord; they are stand-ins.
 *
 * `switches` are those of each instance, by its GPU. `fleet` writes a fleet file, with more of the last instance and of the
 * node. `hang` makes one of them answer nothing that begins with a path.
 */
export async function comfyuiNode(switches: readonly (readonly string[])[]) {
  const folder = mkdtempSync(join(tmpdir(), 'rh-comfyui-'));
  const base = join(folder, 'ComfyUI');
  mkdirSync(join(base, 'models', 'checkpoints'), { recursive: true });
  const ports = await Promise.all(switches.map(() => freePort()));
  const hangFile = (gpu: number) => join(folder, `hang-${gpu}`);
  const logFile = (gpu: number) => join(folder, `comfyui-gpu${gpu}.log`);
  const programs = switches.map((words, gpu) => {
    const all = ['--port', ports[gpu], '--base-directory', base, '--hang-while', hangFile(gpu), ...words].join(' ');
    return `[program:comfyui-gpu${gpu}]
command=${process.execPath} ${program} ${all}
autorestart=false
startsecs=0
redirect_stderr=true
stdout_logfile=${logFile(gpu)}
`;
  });
  const [sshd, daemon] = await Promise.all([startSshd(), startSupervisord(programs.join(''))]);
  const services = switches.map(
    (_, gpu) => `      comfyui-gpu${gpu}:
        kind: comfyui
        manager: supervisor
        config: ${daemon.config}
        env: { CUDA_VISIBLE_DEVICES: '${gpu}' }
        health: [{ url: 'http://127.0.0.1:${ports[gpu]}/system_stats' }]
`,
  );
  const fleet = (more = '', own = '') => {
    const path = join(folder, 'fleet.yaml');
    const text = `nodes:
  gpu-1:
    simulated: [ComfyUI]
${own}    ssh:
      host: 127.0.0.1
      port: ${sshd.port}
      user: root
      identity: ${sshd.keyFile}
      agent: false
      knownHosts: ${sshd.knownHostsFile}
      config: /dev/null
    thresholds: { youngSeconds: 0.1 }
    services:
${services.join('')}${more}`;
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  await Promise.all(ports.map((port) => until(() => answers(port), 30_000)));
  return {
    base,
    ports,
    sshd,
    daemon,
    fleet,
    logFile,
    hang: (gpu: number, path = '/') => writeFileSync(hangFile(gpu), path),
    answerAgain: (gpu: number) => rmSync(hangFile(gpu), { force: true }),
    end: async () => {
      await daemon.end();
      await sshd.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
export type ComfyuiNode = Awaited<ReturnType<typeof comfyuiNode>>;
