import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { modelComplete } from '../../src/checks/model-complete.ts';
import { modelPresent } from '../../src/checks/model-present.ts';
import { modelStable } from '../../src/checks/model-stable.ts';
import { modelAccess } from '../../src/probes/model-access.ts';
import { modelFile } from '../../src/probes/model-file.ts';
import { modelWhereabouts } from '../../src/probes/model-whereabouts.ts';
import { modelHeader } from '../../src/probes/model-header.ts';
import { fromDisk } from '../support/disk.ts';
import { ggufFile } from '../../sandbox/gguf.ts';
import { testNode } from '../support/node.ts';

const folder = mkdtempSync(join(tmpdir(), 'rackhand-models-'));
afterAll(() => rmSync(folder, { recursive: true }));

const tensors = [{ name: 'token_embd.weight', dimensions: [64, 64] }];
const model = ggufFile({ tensors });
const at = (name: string) => join(folder, name);
const file = (name: string, bytes: Uint8Array | string = model) => {
  writeFileSync(at(name), bytes);
  return at(name);
};

function judged(path: string, user?: string) {
  const node = testNode({ services: { llama: { manager: 'none', models: [{ path }], ...(user && { user }) } } });
  const [subject] = modelPresent.subjects(node);
  if (subject === undefined) throw new Error('no model is declared');
  const facts = {
    file: fromDisk(modelFile.steps({ path })).fact,
    whereabouts: fromDisk(modelWhereabouts.steps({ path })).fact,
    access: fromDisk(modelAccess.steps({ path, user: user ?? null })).fact,
  };
  const header = fromDisk(modelHeader.steps({ path }));
  return {
    present: modelPresent.evaluate(facts, subject.value, node),
    complete: modelComplete.evaluate({ header: header.fact }, subject.value, node),
    asked: header.asked,
  };
}

/** Two looks at a model, with something happening in between. */
function watched(path: string, between: () => void) {
  const node = testNode({ services: { llama: { manager: 'none', models: [{ path }] } } });
  const [subject] = modelStable.subjects(node);
  if (subject === undefined) throw new Error('no model is declared');
  const first = fromDisk(modelFile.steps({ path })).fact;
  between();
  const second = fromDisk(modelFile.steps({ path })).fact;
  return modelStable.evaluate({ looks: [first, second] }, subject.value, node);
}

describe('model files of this machine', () => {
  test('a whole model is present and complete', () => {
    const { present, complete } = judged(file('whole.gguf'));
    expect(present).toMatchObject({ status: 'ok' });
    expect(complete).toMatchObject({ status: 'ok', summary: expect.stringContaining('gguf version 3, 1 tensor') });
  });

  test('a truncated model is named with both sizes', () => {
    const path = file('truncated.gguf');
    truncateSync(path, model.length - 5_000);
    expect(judged(path).complete).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining(`needs ${model.length} bytes (16.2 KiB), the file has ${model.length - 5_000}`),
    });
  });

  test('a header longer than a window is read piece by piece, and no further than it goes', () => {
    const tokens = Array.from({ length: 100_000 }, (_, index) => `token number ${index}`);
    const large = ggufFile({ tensors, metadata: { 'tokenizer.ggml.tokens': tokens } });
    const { complete, asked } = judged(file('large.gguf', large));
    expect(asked).toEqual(['stat', 'read 0+65536', 'read 65536+983040', `read 1048576+${large.length - 1_048_576}`]);
    expect(complete).toMatchObject({ status: 'ok' });
  });

  test.each<[string, string, () => string]>([
    [
      'dangling link',
      'which is not there',
      () => (symlinkSync('/nonexistent/target.gguf', at('dangling.gguf')), at('dangling.gguf')),
    ],
    ['directory', 'is a directory', () => (mkdirSync(at('dir.gguf')), at('dir.gguf'))],
    ['pipe that nobody writes to', 'is a fifo', () => (execFileSync('mkfifo', [at('fifo.gguf')]), at('fifo.gguf'))],
    ['empty file', 'is empty', () => file('empty.gguf', '')],
    [
      'name that ends in a blank',
      'trailing.gguf " is there, which differs in blanks',
      () => (file('trailing.gguf '), at('trailing.gguf')),
    ],
    ['download that did not end', 'not finished', () => (file('half.gguf.part'), at('half.gguf'))],
    ['link to itself', 'leads back to itself', () => (symlinkSync('loop.gguf', at('loop.gguf')), at('loop.gguf'))],
    ['missing folder', 'so is the folder', () => at('nowhere/a.gguf')],
  ])('a %s is critical', (_, says, make) => {
    expect(judged(make()).present).toMatchObject({ status: 'critical', summary: expect.stringContaining(says) });
  });

  test.each([
    ['web page', '<!DOCTYPE html>', 'is a web page'],
    ['git-lfs pointer', 'version https://git-lfs.github.com/spec/v1\n', 'git-lfs pointer'],
    ['reserved room', '\0'.repeat(100_000), 'nothing but zeros'],
    ['text of any kind', 'not a model', 'is no gguf file'],
  ])('a %s in place of a model is critical', (name, content, says) => {
    const { present, complete } = judged(file(`${name}.gguf`, content));
    expect(present).toMatchObject({ status: 'ok' });
    expect(complete).toMatchObject({ status: 'critical', summary: expect.stringContaining(says) });
  });

  test('a file that only root may read is judged for the user of its service', () => {
    const path = file('closed.gguf');
    chmodSync(folder, 0o755);
    chmodSync(path, 0o600);
    expect(judged(path, 'nobody').present).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining('mode 0600'),
    });
    expect(judged(path, 'root').present).toMatchObject({ status: 'ok' });
    chmodSync(path, 0o644);
    expect(judged(path, 'nobody').present).toMatchObject({ status: 'ok' });
  });
});

describe('two looks at a model', () => {
  test('that rests agree', () => expect(watched(file('rests.gguf'), () => undefined)).toMatchObject({ status: 'ok' }));

  test('that is still copied do not', () => {
    const path = file('growing.gguf');
    expect(watched(path, () => appendFileSync(path, model))).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining('still being written: it grew by 16.2 KiB'),
    });
  });

  test('that goes away do not', () => {
    const path = file('gone.gguf');
    expect(watched(path, () => rmSync(path))).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining('went away'),
    });
  });

  test('beside which a copy grows say so', () => {
    const path = file('beside.gguf');
    const part = file('beside.gguf.part');
    expect(watched(path, () => appendFileSync(part, model))).toMatchObject({ status: 'degraded' });
  });
});
