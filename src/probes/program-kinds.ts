import type { Service } from '../core/service.ts';

/** A program known by its command line: what kind of service it is, and where it tells of its health. */
interface ProgramKind {
  readonly program: string;
  readonly kind: Service['kind'];
  readonly args: RegExp;
  /** Where it answers whether it is well, on its first port; null where it has no such place that all versions share. */
  readonly health: { readonly path: string; readonly expect?: Readonly<Record<string, string>> } | null;
}

/** Sources: the servers' own documentation. The first that fits counts. */
export const programKinds: readonly ProgramKind[] = [
  {
    program: 'llama-server',
    kind: 'llama',
    args: /(?:^|\/)llama-server(?:\s|$)/,
    health: { path: '/health', expect: { status: 'ok' } },
  },
  { program: 'Ollama', kind: 'ollama', args: /(?:^|\/)ollama serve(?:\s|$)/, health: { path: '/api/version' } },
  {
    program: 'ComfyUI',
    kind: 'comfyui',
    args: /(?:^|[\s/])ComfyUI\S*\/main\.py(?:\s|$)|\scomfyui(?:\s|$)/i,
    health: { path: '/system_stats' },
  },
  { program: 'Whisper', kind: 'whisper', args: /whisper/i, health: null },
  { program: 'a Temporal worker', kind: 'worker', args: /python\S* .*\bworker\b|temporal\S*worker/i, health: null },
  {
    program: 'uvicorn',
    kind: 'api',
    args: /(?:^|[\s/])(?:uvicorn|gunicorn|hypercorn|fastapi)(?:\s|$)/,
    health: { path: '/health' },
  },
  { program: 'vLLM', kind: 'other', args: /\bvllm\b.*\bserve\b|vllm\.entrypoints/, health: { path: '/health' } },
];

/** Undefined for a program that is none of these. */
export const programKind = (args: string): ProgramKind | undefined => programKinds.find((each) => each.args.test(args));

/** Files that a command line names as models, by their endings; relative ones are left out, for nobody says to what. */
export const modelsIn = (args: string): readonly string[] => [
  ...new Set(
    [...args.matchAll(/(?:^|[\s=])(\/\S+\.(?:gguf|safetensors|ggml|onnx|ckpt|pt))(?=\s|$)/g)].map(
      ([, path = '']) => path,
    ),
  ),
];
