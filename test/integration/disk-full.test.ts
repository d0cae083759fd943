import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeDisk } from '../../src/checks/node-disk.ts';
import { diskUse } from '../../src/probes/disk-use.ts';
import { drive } from '../support/drive.ts';
import { testNode } from '../support/node.ts';
import { has } from '../support/requires.ts';

const mebibyte = 1_048_576;

const fill = (path: string, bytes: number) => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, Buffer.alloc(bytes));
};

describe.skipIf(process.getuid?.() !== 0 || !has('mount'))('a real tmpfs (needs root and mount)', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rh-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,nr_inodes=60', 'tmpfs', folder]);
  });
  afterEach(() => {
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });

  const look = async () => {
    const node = testNode({ mounts: [folder] });
    const use = await drive(
      diskUse.steps({ path: folder, judged: [], fromPercent: 80, belowBytes: 0, become: undefined }),
    );
    return { use, verdicts: [nodeDisk.evaluate({ use }, { path: folder, judged: [] }, node)].flat() };
  };

  test('with room is not searched', async () => {
    const { use, verdicts } = await look();
    expect(use).toMatchObject({ judged: false, owners: null });
    expect(verdicts).toMatchObject([{ status: 'ok' }]);
  });

  test('without room names what fills it', async () => {
    fill(join(folder, '.cache/huggingface/hub/blob'), 5 * mebibyte);
    expect(() => fill(join(folder, 'output/picture'), 5 * mebibyte)).toThrow('ENOSPC');
    const { use, verdicts } = await look();
    expect(use.owners).toMatchObject({
      unit: 'bytes',
      seen: 'all',
      trouble: null,
      owners: [
        { path: join(folder, '.cache/huggingface/hub'), amount: 5 * mebibyte },
        { path: join(folder, 'output'), amount: 3 * mebibyte },
      ],
    });
    expect(verdicts).toMatchObject([
      { status: 'critical', summary: expect.stringContaining('(5.0 MiB, Hugging Face cache)') },
    ]);
  });

  test('that a deleted file fills tells who has it open', async () => {
    const log = join(folder, 'service log');
    const held = openSync(log, 'w');
    try {
      for (let written = 0; written < 8; written += 1) writeSync(held, Buffer.alloc(mebibyte));
      unlinkSync(log);
      const { use, verdicts } = await look();
      expect(use.owners?.owners).toEqual([]);
      expect(use.owners?.deleted).toEqual([
        { pid: process.pid, program: expect.any(String), path: log, bytes: 8 * mebibyte },
      ]);
      expect(verdicts).toMatchObject([
        { status: 'critical', summary: expect.stringContaining(`(pid ${process.pid}) still has open`) },
      ]);
    } finally {
      closeSync(held);
    }
  });

  test('without inodes counts files', async () => {
    mkdirSync(join(folder, 'many'));
    expect(() => {
      for (let each = 0; each < 60; each += 1) writeFileSync(join(folder, 'many', String(each)), '');
    }).toThrow('ENOSPC');
    const { use, verdicts } = await look();
    expect(use.owners).toMatchObject({ unit: 'inodes', owners: [{ path: join(folder, 'many') }] });
    expect(verdicts).toMatchObject([{ status: 'critical', summary: expect.stringContaining('no new file fits') }]);
  });
});
