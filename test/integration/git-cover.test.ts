import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gitCover } from '../../src/probes/git-cover.ts';
import { drive } from '../support/drive.ts';
import { has } from '../support/requires.ts';

describe.skipIf(!has('git'))('models in a real git work tree (needs git)', () => {
  let root: string;
  let models: string;
  const git = (...words: string[]) => execFileSync('git', ['-C', root, ...words], { encoding: 'utf8' });

  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'rh-git-')));
    models = join(root, 'compute/data/comfyui/basedir/models');
    mkdirSync(models, { recursive: true });
    writeFileSync(
      join(root, 'compute/docker-compose.yml'),
      'services: { comfyui: { image: x, volumes: ["./data/comfyui:/comfy/mnt"] } }\n',
    );
    git('init', '-q');
  });
  afterAll(() => rmSync(root, { recursive: true }));

  const cover = async () => {
    const covers = await drive(gitCover.steps({ path: join(root, 'compute/docker-compose.yml') }));
    expect(covers?.map(({ path }) => path)).toEqual([models]);
    return covers?.[0];
  };

  test.each([
    [{ '.gitignore': '' }],
    [{ '.gitignore': '# *.safetensors\n\n/compute/data/\n' }],
    [{ '.gitignore': 'data\n' }],
    [{ '.gitignore': '/data\n' }],
    [{ '.gitignore': 'compute/data/comfyui/*\n!compute/data/comfyui/basedir\n' }],
    [{ '.gitignore': 'compute/data\n!compute/data/comfyui/basedir/models/model.safetensors\n' }],
    [{ '.gitignore': '**/models/\n' }],
    [{ '.gitignore': 'compute/**/models\n' }],
    [{ '.gitignore': 'compute/**\n' }],
    [{ '.gitignore': 'model.safetensors/\n' }],
    [{ '.gitignore': '*.safe?ensors  \n' }],
    [{ '.gitignore': '*.safetensors\n', 'compute/data/.gitignore': '!model.*\n' }],
    [{ '.gitignore': '', 'compute/data/comfyui/basedir/models/.gitignore': '*\n!.gitignore\n' }],
    [{ '.gitignore': '', '.git/info/exclude': 'basedir/\n' }],
    [{ '.gitignore': '!basedir/\n', '.git/info/exclude': 'basedir/\n' }],
  ])('%j is read as git reads it', async (files) => {
    for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
    const { status } = spawnSync('git', ['-C', root, 'check-ignore', '-q', join(models, 'model.safetensors')]);
    const found = await cover();
    for (const path of Object.keys(files)) rmSync(join(root, path));
    expect(found?.cover.ignored).toBe(status === 0 ? 'yes' : 'no');
  });

  test('a model that git keeps is found in its index, whatever ignores it since', async () => {
    writeFileSync(join(models, 'sdxl.safetensors'), 'x');
    writeFileSync(join(models, 'put-models-here.txt'), '');
    git('add', '.');
    writeFileSync(join(root, '.gitignore'), 'models/\n');
    expect(await cover()).toMatchObject({
      root,
      cover: { ignored: 'yes', by: `${root}/.gitignore:1` },
      tracked: ['compute/data/comfyui/basedir/models/sdxl.safetensors'],
    });
  });
});
