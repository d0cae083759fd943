import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectFolders } from '../../../src/actions/connect-folders.ts';
import { discardRelease } from '../../../src/actions/discard-release.ts';
import { fetchRelease } from '../../../src/actions/fetch-release.ts';
import { switchLink } from '../../../src/actions/switch-link.ts';
import { commit } from '../../support/comfyui-sources.ts';
import { nodeShells, runScript, type Shell } from '../../support/node-script.ts';
import { has } from '../../support/requires.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const well = { status: 0, stderr: '' };

/** A folder with releases, in a path that quoting could get wrong. */
function place(shell: Shell) {
  const folder = scratchFolder();
  const path = join(folder.path, `C o'm$(id)*fy`);
  const releases = `${path}.releases`;
  const release = (name: string) => {
    folder.write(`C o'm$(id)*fy.releases/${name}/main.py`, 'x\n');
    folder.write(`C o'm$(id)*fy.releases/${name}/.rackhand/fetch`, 'x\n');
    return join(releases, name);
  };
  const link = (to: string, was: string) =>
    runScript(switchLink, [path, to, was, `${path}.new-`, join(releases, '.former')], { shell });
  const discard = (name: string, from: string, ...more: string[]) =>
    runScript(discardRelease, [path, join(releases, name), join(releases, `.gone-${name}`), from, ...more], { shell });
  return { folder, path, releases, release, link, discard };
}

for (const shell of nodeShells) {
  describe.skipIf(!has(shell[0]) || !has('git'))(`the scripts of an installation under ${shell.join(' ')}`, () => {
    test('switch a link only from where it was seen to lead, and remember that', async () => {
      const { path, releases, release, link } = place(shell);
      const [one, two] = [release('one'), release('two')];
      expect(await link(one, '')).toEqual(well);
      expect(await link(two, one)).toEqual(well);
      expect([readlinkSync(path), readFileSync(join(releases, '.former'), 'utf8')]).toEqual([two, `${one}\n`]);
      expect(await link(one, one)).toEqual({ status: 65, stderr: `${path} leads to ${two} now\n` });
      expect(await link(join(releases, 'three'), two)).toMatchObject({ status: 65 });
      expect(readlinkSync(path)).toBe(two);
      expect(await link('', two)).toEqual(well);
      expect(existsSync(path)).toBe(false);
      mkdirSync(path);
      expect(await link(one, '')).toEqual({ status: 65, stderr: `${path} is no link\n` });
      expect(readdirSync(path)).toEqual([]);
    });

    test('connect folders twice to the same end, keep what was in the way, and put it back', async () => {
      const { folder, path, release, discard } = place(shell);
      const one = release('one');
      folder.write(`${path.slice(folder.path.length + 1)}.releases/one/models/loras/put_here`, 'x');
      const outside = join(folder.path, 'out side');
      mkdirSync(outside);
      const connect = () =>
        runScript(connectFolders, [one, 'a: b\n', 'models/loras', outside, 'new', outside], { shell });
      expect([await connect(), await connect()]).toEqual([well, well]);
      expect([readlinkSync(join(one, 'models/loras')), readlinkSync(join(one, 'new'))]).toEqual([outside, outside]);
      expect(readFileSync(join(one, 'extra_model_paths.yaml'), 'utf8')).toBe('a: b\n');
      expect(await runScript(connectFolders, [one, '', 'x', join(outside, 'no')], { shell })).toMatchObject({
        status: 66,
        stderr: expect.stringContaining('is not there, and x is declared as a link to it'),
      });
      expect(await discard('one', 'paths', '--', 'models/loras', 'new')).toEqual(well);
      expect(readFileSync(join(one, 'models/loras/put_here'), 'utf8')).toBe('x');
      expect([existsSync(join(one, 'new')), existsSync(join(one, 'extra_model_paths.yaml'))]).toEqual([false, false]);
    });

    test('discard what is not in use, and nothing else', async () => {
      const { folder, path, releases, release, discard } = place(shell);
      const one = release('one');
      folder.write(`${path.slice(folder.path.length + 1)}.releases/one/custom_nodes/mine/a.py`, 'x');
      symlinkSync(one, path);
      expect(await discard('one', 'fetch')).toEqual({ status: 65, stderr: `${path} leads to it\n` });
      const two = release('two');
      const runner = spawn('sleep', ['60'], { cwd: two });
      expect(await discard('two', 'fetch')).toEqual({ status: 65, stderr: `process ${runner.pid} runs in it\n` });
      runner.kill('SIGKILL');
      await once(runner, 'exit');
      expect(await discard('two', 'environment', 'theirs')).toEqual(well);
      expect(readdirSync(join(two, '.rackhand'))).toEqual(['fetch']);
      expect(await discard('two', 'fetch')).toEqual(well);
      expect(await discard('two', 'fetch')).toMatchObject({ status: 65 });
      expect(readdirSync(releases)).toEqual(['one']);
      expect(existsSync(join(one, 'custom_nodes/mine/a.py'))).toBe(true);
    });

    test('fetch a branch, a tag, a commit that no branch leads to, and never half of it', async () => {
      const { folder, releases } = place(shell);
      const from = join(folder.path, 'so urce');
      const first = commit(from, { 'main.py': '1\n' }, 'v1');
      execFileSync('git', ['-C', from, 'config', 'uploadpack.allowAnySHA1InWant', 'true']);
      execFileSync('git', ['-C', from, 'checkout', '--quiet', '-b', 'team/x']);
      const lost = commit(from, { 'main.py': '2\n' });
      execFileSync('git', ['-C', from, 'reset', '--quiet', '--hard', first]);
      const fetch = async (ref: string, url = from) => {
        const target = join(releases, ref.replaceAll('/', '-'));
        const made = join(releases, '.partial');
        mkdirSync(join(made, '.git'), { recursive: true });
        const ended = await runScript(fetchRelease, [url, 'https://git.example/C.git', ref, target, made], { shell });
        const commitFile = join(target, '.rackhand/fetch');
        return {
          ...ended,
          commit: existsSync(commitFile) ? readFileSync(commitFile, 'utf8').trim() : undefined,
          target,
        };
      };
      const tagged = await fetch('v1');
      expect(tagged).toMatchObject({ ...well, commit: first });
      expect(execFileSync('git', ['-C', tagged.target, 'remote', 'get-url', 'origin'], { encoding: 'utf8' })).toBe(
        'https://git.example/C.git\n',
      );
      expect(await fetch('team/x')).toMatchObject({ ...well, commit: first });
      // Only a server that is asked by a URL, as one over the network, refuses to hand out all that it has.
      expect(await fetch(lost, `file://${from}`)).toMatchObject({ ...well, commit: lost });
      expect(await fetch('v1')).toMatchObject({ status: 65, stderr: expect.stringContaining('something stands at') });
      expect(await fetch('v7')).toMatchObject({ status: 66, commit: undefined });
      expect(await fetch('v8', join(folder.path, 'gone'))).toMatchObject({ status: 74, commit: undefined });
      expect(lstatSync(join(releases, 'v1')).isDirectory()).toBe(true);
    });
  });
}
