import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { logEntries } from '../../../src/checks/log-entries.ts';
import { foldEntries } from '../../../src/checks/log-fold.ts';
import { levelOf } from '../../../src/checks/log-level.ts';
import { signatures } from '../../../src/checks/signatures/index.ts';

const entries = (lines: readonly string[]) => logEntries(lines, signatures);
const shape = (lines: readonly string[]) => entries(lines).map(({ level, lines: own }) => [level, own.length]);
const placed = (lines: readonly string[], source = 'a', old = false) =>
  entries(lines).map((entry) => ({ ...entry, service: 's', source, old }));

const truncated = (n: number) =>
  `2026-11-21 09:0${n}:00 llama_model_load: error loading model: tensor 'blk.${n}' data is not within the file bounds, model is corrupted or incomplete`;

describe('how loud a line is', () => {
  test.each([
    ['error', '2026-11-21 09:00:00,123 ERROR db: lost'],
    ['error', 'ERROR:    [Errno 98] error while attempting to bind'],
    [
      'error',
      '2026-11-21T09:00:00+0000 gpu-1 llama-server[42]: E srv  llama_server: exiting due to model loading error',
    ],
    ['error', '0.00.123.456 E srv  load_model: failed'],
    ['error', 'E1121 09:00:00.000000 1 server.cc:10] no model'],
    ['error', '{"level":"error","ts":1,"msg":"x"}'],
    ['error', '2026-11-21 09:18:57,627 CRIT Supervisor is running as root.'],
    ['error', 'llama_model_load: error loading model: x'],
    ['error', 'torch.OutOfMemoryError: CUDA out of memory.'],
    ['error', 'Segmentation fault (core dumped)'],
    ['error', 'INFO:     127.0.0.1:1 - "GET /v1/chat HTTP/1.1" 500 Internal Server Error'],
    ['warning', 'INFO:     127.0.0.1:1 - "GET /health HTTP/1.1" 503 Service Unavailable'],
    ['error', "terminate called after throwing an instance of 'std::runtime_error'"],
    ['warning', '2026-11-21 09:00:00 | WARNING | retry'],
    ['warning', 'UserWarning: deprecated'],
    ['other', 'INFO:     Application startup complete.'],
    ['other', 'INFO:     retried after error'],
    ['other', 'INFO:     127.0.0.1:1 - "GET /error HTTP/1.1" 200 OK'],
    ['other', 'done, 0 errors'],
    ['other', 'finished with no errors'],
    ['other', 'failed=0 ok=3'],
    ['other', '{"level":"info","msg":"error page served"}'],
    ['other', 'Vitamin E is fine'],
    ['other', 'main: server is listening on http://127.0.0.1:8081'],
  ])('%s: %s', (level, line) => expect(levelOf(line)).toBe(level));

  test('a healthy log has no error in it', () => {
    const lines = readFileSync(new URL('../../fixtures/logs/healthy.txt', import.meta.url), 'utf8').split('\n');
    expect(lines.filter((line) => levelOf(line) === 'error')).toEqual([]);
  });
});

describe('what was said at once is one entry', () => {
  const traceback = ['Traceback (most recent call last):', '  File "a.py", line 1, in <module>', '    import x'];
  test('a traceback, with the line that it was logged with', () => {
    expect(
      shape(['INFO: up', 'ERROR:    Exception in ASGI application', ...traceback, 'ValueError: no', 'INFO: next']),
    ).toEqual([
      ['other', 1],
      ['error', 5],
      ['other', 1],
    ]);
  });
  test('tracebacks of one story', () => {
    const chained = 'During handling of the above exception, another exception occurred:';
    expect(shape([...traceback, 'KeyError: 1', '', chained, '', ...traceback, 'ValueError: 2', 'INFO: next'])).toEqual([
      ['error', 9],
      ['other', 1],
    ]);
    expect(shape([...traceback, 'KeyError: 1', ...traceback, 'ValueError: 2'])).toEqual([
      ['error', 4],
      ['error', 4],
    ]);
  });
  test('one under the prefix of journald or pm2', () => {
    for (const prefix of ['2026-11-21T09:19:02+0000 gpu-1 uvicorn[42]: ', '2026-11-21T09:19:02: '])
      expect(shape([...traceback, 'ValueError: no', 'INFO: next'].map((line) => prefix + line))).toEqual([
        ['error', 4],
        ['other', 1],
      ]);
  });
  test.each([
    ['gdb', '#0  0x00007f in raise () from /lib/libc.so.6', '#1  0x01 in ggml_abort ()'],
    ['torch', 'frame #0: c10::Error::Error(c10::SourceLocation) + 0x57 (0x7f in libc10.so)', 'frame #1: x'],
    ['glog', '    @     0x7f0000000001 (unknown)', '    @     0x7f0000000002 main'],
    ['glibc', '/lib/x86_64-linux-gnu/libc.so.6(+0x42520) [0x7f00]', './llama-server(main+0x1b) [0x5500]'],
    ['boost', ' 0# boost::stacktrace::f at a.cpp:1', ' 1# main'],
  ])('a stack of %s', (_, ...frames) => {
    const lines = [
      "terminate called after throwing an instance of 'std::runtime_error'",
      '  what():  CUDA error: out of memory',
      ...frames,
      'INFO: next',
    ];
    expect(shape(lines)).toEqual([
      ['error', 4],
      ['other', 1],
    ]);
  });
  test('what PyTorch says after a CUDA error', () => {
    const cuda = [
      ...traceback,
      'RuntimeError: CUDA error: out of memory',
      'CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.',
      'For debugging consider passing CUDA_LAUNCH_BLOCKING=1',
      'Compile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.',
    ];
    expect(shape(cuda)).toEqual([['error', 7]]);
  });
  test('nothing is lost or told twice, whatever the log', () => {
    const folder = new URL('../../fixtures/logs/', import.meta.url);
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((each) =>
      each.endsWith('.txt'),
    )) {
      const lines = readFileSync(new URL(file, folder), 'utf8').split('\n');
      const told = entries(lines).flatMap((entry) => entry.lines);
      expect(
        told.filter((line) => line.trim() !== ''),
        file,
      ).toEqual(lines.filter((line) => line.trim() !== ''));
    }
  });
});

