import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync, openSync, writeSync, closeSync } from 'node:fs';
import { createServer, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** Nodes on loopback, each with an sshd of its own, that share one supervisord with eight programs, two health ports and their logs. */
export interface Farm {
  readonly folder: string;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly key: string;
  readonly sshConfig: string;
  /** Declares the three services of the user's own triage. */
  readonly fleet: string;
  /** Declares all eight. */
  readonly fullFleet: string;
  readonly healthPorts: readonly number[];
  readonly supervisorConfig: string;
  readonly logs: readonly string[];
  stop(): void;
}

/** A plain user with a plain shell: what root's profile does at every login is not what is measured. */
const user = 'rackhand-bench';
const addUser = () =>
  execFileSync('useradd', ['--no-create-home', '--home-dir', '/', '--password', '*', '--shell', '/bin/sh', user]);

const healthServer = `
  const server = require('http').createServer((_, answer) => answer.end('{"status":"ok"}'));
  server.keepAliveTimeout = 60000;
  server.listen(Number(process.argv[2]), '127.0.0.1');
`;

/** The first three are those of the user's own triage, with large logs. */
const services = [
  { name: 'fastapi', kind: 'api', answers: 0 },
  { name: 'worker-gpu', kind: 'worker' },
  { name: 'llama', kind: 'llama', answers: 1 },
  { name: 'whisper', kind: 'whisper' },
  { name: 'ingest', kind: 'worker' },
  { name: 'gateway', kind: 'api' },
  { name: 'metrics', kind: 'other' },
  { name: 'sync', kind: 'other' },
] as const satisfies readonly { name: string; kind: string; answers?: number }[];
const largeLogs = 3;

export async function startFarm(nodes: number): Promise<Farm> {
  const folder = mkdtempSync(join(tmpdir(), 'rh-bench-'));
  // The client's own keys lie here too, but only for as long as it measures.
  chmodSync(folder, 0o755);
  addUser();
  const children: ChildProcess[] = [];
  const port = await freePort();
  const addresses = Array.from({ length: nodes }, (_, index) => `127.0.0.${index + 1}`);
  const key = join(folder, 'client');
  for (const name of ['client', 'host'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  const read = (file: string) => execFileSync('cat', [join(folder, file)], { encoding: 'utf8' }).trim();
  writeFileSync(join(folder, 'authorized_keys'), `${read('client.pub')}\n`, { mode: 0o644 });
  const hostKey = read('host.pub').split(' ').slice(0, 2).join(' ');
  writeFileSync(join(folder, 'known_hosts'), addresses.map((address) => `[${address}]:${port} ${hostKey}\n`).join(''));

  const sshdConfig = join(folder, 'sshd_config');
  writeFileSync(
    sshdConfig,
    [
      `HostKey ${folder}/host`,
      `AuthorizedKeysFile ${folder}/authorized_keys`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',

      'Subsystem sftp internal-sftp',
    ].join('\n'),
  );
  mkdirSync('/run/sshd', { recursive: true });
  for (const address of addresses) {
    children.push(
      spawn('/usr/sbin/sshd', ['-D', '-e', '-f', sshdConfig, '-o', `ListenAddress=${address}:${port}`], {
        stdio: 'ignore',
      }),
    );
  }

  const logs = services.map(({ name }) => join(folder, `${name}.err`));
  const line = `${'INFO:     127.0.0.1:51234 - "GET /v1/items/abcdefghijklmnop HTTP/1.1" 200 OK'.padEnd(127)}\n`;
  for (const [index, log] of logs.entries()) fill(log, line.repeat(8_192), index < largeLogs ? 50 : 1);

  const healthPorts = [await freePort(), await freePort()];
  const health = join(folder, 'health.cjs');
  writeFileSync(health, healthServer);

  const supervisorConfig = join(folder, 'supervisord.conf');
  writeFileSync(
    supervisorConfig,
    [
      '[unix_http_server]',
      `file=${folder}/supervisor.sock`,
      'chmod=0777',
      '[supervisord]',
      `logfile=${folder}/supervisord.log`,
      `pidfile=${folder}/supervisord.pid`,
      'nodaemon=true',
      '[rpcinterface:supervisor]',
      'supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface',
      '[supervisorctl]',
      `serverurl=unix://${folder}/supervisor.sock`,
      ...services.flatMap((service) => [
        `[program:${service.name}]`,
        `command=${'answers' in service ? `${process.execPath} ${health} ${healthPorts[service.answers]}` : '/bin/sleep 86400'}`,
        'startsecs=0',
        'stdout_logfile=NONE',
        'stderr_logfile=NONE',
      ]),
    ].join('\n'),
  );
  children.push(spawn('supervisord', ['-c', supervisorConfig], { stdio: 'ignore' }));

  const sshConfig = join(folder, 'ssh_config');
  writeFileSync(
    sshConfig,
    [
      'Host 127.0.0.*',
      `  Port ${port}`,
      `  User ${user}`,
      `  IdentityFile ${key}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${folder}/known_hosts`,
      '  BatchMode yes',
      '  KexAlgorithms curve25519-sha256',
    ].join('\n'),
  );

  const fleet = join(folder, 'fleet.yaml');
  const fullFleet = join(folder, 'full.yaml');
  const parts = { addresses, folder, port, key, healthPorts, supervisorConfig, logs };
  writeFileSync(fleet, fleetOf(parts, largeLogs));
  writeFileSync(fullFleet, fleetOf(parts, services.length));

  await until(() => answers(addresses.at(-1) ?? '127.0.0.1', port));
  await until(() => answers(addresses[0] ?? '127.0.0.1', port));
  for (const healthPort of healthPorts) await until(() => answers('127.0.0.1', healthPort));
  // A service is proven up after a minute; the figures are those of a healthy node, so its processes have to be old enough.
  await until(
    () => execQuiet('supervisorctl', ['-c', supervisorConfig, 'status']).split('RUNNING').length > services.length,
  );

  return {
    folder,
    port,
    addresses,
    key,
    sshConfig,
    fleet,
    fullFleet,
    healthPorts,
    supervisorConfig,
    logs,
    stop() {
      for (const child of children) child.kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
      execFileSync('userdel', ['--force', user], { stdio: 'ignore' });
    },
  };
}

interface FleetParts {
  addresses: readonly string[];
  folder: string;
  port: number;
  key: string;
  healthPorts: readonly number[];
  supervisorConfig: string;
  logs: readonly string[];
}

function fleetOf(
  { addresses, folder, port, key, healthPorts, supervisorConfig, logs }: FleetParts,
  declared: number,
): string {
  const entries = services
    .slice(0, declared)
    .map((service, index) =>
      [
        `      ${service.name}:`,
        `        kind: ${service.kind}`,
        '        manager: supervisor',
        `        config: ${supervisorConfig}`,
        `        logs: [${logs[index]}]`,
        ...('answers' in service
          ? [
              `        health: [{ url: "http://127.0.0.1:${healthPorts[service.answers]}/health", expect: { status: ok } }]`,
            ]
          : []),
      ].join('\n'),
    );
  const nodes = addresses.map((address, index) =>
    [
      `  n${index + 1}:`,
      `    ssh: { host: ${address}, port: ${port}, user: ${user}, identity: ${key}, agent: false, knownHosts: ${folder}/known_hosts }`,
      '    gpus: 0',
      '    services:',
      ...entries,
    ].join('\n'),
  );
  return `thresholds: { youngSeconds: 1, clockDegradedSeconds: 60, clockCriticalSeconds: 120, loadPerCpu: 1000, ioPressurePercent: 100, memoryPressurePercent: 100 }\nnodes:\n${nodes.join('\n')}\n`;
}

function fill(file: string, mebibyte: string, count: number): void {
  const handle = openSync(file, 'w');
  for (let written = 0; written < count; written += 1) writeSync(handle, mebibyte);
  closeSync(handle);
}

function execQuiet(program: string, words: string[]): string {
  try {
    return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await holds()) return;
    await pause(50);
  }
  throw new Error('the farm did not come up');
}

const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });

async function freePort(): Promise<number> {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
