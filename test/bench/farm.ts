import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync, openSync, writeSync, closeSync } from 'node:fs';
import { createServer, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** Nodes on loopback, each with an sshd of its own, that share one supervisord, two health ports and three large logs. */
export interface Farm {
  readonly folder: string;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly key: string;
  readonly sshConfig: string;
  readonly fleet: string;
  readonly healthPorts: readonly number[];
  readonly supervisorConfig: string;
  readonly logs: readonly string[];
  stop(): void;
}

/** A plain user with a plain shell: what root's profile does at every login is not what is measured. */
const user = 'rackhand-bench';
const addUser = () =>
  execFileSync('useradd', ['--no-create-home', '--home-dir', '/', '--password', '*', '--shell', '/bin/sh', user]);

/** In a process of its own: what it costs to answer is not the client's. */
const healthServer = `
  for (const port of process.argv.slice(1)) {
    const server = require('http').createServer((_, answer) => answer.end('{"status":"ok"}'));
    server.keepAliveTimeout = 60000;
    server.listen(Number(port), '127.0.0.1');
  }
`;

const logNames = ['fastapi.err', 'worker-gpu.err', 'llama.err'];

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

  const logs = logNames.map((name) => join(folder, name));
  const line = `${'INFO:     127.0.0.1:51234 - "GET /v1/items/abcdefghijklmnop HTTP/1.1" 200 OK'.padEnd(127)}\n`;
  for (const log of logs) fill(log, line.repeat(8_192), 50);

  const healthPorts = [await freePort(), await freePort()];
  children.push(spawn(process.execPath, ['-e', healthServer, ...healthPorts.map(String)], { stdio: 'ignore' }));

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
      ...['fastapi', 'worker-gpu', 'llama'].flatMap((name) => [
        `[program:${name}]`,
        'command=/bin/sleep 86400',
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
  writeFileSync(fleet, fleetOf({ addresses, folder, port, key, healthPorts, supervisorConfig, logs }));

  await until(() => answers(addresses.at(-1) ?? '127.0.0.1', port));
  await until(() => answers(addresses[0] ?? '127.0.0.1', port));
  for (const healthPort of healthPorts) await until(() => answers('127.0.0.1', healthPort));
  // A service is proven up after a minute; the figures are those of a healthy node, so its processes have to be old enough.
  await until(() => execQuiet('supervisorctl', ['-c', supervisorConfig, 'status']).split('RUNNING').length === 4);

  return {
    folder,
    port,
    addresses,
    key,
    sshConfig,
    fleet,
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

function fleetOf({ addresses, folder, port, key, healthPorts, supervisorConfig, logs }: FleetParts): string {
  const service = (name: string, kind: string, index: number) =>
    [
      `      ${name}:`,
      `        kind: ${kind}`,
      '        manager: supervisor',
      `        config: ${supervisorConfig}`,
      `        logs: [${logs[index]}]`,
      ...(index === 1
        ? []
        : [
            `        health: [{ url: "http://127.0.0.1:${healthPorts[index === 0 ? 0 : 1]}/health", expect: { status: ok } }]`,
          ]),
    ].join('\n');
  const nodes = addresses.map((address, index) =>
    [
      `  n${index + 1}:`,
      `    ssh: { host: ${address}, port: ${port}, user: ${user}, identity: ${key}, agent: false, knownHosts: ${folder}/known_hosts }`,
      '    gpus: 0',
      '    services:',
      service('fastapi', 'api', 0),
      service('worker-gpu', 'worker', 1),
      service('llama', 'llama', 2),
    ].join('\n'),
  );
  return `thresholds: { youngSeconds: 1 }\nnodes:\n${nodes.join('\n')}\n`;
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
