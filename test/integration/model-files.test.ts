import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ggufFile } from '../../sandbox/gguf.ts';
import { createApp, type App } from '../../src/app.ts';
import type { Finding, Report } from '../../src/core/report.ts';
import { modelVerify } from '../../src/tools/model-verify.ts';
import { leftOf, pidsOf } from '../support/processes.ts';
import { has } from '../support/requires.ts';
import { safetensorsFile } from '../support/safetensors.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

const root = process.getuid?.() === 0;
const folder = mkdtempSync('/dev/shm/rh-models-');
const at = (name: string) => join(folder, name);
const mib = 1_048_576;

/** A model of 8 MiB. */
const whole = ggufFile({ tensors: [{ name: 'token_embd.weight', dimensions: [1_024, 2_048] }] });
const headerBytes = whole.length - 8 * mib;

function file(name: string, bytes: Uint8Array = whole): string {
  writeFileSync(at(name), bytes);
  return at(name);
}

let sshd: Sshd;
let app: App;

beforeAll(async () => {
  process.env['RACKHAND_STATE'] = at('state');
  sshd = await startSshd();
  const ssh = `{ host: 127.0.0.1, port: ${sshd.port}, user: root, identity: ${sshd.keyFile}, agent: false, knownHosts: ${sshd.knownHostsFile}, config: /dev/null }`;
  const fleet = at('fleet.yaml');
  const declared = `{ manager: none, models: [{ path: ${at('declared.gguf')}, sha256: ${'f'.repeat(64)} }] }`;
  writeFileSync(
    fleet,
    `nodes:\n  here: { transport: local }\n  there: { ssh: ${ssh}, services: { llama: ${declared} } }\n`,
  );
  app = await createApp({ fleetPath: fleet });
});

afterAll(async () => {
  await app.close();
  await sshd.stop();
  rmSync(folder, { recursive: true });
});

interface How {
  readonly signal?: AbortSignal;
  onProgress?(message: string): void;
}

async function verify(
  input: object,
  { signal = new AbortController().signal, onProgress = () => undefined }: How = {},
) {
  return app.call(modelVerify, { detail: 'full', ...input }, { signal, onProgress });
}

const digestOn = async (input: object) => of(await verify({ nodes: ['there'], ...input }), 'model.digest');

const of = (report: Report, check: string): Finding | undefined => report.findings.find((each) => each.check === check);

