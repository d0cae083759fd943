import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { failures } from '../../src/checks/comfyui-order.ts';
import { comfyuiStorageSchema } from '../../src/core/comfyui-storage.ts';
import type { Session } from '../../src/core/session.ts';
import { comfyuiFolders } from '../../src/probes/comfyui-folders.ts';
import { mounts } from '../../src/probes/mounts.ts';
import { comfyuiStorage } from '../../src/tools/comfyui-storage.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { hasRooms, initSays } from '../support/comfyui-init.ts';
import { drive } from '../support/drive.ts';
import { reportSchema } from '../support/report-schema.ts';
import { has } from '../support/requires.ts';
import { plainUser, sshNode, startSshd, type Sshd } from '../support/sshd.ts';

const [uid, gid] = [1024, 1024];
let folder: string;
let sshd: Sshd;
let session: Session;
const transport = createSshTransport();
const mounted: string[] = [];

beforeAll(async () => {
  sshd = await startSshd();
  session = await transport.open(sshNode(sshd, {}), new AbortController().signal);
});
afterAll(async () => {
  await transport.close();
  await sshd.stop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rh-comfy-'));
  chmodSync(folder, 0o755);
  healthy();
});
afterEach(() => {
  for (const place of mounted.splice(0)) execFileSync('umount', [place]);
  rmSync(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);
const own = (name: string, owner: readonly [number, number] = [uid, gid]) => lchownSync(at(name), ...owner);
const make = (name: string, owner: readonly [number, number] = [uid, gid], mode = 0o755) => {
  mkdirSync(at(name));
  chmodSync(at(name), mode);
  own(name, owner);
};
const link = (name: string, to: string, owner: readonly [number, number] = [uid, gid]) => {
  symlinkSync(to, at(name));
  own(name, owner);
};
/** In the place of what is there. */
const instead = (name: string, put: () => void) => {
  rmSync(at(name), { recursive: true, force: true });
  put();
};

/** After a first start, with shared models that others own. */
function healthy(): void {
  for (const name of ['run', 'run/ComfyUI', 'run/HF', 'run/venv', 'base', 'base/models', 'base/models/checkpoints'])
    make(name);
  make('shared', [0, 0]);
  make('shared/sdxl', [0, 0]);
}

const storage = () =>
  comfyuiStorageSchema.parse({
    run: at('run'),
    base: at('base'),
    shared: [{ path: at('shared'), inside: '/models' }],
  });

/** What the preflight says that the image would say first, over a real sshd. */
async function weSay(): Promise<string | null> {
  const folders = await drive(comfyuiFolders.steps({ storage: storage() }), [], Promise.resolve(session));
  const table = await drive(mounts.steps({}), [], Promise.resolve(session));
  const found = failures({ folders, mounts: table, full: { run: false, base: false } });
  expect(found.filter(({ says }) => says === null)).toEqual([]);
  return found[0]?.says ?? null;
}

const theySay = () =>
  initSays({
    mounts: [
      { inside: '/comfy/mnt', path: at('run') },
      { inside: '/basedir', path: at('base') },
      { inside: '/models', path: at('shared'), readOnly: true },
    ],
    base: '/basedir',
  });

const well = /^nothing$/;

const cases: Readonly<Record<string, readonly [put: () => void, says: RegExp]>> = {
  'healthy folders': [() => {}, well],
  'empty folders, before the first start': [
    () => {
      for (const name of ['run', 'base']) instead(name, () => make(name));
    },
    well,
  ],
  'a run folder of root': [
    () => own('run', [0, 0]),
    /^Directory \/comfy\/mnt owned by .* expected 1024:1024, actual 0:0 -- FORCE_CHOWN will not work/,
  ],
  'a run folder of the right user and another group': [() => own('run', [uid, 100]), /actual 1024:100/],
  'a run folder that all may write, of another': [
    () => {
      own('run', [1000, 1000]);
      chmodSync(at('run'), 0o777);
    },
    /actual 1000:1000/,
  ],
  'a base folder of root': [() => own('base', [0, 0]), /^Directory \/basedir owned by .* -- FORCE_CHOWN will not/],
  'a run folder that its owner may not write': [
    () => chmodSync(at('run'), 0o577),
    /^Directory \/comfy\/mnt not writeable$/,
  ],
  'a venv that its owner may not enter': [
    () => chmodSync(at('run/venv'), 0o677),
    /^Directory \/comfy\/mnt\/venv not executable$/,
  ],
  'an HF that its owner may not read': [
    () => chmodSync(at('run/HF'), 0o377),
    /^Directory \/comfy\/mnt\/HF not readable$/,
  ],
  'a pip cache of root': [
    () => make('run/pip_cache', [0, 0]),
    /^Directory \/comfy\/mnt\/pip_cache owned by .* -- recommended to start with the FORCE_CHOWN=yes/,
  ],
  'models of root': [() => make('base/models/loras', [0, 0]), /^Directory \/basedir\/models\/loras owned/],
  'files of others in a right folder': [
    () => {
      writeFileSync(at('base/models/checkpoints/a'), '');
    },
    well,
  ],
  'a link of root to a right folder': [
    () => {
      make('base/elsewhere');
      link('base/models/loras', '../elsewhere', [0, 0]);
    },
    /models\/loras owned by .* actual 0:0/,
  ],
  'a right link to a folder of another that all may use': [
    () => {
      make('base/elsewhere', [0, 0], 0o777);
      link('base/models/loras', '../elsewhere');
    },
    well,
  ],
  'a right link to a folder of the group users': [
    () => {
      make('base/elsewhere', [0, 100], 0o770);
      link('base/models/loras', '/basedir/elsewhere');
    },
    well,
  ],
  'a right link to read-only shared models': [
    () => link('base/models/loras', '/models/sdxl'),
    /^Directory \/basedir\/models\/loras not writeable$/,
  ],
  'a link to shared models one level deeper': [() => link('base/models/checkpoints/shared', '/models/sdxl'), well],
  'a link by the name of the node, which the container lacks': [
    () => link('base/models/loras', at('shared/sdxl')),
    /^Failed to create \/basedir\/models\/loras$/,
  ],
  'a broken link of a name that is not required': [() => link('base/models/mine', '/nowhere'), well],
  'a broken link named like a required folder': [
    () => link('base/models/vae', '/nowhere'),
    /^Failed to create \/basedir\/models\/vae$/,
  ],
  'a file named like a required folder': [() => writeFileSync(at('base/models/vae'), ''), /^Failed to create/],
  'a folder with a blank in its name': [() => make('base/models/my loras', [0, 0]), well],
  'a hidden folder': [() => make('base/models/.cache', [0, 0]), well],
  'capital letters before small ones': [
    () => {
      make('base/models/LLM', [0, 0]);
      make('base/models/animate', [0, 0]);
    },
    /models\/LLM owned/,
  ],
  'models that are a link to another folder of the base': [
    () => {
      renameSync(at('base/models'), at('base/m'));
      make('base/m/loras', [0, 0]);
      link('base/models', 'm');
    },
    /models\/loras owned/,
  ],
  'a loop of links': [
    () => {
      link('base/models/vae', 'vae');
    },
    /^Failed to create/,
  ],
  'a link over a folder that nobody may enter': [
    () => {
      chmodSync(at('shared'), 0o700);
      instead('base/output', () => link('base/output', '/models/sdxl'));
    },
    /^Failed to create \/basedir\/output$/,
  ],
  'output in the way of what is moved there': [
    () => {
      make('run/ComfyUI/output');
      writeFileSync(at('base/output'), '');
    },
    /^Failed to move \/comfy\/mnt\/ComfyUI\/output to \/basedir\/output$/,
  ],
  'a folder of root that is to be moved': [
    () => {
      make('run/ComfyUI/input', [0, 0], 0o700);
    },
    /^Failed to move/,
  ],
  'a file in the place of ComfyUI': [
    () => instead('run/ComfyUI', () => writeFileSync(at('run/ComfyUI'), '')),
    /^ComfyUI clone failed$/,
  ],
  'a broken link in the place of its venv': [
    () => instead('run/venv', () => link('run/venv', '/nowhere')),
    /^Virtualenv creation failed$/,
  ],
};

describe.skipIf(!hasRooms)('the preflight of ComfyUI says what a stand-in of its init script says (needs root)', () => {
  test.each(Object.entries(cases))('%s', async (_, [put, says]) => {
    put();
    const ours = await weSay();
    expect(ours ?? 'nothing').toMatch(says);
    expect(ours).toBe(theySay());
  });

  test('a filesystem that the node mounted read-only', async () => {
    const place = at('base/models/checkpoints');
    execFileSync('mount', ['--bind', place, place]);
    mounted.push(place);
    execFileSync('mount', ['-o', 'remount,bind,ro', place]);
    const ours = await weSay();
    expect(ours).toBe('Directory /basedir/models/checkpoints not writeable');
    expect(ours).toBe(theySay());
  });

  test('whatever state its folders are in', async () => {
    const firsts = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 4 }), async (faults) => {
        rmSync(folder, { recursive: true });
        mkdirSync(folder, { mode: 0o755 });
        healthy();
        make('base/elsewhere');
        for (const each of faults) plant(each);
        const ours = await weSay();
        expect(ours).toBe(theySay());
        firsts.add((ours ?? 'nothing').replace(/.* (?=owned|not )|(?<=Failed to \w+) .*|\d+:\d+|--.*/g, ''));
      }),
      { numRuns: 20, examples: [[[]]] },
    );
    // It is no proof where all were alike.
    expect(firsts.size).toBeGreaterThan(2);
  });
});

