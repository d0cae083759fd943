/** On what a line says that Whisper runs. */
export interface WhisperLoad {
  readonly device: 'gpu' | 'cpu';
  /** `float16`, `int8`, ...; null where the line does not tell. */
  readonly format: string | null;
  /** It was meant to run on the GPU: the line says why it does not. */
  readonly fellBack: boolean;
  readonly line: string;
}

interface Form {
  readonly pattern: RegExp;
  readonly fellBack?: true;
  /** It names no Whisper, so it counts only in the log of a program that does nothing else. */
  readonly anonymous?: true;
  /** Real lines, as programs around faster-whisper and CTranslate2 write them. */
  readonly examples: Readonly<Record<string, 'gpu' | 'cpu'>>;
}

/** First form that fits, in this order: a line of a fallback names both devices. */
export const whisperForms: readonly Form[] = [
  {
    pattern: /whisper.{0,120}?\b(?:fall(?:ing|s|en)? ?back|fell back|fallback) to (?:the )?(cpu)\b/i,
    fellBack: true,
    examples: {
      'Failed to load faster-whisper on CUDA, falling back to CPU: Library libcublas.so.12 is not found or cannot be loaded':
        'cpu',
    },
  },
  {
    pattern: /\b(?:fall(?:ing|s|en)? ?back|fell back|fallback) to (?:the )?(cpu)\b/i,
    fellBack: true,
    anonymous: true,
    examples: { 'CUDA failed, falling back to CPU: CUDA failed with error out of memory': 'cpu' },
  },
  {
    pattern: /whisper.{0,120}?\bdevice\b\W{1,8}(cuda|gpu|cpu)\b/i,
    examples: {
      'INFO:temporalio.activity:Faster-Whisper model loaded on device: CUDA (GPU)': 'gpu',
      'INFO:temporalio.activity:Faster-Whisper model loaded on device: CPU': 'cpu',
      'Loading faster-whisper model=large-v3 device=cuda compute_type=float16': 'gpu',
      "Loading faster-whisper model: base (device='cpu', compute=int8)": 'cpu',
    },
  },
  {
    pattern: /whisper.{0,120}? on (cuda|gpu|cpu)\b/i,
    examples: {
      "Loading faster-whisper 'small' on cuda (float16)...": 'gpu',
      'Loading faster-whisper model large-v3 on cpu (int8, 4 thread(s))': 'cpu',
    },
  },
  {
    pattern: /\bmodel\b.{0,80}?\bdevice\b\W{1,8}(cuda|gpu|cpu)\b/i,
    anonymous: true,
    examples: { 'Model ready in 4.2s (device=cuda, compute_type=float16)': 'gpu' },
  },
  {
    pattern: /\[ctranslate2\].{0,200}? on device (cuda|cpu)\b/i,
    examples: {
      '[2026-11-21 09:00:00.123] [ctranslate2] [thread 7] [info] Loaded model /m/large-v3 on device cuda:0': 'gpu',
    },
  },
];

const longestLine = 2_048;

/**
 * The last line that tells on what Whisper runs; a model that is loaded anew counts anew.
 *
 * A fallback that is told before the load on the CPU is the reason for it.
 */
export function whisperLoad(lines: readonly string[], only: boolean): WhisperLoad | undefined {
  const loads = lines.flatMap((line) => loadOf(line.slice(0, longestLine), only) ?? []);
  const last = loads.at(-1);
  const before = loads.at(-2);
  return last?.device === 'cpu' && !last.fellBack && before?.fellBack === true ? before : last;
}

function loadOf(line: string, only: boolean): WhisperLoad | undefined {
  for (const { pattern, fellBack = false, anonymous = false } of whisperForms) {
    const device = anonymous && !only ? undefined : pattern.exec(line)?.[1];
    if (device !== undefined) {
      const format = /\b(int8(?:_\w+)?|float16|bfloat16|float32|int16)\b/.exec(line)?.[1] ?? null;
      return { device: device.toLowerCase() === 'cpu' ? 'cpu' : 'gpu', format, fellBack, line };
    }
  }
  return undefined;
}