describe.skipIf(!has('sshd') || !root)('over a real sshd (needs sshd, root)', () => {
  test.concurrent('a whole model that no service declares is ok in every way', async ({ expect }) => {
    const path = file('whole.gguf');
    const report = await verify({ nodes: ['there'], path });
    expect(report).toMatchObject({
      status: 'ok',
      data: { models: [{ node: 'there', path, service: '', status: 'ok' }] },
    });
    expect(report.findings.map(({ check, status }) => `${check} ${status}`).toSorted()).toEqual([
      'model.complete ok',
      'model.filled ok',
      'model.present ok',
      'model.read ok',
      'model.stable ok',
      'model.writers ok',
    ]);
    expect(report.findings.every(({ service }) => service === undefined)).toBe(true);
  });

  test.concurrent.for<[string, (path: string) => unknown, string]>([
    ['whose rest is a hole', (path: string) => truncateSync(path, whole.length), 'and its filesystem holds only'],
    [
      'whose rest was reserved',
      (path: string) => execFileSync('fallocate', ['-l', String(whole.length), path]),
      ', its last',
    ],
  ])('a file of the right size and header %s is not filled', async ([name, make, says], { expect }) => {
    const path = file(`${name}.gguf`, whole.subarray(0, headerBytes));
    make(path);
    const report = await verify({ nodes: ['there'], path });
    expect(of(report, 'model.complete')).toMatchObject({ status: 'ok' });
    expect(of(report, 'model.filled')).toMatchObject({ status: 'critical', summary: expect.stringContaining(says) });
  });

  test.concurrent('a copy that stalls, and one that goes on', async ({ expect, onTestFinished }) => {
    const path = file('copied.gguf', new Uint8Array());
    const tee = spawn('tee', [path], { stdio: ['pipe', 'ignore', 'ignore'] });
    onTestFinished(ending(tee));
    tee.stdin.write(whole);
    await until(() => execFileSync('stat', ['-c', '%s', path]).toString().trim() === String(whole.length));
    const stalled = await verify({ nodes: ['there'], path });
    expect(of(stalled, 'model.stable')).toMatchObject({ status: 'ok' });
    expect(of(stalled, 'model.writers')).toMatchObject({
      status: 'critical',
      summary: `tee (pid ${tee.pid}, root) has ${path} open for writing: its copy has not ended.`,
    });
    const onProgress = (message: string) => {
      if (message.includes('second sample')) tee.stdin.write('more');
    };
    const growing = await verify({ nodes: ['there'], path }, { onProgress });
    expect(of(growing, 'model.stable')).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining('it grew by 4 B'),
    });
  });

  test.concurrent('a model in parts of which one is missing and one is cut', async ({ expect }) => {
    const part = safetensorsFile({ a: [0, 64] });
    const [first, second, third] = [1, 2, 3].map((number) => `m-0000${number}-of-00003.safetensors`) as [
      string,
      string,
      string,
    ];
    file(first, part);
    file(second, part.subarray(0, -10));
    const missing = await verify({ nodes: ['there'], path: at(first) });
    expect(of(missing, 'model.complete')).toMatchObject({ status: 'ok' });
    expect(of(missing, 'model.shards')).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining(`is missing: "${third}"`),
    });
    file(third, part);
    const cut = await verify({ nodes: ['there'], path: at(first) });
    expect(of(cut, 'model.shards')).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining(`${second} is truncated`),
    });
    file(second, part);
    const index = file(
      'm.safetensors.index.json',
      Buffer.from(JSON.stringify({ weight_map: { a: first, b: second, c: third } })),
    );
    expect(of(await verify({ nodes: ['there'], path: index }), 'model.shards')).toMatchObject({ status: 'ok' });
  });

  test.concurrent('a missing model is looked for near by, and below other mounts', async ({
    expect,
    onTestFinished,
  }) => {
    mkdirSync(at('near/models/sub'), { recursive: true });
    const path = at('near/models/m.gguf');
    writeFileSync(at('near/models/sub/m.gguf'), 'x');
    expect((await verify({ nodes: ['there'], path })).summary).toContain(
      `"${at('near/models/sub/m.gguf')}" has its name`,
    );
    writeFileSync(`${path} `, 'x');
    expect((await verify({ nodes: ['there'], path })).summary).toContain('differs in blanks');
    symlinkSync('/nowhere/models', at('near/link'));
    expect((await verify({ nodes: ['there'], path: at('near/link/m.gguf') })).summary).toContain(
      `its folder ${at('near/link')} is a symbolic link to /nowhere/models, which is not there`,
    );
    for (const size of ['1m', '2m']) {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, `rh${size}`, at('near')]);
      onTestFinished(() => void execFileSync('umount', [at('near')]));
    }
    expect((await verify({ nodes: ['there'], path })).summary).toContain(
      `tmpfs rh2m on ${at('near')} is mounted over tmpfs rh1m on ${at('near')}, and hides what that holds`,
    );
  });

  test.concurrent('a hash that is compared with the one given, declared or noted', async ({ expect }) => {
    const path = file('hashed.gguf');
    const sha256 = createHash('sha256').update(whole).digest('hex');
    file('declared.gguf');
    mkdirSync(at('blobs'), { recursive: true });
    file(`blobs/${sha256}`);
    symlinkSync(`blobs/${sha256}`, at('linked.gguf'));
    const [given, other, declared, noted, none] = await Promise.all([
      digestOn({ path, sha256: sha256.toUpperCase() }),
      digestOn({ path: file('other.gguf'), sha256: '1'.repeat(64) }),
      digestOn({ sha256: true }),
      digestOn({ path: at('linked.gguf'), sha256: true }),
      digestOn({}),
    ]);
    expect(given).toMatchObject({ status: 'ok', summary: expect.stringContaining('as was given') });
    expect(other).toMatchObject({ status: 'critical', summary: expect.stringContaining(`its sha256 is ${sha256}`) });
    expect(declared).toMatchObject({
      status: 'critical',
      service: 'llama',
      summary: expect.stringContaining('as is declared'),
    });
    expect(noted).toMatchObject({ status: 'ok', summary: expect.stringContaining('as its downloader noted') });
    expect(none).toBeUndefined();
  });

  test.each([
    [{ path: 'relative.gguf' }, 'no absolute path'],
    [{ path: '/a', sha256: 'abc' }, 'neither true nor 64 hex digits'],
    [{ sha256: 'a'.repeat(64) }, 'one hash is of one file, and this means 0'],
  ])('%j is refused', async (input, says) => {
    await expect(verify({ nodes: ['here'], ...input })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(says),
    });
  });

  test.concurrent.for(['here', 'there'])(
    'a hash cancelled midway on %s leaves no process behind',
    async (node, { expect }) => {
      const path = file(`large-${node}.gguf`);
      // A hole is read as any file is: a minute and more for sha256sum.
      truncateSync(path, 64 * 1_024 * mib);
      const over = new AbortController();
      const call = verify({ nodes: [node], path, sha256: true }, { signal: over.signal });
      call.catch(() => undefined);
      await until(() => pidsOf(path).some(isHashing));
      over.abort();
      await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await leftOf(path)).toEqual([]);
    },
  );
});

const isHashing = (pid: number): boolean => {
  try {
    return (
      execFileSync('ps', ['-o', 'comm=,ni=', '-p', String(pid)])
        .toString()
        .trim()
        .split(/\s+/)
        .join(' ') === 'sha256sum 19'
    );
  } catch {
    return false;
  }
};

describe.skipIf(!has('bindfs') || !existsSync('/dev/fuse') || !has('sshd') || !root)(
  'on a mount whose server dies (where there is FUSE)',
  () => {
    test.concurrent.for([
      ['here', 'model.present', 'm.gguf can not be reached: '],
      ['there', 'model.read', 'm.gguf shows 8.0 MiB, but its beginning can not be read: '],
    ] as const)('%s, %s is critical', async ([node, check, says], { expect, onTestFinished }) => {
      const [source, mount] = [at(`source-${node}`), at(`mount-${node}`)];
      mkdirSync(source);
      mkdirSync(mount);
      writeFileSync(join(source, 'm.gguf'), whole);
      const bindfs = spawn('bindfs', ['-f', '-o', 'attr_timeout=300,entry_timeout=300', source, mount], {
        stdio: 'ignore',
      });
      onTestFinished(ending(bindfs));
      onTestFinished(() => void execFileSync('umount', ['-l', mount]));
      await until(() => execFileSync('mount').toString().includes(` on ${mount} `));
      const path = join(mount, 'm.gguf');
      expect(await verify({ nodes: [node], path })).toMatchObject({ status: 'ok' });
      bindfs.kill('SIGKILL');
      await once(bindfs, 'exit');
      const report = await verify({ nodes: [node], path });
      // The size and the kind of the file come from a cache, where the question is one that it can answer.
      expect(of(report, check)).toMatchObject({
        status: 'critical',
        summary: expect.stringContaining(`${says}the program that serves this mount has died`),
      });
    });
  },
);

/** Ends a program when the test ends. */
const ending = (child: ChildProcess) => async (): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
};
