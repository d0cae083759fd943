import { bare } from './log-line.ts';

/** What a log holds of one start of a service: from the line that marks it up to the next such line. */
export interface LogRun {
  readonly lines: readonly string[];
  /** False for what stands before the first marked start. */
  readonly marked: boolean;
}

// First lines of a start, in the order in which one start prints them.
const starts: readonly RegExp[] = [
  /^Start(?:ing|ed) \S+\.service\b|^\*\* ComfyUI startup time|^=+ Starting script \(ID: \d+\)|^\[[\w-]+\] (?:Starting|Waiting for model)|^INFO:\s+Started (?:parent|reloader) process/,
  /^ggml_cuda_init: |^INFO:\s+Started server process \[\d+\]|Worker Identity[^:]{0,60}: /,
  /^load_backend: /,
  /^build(?:_info)?: |^Total VRAM \d+ MB, total RAM /,
  /^llama_model_loader: loaded meta data/,
];

/** A program says that it serves. */
export const isReady = (line: string): boolean =>
  /Application startup complete|Uvicorn running on|server is listening on|all slots are idle|To see the GUI go to|Worker(?:\(s\))? started|HTTP\/1\.[01]" 2\d\d/i.test(
    line,
  );

/** A program says that it ends. */
export const isEnd = (line: string): boolean =>
  /Application shutdown complete|Application startup failed|Finished server process|exiting due to/i.test(line);

/**
 * A log cut at the starts that it shows, oldest first.
 *
 * One start prints several of the known first lines, in one order: a line that stands earlier in this order than the one
 * before it, or is the line that this start began with, begins the next.
 */
export function logRuns(text: string): readonly LogRun[] {
  const runs: { lines: string[]; marked: boolean }[] = [{ lines: [], marked: false }];
  let first = Number.POSITIVE_INFINITY;
  let last = Number.POSITIVE_INFINITY;
  let isMark = false;
  for (const line of text.split('\n').map(bare)) {
    const rank = starts.findIndex((start) => start.test(line));
    const goesOn = isMark && rank === last;
    isMark = rank !== -1;
    if (isMark && !goesOn && (rank < last || rank === first)) {
      runs.push({ lines: [], marked: true });
      first = rank;
    }
    if (isMark) last = rank;
    runs.at(-1)?.lines.push(line);
  }
  return runs;
}
