import { describe, expect, test } from 'vitest';
import { whisperForms, whisperLoad } from '../../src/checks/whisper-lines.ts';

describe('a line that tells on what Whisper runs', () => {
  const rows = whisperForms.flatMap(({ examples, fellBack = false, anonymous = false }) =>
    Object.entries(examples).map(([line, device]) => ({ line, device, fellBack, anonymous })),
  );
  test.each(rows)('$line', ({ line, device, fellBack, anonymous }) => {
    expect(whisperLoad(['before', line, 'after'], true)).toMatchObject({ device, fellBack, line });
    expect(whisperLoad([line], false) === undefined).toBe(anonymous);
  });

  test.each([
    'INFO:faster_whisper:Processing audio with duration 03:25.120',
    'Using device: cpu',
    'load_backend: loaded CPU backend from /app/libggml-cpu.so',
    '',
  ])('is not this one: %s', (line) => expect(whisperLoad([line], true)).toBeUndefined());

  test('takes no more than linear time', () => {
    for (const part of ['whisper ', 'whisper device', 'model '])
      expect(whisperLoad([part.repeat(60_000 / part.length)], true)).toBeUndefined();
  });
});

test('the reason of a fallback is kept when the load on the CPU is told after it', () => {
  const fallback = 'Failed to load faster-whisper on CUDA, falling back to CPU: CUDA failed with error out of memory';
  const load = 'Faster-Whisper model loaded on device: CPU';
  expect(whisperLoad([fallback, load], false)).toMatchObject({ fellBack: true, line: fallback });
  expect(whisperLoad([fallback, load, load.replace('CPU', 'CUDA (GPU)')], false)).toMatchObject({ device: 'gpu' });
});