/** What the tool says, asked as this login. */
async function tool(login: string, become?: 'sudo') {
  const fleet = join(folder, 'fleet.json');
  const { host, ...ssh } = sshNode(sshd, { ssh: { user: login } }).ssh;
  const declared = { ssh: { host, ...ssh }, become, comfyui: { path: at('run/ComfyUI'), storage: storage() } };
  writeFileSync(fleet, JSON.stringify({ nodes: { 'gpu-1': declared } }), { mode: 0o600 });
  const app = await createApp({ fleetPath: fleet });
  try {
    const { signal } = new AbortController();
    const report = await app.call(comfyuiStorage, {}, { signal, onProgress: () => undefined });
    reportSchema(comfyuiStorage).parse(JSON.parse(JSON.stringify(report)));
    return report;
  } finally {
    await app.close();
  }
}

describe.skipIf(!hasRooms || !has('sudo'))('comfyui_storage (needs root and sudo)', () => {
  test('tells all that the image would end at, in its order, and gives the commands to a person', async () => {
    own('base', [0, 0]);
    make('base/models/loras', [0, 0]);
    link('base/models/vae', at('shared/sdxl'));
    const report = await tool('root');
    expect(report.status).toBe('critical');
    expect(report.data).toMatchObject({
      ends: [
        { node: 'gpu-1', judged: 'fleet file', inside: '/basedir', path: at('base') },
        { inside: '/basedir/models/loras', path: at('base/models/loras') },
        { inside: '/basedir/models/vae', says: 'Failed to create /basedir/models/vae' },
      ],
    });
    const says = report.next.map(({ say }) => say);
    expect(says).toContainEqual(
      `On the node, by a person: chown 1024:1024 ${at('base')} ${at('base/models/loras')} (not -R: files inside are not judged)`,
    );
    expect(says).toContainEqual(expect.stringMatching(/ln -sfn \/models\/sdxl /));
    expect(report.notes).toContainEqual(expect.stringContaining('rackhand never does it'));
    // What is proposed is what helps.
    own('base');
    own('base/models/loras');
    instead('base/models/vae', () => link('base/models/vae', '/models/sdxl'));
    expect((await tool('root')).data).toEqual({
      ends: [expect.objectContaining({ says: 'Directory /basedir/models/vae not writeable' })],
    });
  });

  test('knows nothing of what its login may not look at, and says so', async () => {
    const plain = plainUser();
    const rule = `/etc/sudoers.d/${plain.name}`;
    try {
      chmodSync(at('run'), 0o700);
      const report = await tool(plain.name);
      expect(report.status).toBe('unknown');
      expect(report.data).toEqual({ ends: [expect.objectContaining({ inside: '/comfy/mnt', says: null })] });
      expect(report.next.map(({ say }) => say).join()).toContain('become: sudo');
      writeFileSync(rule, `${plain.name} ALL=(ALL) NOPASSWD: ALL\n`, { mode: 0o440 });
      own('run/HF', [0, 0]);
      const { data } = await tool(plain.name, 'sudo');
      expect(data).toEqual({ ends: [expect.objectContaining({ inside: '/comfy/mnt/HF' })] });
    } finally {
      rmSync(rule, { force: true });
      plain.remove();
    }
  });
});

