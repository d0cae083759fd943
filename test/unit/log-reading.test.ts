import { describe, expect, test } from 'vitest';
import { logReading, type LogReading } from '../../src/checks/log-reading.ts';
import { signatures } from '../../src/checks/signatures/index.ts';

const unknown = { isOld: false, isUp: false };
const read = (lines: readonly string[], known = unknown): LogReading =>
  logReading({ source: 'log', text: lines.join('\n'), skippedBytes: 0 }, signatures, known);

/** `LL-TRUNC trouble`, or what else the log tells. */
const told = (lines: readonly string[], known = unknown): string => {
  const reading = read(lines, known);
  if (!('cause' in reading)) return reading.tells;
  return [reading.cause.signature.id, reading.tells, ...(reading.cause.wentOn ? ['went on'] : [])].join(' ');
};

const up = [
  'INFO:     Started server process [7]',
  'INFO:     Waiting for application startup.',
  'INFO:     Application startup complete.',
  'INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)',
];
const noModule = ['Traceback (most recent call last):', '  File "a.py", line 1, in <module>', '    import x'];
const missing = [...noModule, "ModuleNotFoundError: No module named 'x'"];
const truncated =
  "llama_model_load: error loading model: tensor 'a' data is not within the file bounds, model is corrupted or incomplete";
const build = 'build: 5200 (abcdef12) with cc (Debian 12.2.0) for x86_64-linux-gnu';
const loaded = 'llama_model_loader: loaded meta data with 2 key-value pairs and 1 tensors from m.gguf';
const crash = [build, loaded, truncated, 'main: exiting due to model loading error'];

describe('only what was written since the last start is current', () => {
  test('a crash before a start that came up is history', () => {
    expect(told([...missing, ...up])).toBe('good');
    expect(told([...crash, build, loaded, 'main: server is listening on http://127.0.0.1:8081'])).toBe('good');
  });
  test('a crash after the last start is the cause', () => {
    expect(told([...up, 'INFO:     Finished server process [7]', ...missing])).toBe('AP-DEP trouble');
    expect(told(crash)).toBe('LL-TRUNC trouble');
  });
  test('nothing counts in a file that was not written since', () => {
    expect(told(missing, { isOld: true, isUp: true })).toBe('good');
  });
  test('the time and name that journald, pm2 or a logger put before a line do not hide it', () => {
    const prefixes = [
      '2026-11-21T09:19:02+0000 gpu-1 uvicorn[4242]: ',
      '2026-11-21T09:19:02: ',
      '[2026-11-21 09:19:02,123] ',
    ];
    for (const prefix of prefixes) {
      expect(told(missing.map((line) => prefix + line))).toBe('AP-DEP trouble');
      expect(told([...missing, ...up].map((line) => prefix + line))).toBe('good');
    }
  });
  test('what stands before the banner of the same start belongs to it', () => {
    const noCuda = 'ggml_cuda_init: failed to initialize CUDA: no CUDA-capable device is detected';
    const served = [
      noCuda,
      'load_backend: loaded CPU backend from /app/x.so',
      build,
      loaded,
      'main: server is listening on x',
    ];
    expect(told(served)).toBe('LL-NOGPU trouble went on');
    expect(told([...served, ...served])).toBe('LL-NOGPU trouble went on');
  });
  test('a draft model that is loaded after the first one begins no new start', () => {
    expect(told([build, loaded, 'load_tensors: offloaded 0/33 layers to GPU', loaded, 'x'])).toBe('LL-NOGPU trouble');
  });
});

describe('a service that has only begun to start again', () => {
  test('repeats what the starts before it ended by, and how often', () => {
    expect(read([...crash, ...crash, ...crash, build])).toMatchObject({ tells: 'repeats', times: 3 });
    expect(told([...crash, build])).toBe('LL-TRUNC repeats');
  });
  test('is not said to repeat when its manager proves that it is up', () => {
    expect(told([...crash, build], { isOld: false, isUp: true })).toBe('good');
  });
  test('is not said to repeat when it has long gone past where it ended before', () => {
    expect(told([...crash, build, ...Array.from({ length: 30 }, (_, index) => `tick ${index}`)])).toBe('good');
  });
});

describe('the earliest known line is the cause', () => {
  test('of several', () => {
    expect(told([build, 'OSError: [Errno 28] No space left on device', truncated])).toBe('OS-ENOSPC trouble');
  });
  test('a generic line names it only when nothing else does', () => {
    expect(told([build, 'main: exiting due to model loading error'])).toBe('LL-LOAD trouble');
  });
  test('waiting for a file is over once the service is ready', () => {
    const waiting = '[llama] Waiting for model: /models/m.gguf';
    expect(told([waiting])).toBe('LL-WAITING trouble');
    expect(told([waiting, build, 'main: server is listening on x'])).toBe('good');
  });
});

describe('tracebacks', () => {
  const oom = [
    'Traceback (most recent call last):',
    '  File "b.py", line 2',
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB',
  ];
  const harmless = ['Traceback (most recent call last):', '  File "c.py", line 3', 'ValueError: bad request'];
  test('only the last one counts', () => {
    expect(told([...oom, 'INFO: next job', ...missing])).toBe('AP-DEP trouble');
    expect(told([...oom, 'INFO: next job', ...harmless])).toBe('good');
  });
  test('one raised while another was handled is the same story', () => {
    const chained = 'During handling of the above exception, another exception occurred:';
    expect(told([...missing, '', chained, '', ...harmless])).toBe('AP-DEP trouble');
  });
  test('source lines in it say nothing', () => {
    expect(told([...noModule, '    raise RuntimeError("CUDA is not available")', 'RuntimeError: no'])).toBe('good');
  });
  test('one that is cut off hides nothing after it', () => {
    expect(told([...noModule, ...missing])).toBe('AP-DEP trouble');
  });
});

describe('trouble is told from an end', () => {
  test('a service that answers after it went on', () => {
    const request = 'INFO:     127.0.0.1:1 - "GET /health HTTP/1.1" 200 OK';
    expect(told([...up, 'RuntimeError: CUDA error: unknown error', request])).toBe('CU-INIT trouble went on');
  });
  test('one that shuts down after it did not', () => {
    const inUse =
      "ERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 1): address already in use";
    expect(told([...up, inUse, 'INFO:     Application shutdown complete.'])).toBe('AP-PORT trouble');
  });
});

test('a log that can not be read tells nothing', () => {
  const log = { source: '/var/log/x', text: '', skippedBytes: 0, trouble: 'it is a directory' };
  expect(logReading(log, signatures, unknown)).toEqual({
    tells: 'nothing',
    source: '/var/log/x',
    why: 'it is a directory',
  });
});
