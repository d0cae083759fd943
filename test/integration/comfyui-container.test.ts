import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comfyuiMounts } from '../../src/checks/comfyui-mounts.ts';
import { comfyuiStorage } from '../../src/checks/comfyui-storage.ts';
import { hasEngine, startDockerd, type ContainerOptions, type Dockerd } from '../support/dockerd.ts';
import { lookOverSsh } from '../support/look-over-ssh.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';

const folder = mkdtempSync(join(tmpdir(), 'rh-comfy-'));
const at = (name: string) => join(folder, name);
let sshd: Sshd;
let engine: Dockerd;

describe.skipIf(!hasEngine)('a container of ComfyUI under a real engine, by a stand-in image (needs dockerd)', () => {
  beforeAll(async () => {
    chmodSync(folder, 0o755);
    for (const name of ['run', 'run/models', 'base', 'base/models', 'base/models/loras', 'shared', 'out']) {
      mkdirSync(at(name), { mode: 0o755 });
      chownSync(at(name), 1024, 1024);
    }
    [sshd, engine] = await Promise.all([startSshd(), startDockerd()]);
  });
  afterAll(async () => {
    await Promise.all([sshd.stop(), engine.end()]);
    rmSync(folder, { recursive: true });
  });

  const wanted = ['WANTED_UID=1024', 'WANTED_GID=1024', 'BASE_DIRECTORY=/basedir', 'HF_TOKEN=hf_nobody-may-see-this'];
  const [run, base, shared] = [`${at('run')}:/comfy/mnt`, `${at('base')}:/basedir`, `${at('shared')}:/models:ro`];
  const created = (name: string, binds: readonly string[], more: Partial<ContainerOptions> = {}) =>
    engine.create({ name, cmd: ['sleep', '60'], env: wanted, ...more, host: { Binds: binds, ...more.host } });

  const look = async (container: string) => {
    const storage = {
      run: at('run'),
      base: at('base'),
      shared: [{ path: at('shared'), inside: '/models' }],
      container,
      server: engine.server,
    };
    const declared = { comfyui: { path: at('run/ComfyUI'), storage } };
    const findings = await lookOverSsh(sshd, declared, [comfyuiStorage, comfyuiMounts]);
    expect(JSON.stringify(findings)).not.toContain('nobody-may-see');
    return findings;
  };
  const say = async (container: string) =>
    (await look(container)).map(({ check, status, summary }) => [check, status, summary]);

  test('that is not there yet is judged by the fleet file', async () => {
    expect(await say('nobody')).toEqual([
      ['comfyui.storage', 'ok', expect.stringContaining('is as the image wants it')],
      ['comfyui.mounts', 'not_applicable', expect.stringContaining('There is no container nobody yet')],
    ]);
  });

  test('that is made as it must be is well', async () => {
    await created('right', [run, base, shared]);
    expect(await say('right')).toEqual([
      ['comfyui.storage', 'ok', expect.any(String)],
      [
        'comfyui.mounts',
        'ok',
        `right has ${at('run')} as /comfy/mnt in one mount, and 1 folder of shared models read-only.`,
      ],
    ]);
  });

  test('with a mount below /comfy/mnt alone sees that folder as root has it, as its engine does', async () => {
    const id = await engine.run({
      name: 'below',
      cmd: ['sh', '-c', 'busybox stat -c %u:%g /comfy/mnt >/out/owner'],
      env: ['WANTED_UID=1024'],
      host: { Binds: [`${at('run/models')}:/comfy/mnt/models`, `${at('out')}:/out`] },
    });
    await engine.api('POST', `/containers/${id}/wait`);
    expect(readFileSync(at('out/owner'), 'utf8').trim()).toBe('0:0');
    // There is nothing on the node that a person could make or own.
    expect((await look('below'))[0]?.next).toEqual([
      { say: `Mount ${at('run')} as /comfy/mnt in one, and nothing below it.` },
    ]);
    expect(await say('below')).toEqual([
      [
        'comfyui.storage',
        'critical',
        expect.stringMatching(/"!! ERROR: Directory \/comfy\/mnt owned by .* actual 0:0 -- FORCE_CHOWN will not work/),
      ],
      ['comfyui.mounts', 'critical', expect.stringContaining('only /comfy/mnt/models is mounted')],
      [
        'comfyui.mounts',
        'degraded',
        expect.stringContaining(`The shared models ${at('shared')} are not mounted at /models`),
      ],
      ['comfyui.mounts', 'degraded', expect.stringContaining('BASE_DIRECTORY is not set')],
    ]);
  });

  test('with `user:` ends before it looks at any folder', async () => {
    await created('other', [run, base, shared], { config: { User: '1000:1000' } });
    expect(await say('other')).toEqual([
      [
        'comfyui.storage',
        'critical',
        'The container would end at user: 1000:1000 with "!! ERROR: comfy MUST be running as UID 1024 GID 1024, current UID 1000 GID 1000".',
      ],
      ['comfyui.mounts', 'degraded', expect.stringContaining('`user: 1000:1000`')],
    ]);
  });

  test.each([
    ['no-new-privileges', { SecurityOpt: ['no-new-privileges:true'] }, 'security_opt: no-new-privileges:true'],
    ['capabilities', { CapDrop: ['ALL'] }, 'cap_drop: ALL'],
  ])('without sudo by %s can not become its user', async (name, host, place) => {
    await created(name, [run, base, shared], { host });
    expect((await say(name))[0]).toEqual([
      'comfyui.storage',
      'critical',
      `The container would end at ${place} with "!! ERROR: Failed to set GID of comfy user".`,
    ]);
  });

  test('with models mounted read-only into its own folder ends there, and with writable shared ones does not', async () => {
    await created('readonly', [
      run,
      base,
      `${at('shared')}:/models`,
      `${at('base/models/loras')}:/basedir/models/loras:ro`,
    ]);
    expect(await say('readonly')).toEqual([
      [
        'comfyui.storage',
        'critical',
        expect.stringContaining('"!! ERROR: Directory /basedir/models/loras not writeable"'),
      ],
      ['comfyui.mounts', 'degraded', expect.stringContaining(`${at('shared')} are mounted writable at /models`)],
    ]);
  });

  test('with another WANTED_UID is judged by that one', async () => {
    await created('ids', [run, base, shared], {
      env: ['WANTED_UID=1000', 'WANTED_GID=1000', 'BASE_DIRECTORY=/basedir/'],
    });
    expect(await say('ids')).toEqual([
      ['comfyui.storage', 'critical', expect.stringContaining('expected 1000:1000, actual 1024:1024')],
      ['comfyui.mounts', 'degraded', 'The container wants 1000:1000, the fleet file says 1024:1024.'],
    ]);
  });
});