describe('signatures', () => {
  test('name the line that says it, not the source line of a frame', () => {
    const lines = [
      'Traceback (most recent call last):',
      '  File "a.py", line 1',
      '    raise RuntimeError("CUDA is not available")',
      "ModuleNotFoundError: No module named 'x'",
    ];
    expect(entries(lines)[0]?.signature?.id).toBe('AP-DEP');
  });
  test('a generic one counts only where there is no other in the entry', () => {
    expect(entries(['main: exiting due to model loading error'])[0]).toMatchObject({
      level: 'error',
      signature: { id: 'LL-LOAD' },
    });
  });
});

describe('folding', () => {
  test('counts what differs only in numbers, ids, addresses and times, and keeps the latest', () => {
    const [first, ...others] = foldEntries(placed([truncated(3), truncated(1), truncated(2)]));
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      count: 3,
      firstMs: Date.parse('2026-11-21T09:01:00Z'),
      lastMs: Date.parse('2026-11-21T09:03:00Z'),
      lines: [truncated(3)],
      signature: { id: 'LL-TRUNC' },
    });
  });
  test.each([
    ['request 4f9c1e7a-1111-2222-3333-444455556666 failed', 'request 00000000-1111-2222-3333-444455556666 failed'],
    ['peer 10.0.0.1:8080 refused', 'peer 10.9.0.7:55 refused'],
    ['bad pointer 0x7ffe12', 'bad pointer 0xdeadbeef'],
    ['job 9f86d081884c7d65 failed after 3.5 s', 'job 9f86d081884c7d66 failed after 4 s'],
    ['task_17 failed', 'task_18 failed'],
    ['job 8f0172-1234 timed out', 'job 90a4b-77 timed out'],
  ])('%s', (one, other) => expect(foldEntries(placed([one, other]))).toMatchObject([{ count: 2 }]));
  test.each([
    ['CUDA0 failed', 'CUDA1 failed'],
    ['key ed25519 refused', 'key ed448a refused'],
    ['load_tensors: offloaded 0/33 layers to GPU', 'load_tensors: offloaded 33/33 layers to GPU'],
    ['ERROR a failed', 'WARNING a failed'],
  ])('keeps apart %s', (one, other) => expect(foldEntries(placed([one, other]))).toHaveLength(2));
  test('puts errors before warnings, history behind, the known before the unknown, the latest first', () => {
    const current = placed([
      '2026-11-21 09:00:00 INFO fine',
      '2026-11-21 09:00:01 WARNING w',
      '2026-11-21 09:00:02 ERROR e',
      truncated(5),
      '2026-11-21 09:07:00 ERROR f',
    ]);
    const folded = foldEntries([...placed(['2026-11-21 10:00:00 ERROR old'], 'b', true), ...current]);
    expect(folded.map(({ lines }) => lines[0]?.slice(20, 40))).toEqual([
      'llama_model_load: er',
      'ERROR f',
      'ERROR e',
      'WARNING w',
      'ERROR old',
      'INFO fine',
    ]);
  });
});

test('takes no time, whatever the log is made of', () => {
  const pieces = [
    'E ',
    '0 ',
    'no ',
    '"level":',
    'error',
    '[',
    '(',
    'a(',
    '0x',
    '1,',
    '1.',
    'f',
    '-',
    ' ',
    '  File',
    '#1 ',
    'frame #',
    '\\',
    '" 5',
    'not ',
    "can't ",
    '@ 0x',
    '|',
    '+',
    '::',
    '\u00e9',
  ];
  for (const piece of pieces) {
    const text = piece.repeat(Math.ceil(60_000 / piece.length)).slice(0, 60_000);
    // A rule that goes over all of it again from each character would not end within the time of this test.
    expect(levelOf(text)).toMatch(/./);
    const lines = [text, ...(text.match(/.{1,100}/gs) ?? [])];
    expect(foldEntries(placed(lines)).length).toBeLessThanOrEqual(lines.length);
  }
});