const owner = fc.constantFrom<readonly [number, number]>(
  [uid, gid],
  [uid, gid],
  [uid, 100],
  [0, 0],
  [0, 100],
  [1000, gid],
);
const mode = fc.constantFrom(0o755, 0o755, 0o700, 0o555, 0o070, 0o750, 0o777, 0o677);
const names = ['LLM', 'checkpoints', 'configs', 'loras', 'my own', 'vae'].map((name) => `base/models/${name}`);
const fault = fc.record({
  name: fc.constantFrom(
    'run',
    'base',
    'run/pip_cache',
    'run/tmp',
    'run/ComfyUI',
    'run/HF',
    'run/venv',
    'base/elsewhere',
    ...['models', 'input', 'output', 'user'].flatMap((name) => [`run/ComfyUI/${name}`, `base/${name}`]),
    ...names,
    ...names,
  ),
  is: fc.constantFrom('folder', 'folder', 'link', 'file', 'gone'),
  to: fc.constantFrom(
    '/models/sdxl',
    '../elsewhere',
    '/basedir/elsewhere',
    '/nowhere',
    '../../models',
    'vae',
    'shared',
    '.',
  ),
  owner,
  mode,
});
type Fault = typeof fault extends fc.Arbitrary<infer T> ? T : never;

/** Where its parent is a folder; what is to be moved is never empty, as a clone of ComfyUI is not. */
function plant({ name, is, to, owner: whose, mode: bits }: Fault): void {
  const isRoot = name === 'run' || name === 'base';
  if (!statSync(dirname(at(name)), { throwIfNoEntry: false })?.isDirectory()) return;
  if (isRoot) {
    chmodSync(at(name), bits);
    return own(name, whose);
  }
  instead(name, () => {
    if (is === 'link') link(name, to === 'shared' ? at(to) : to, whose);
    if (is === 'file') writeFileSync(at(name), '');
    if (is !== 'folder') return;
    make(name, whose, bits);
    if (name.startsWith('run/ComfyUI/')) writeFileSync(at(`${name}/kept`), '');
  });
}
