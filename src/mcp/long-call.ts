import type { App } from '../app.ts';
import type { Report } from '../core/report.ts';
import type { AnyTool } from '../core/tool.ts';
import { untilEnd } from '../tools/run-next.ts';

/** Hosts give a call up after a minute. */
export const answerWithinMs = 45_000;

interface Asked {
  readonly tool: AnyTool;
  readonly input: unknown;
  /** Cancels it, until it is answered. */
  readonly signals: readonly AbortSignal[];
  say(message: string): void;
}

/** Puts calls that may take longer than a host waits. `stop` ends what goes on after its answer. */
export function createLongCalls({ stop, answerMs }: { readonly stop: AbortSignal; readonly answerMs: number }) {
  const outliving = new Set<Promise<unknown>>();
  return {
    /** The report of a call, or where it stands: then it goes on, and its run tells how it ends. */
    async put(app: Pick<App, 'call'>, { tool, input, signals, say }: Asked): Promise<Report> {
      const own = new AbortController();
      const cancel = () => own.abort();
      for (const each of signals) each.addEventListener('abort', cancel, { once: true });
      if (signals.some(({ aborted }) => aborted)) cancel();
      const runs: string[] = [];
      let said = '';
      let isAnswered = false;
      const report = app.call(tool, input, {
        signal: AbortSignal.any([own.signal, stop]),
        onProgress(message) {
          said = message;
          if (!isAnswered) say(message);
        },
        onRun: (id) => runs.push(id),
      });
      const stands = () =>
        tool.effect === 'change' && runs.length > 0 ? underWay(runs.at(-1) ?? '', said) : undefined;
      const answer = await answered(report, stands, answerMs);
      isAnswered = true;
      // Whoever has been answered can't cancel any more, and what they asked for goes on without them.
      for (const each of signals) each.removeEventListener('abort', cancel);
      const ended: Promise<unknown> = report.catch(() => undefined).finally(() => outliving.delete(ended));
      outliving.add(ended);
      return answer;
    },
    /** Resolves when nothing goes on any more. */
    ended: () => Promise.allSettled(outliving),
  };
}

/** One that has begun no run yet is waited for: nobody could ask what became of it. */
async function answered(report: Promise<Report>, stands: () => Report | undefined, ms: number): Promise<Report> {
  for (;;) {
    const timer = new AbortController();
    const inTime = await Promise.race([report, after(ms, timer.signal)]).finally(() => timer.abort());
    const answer = inTime ?? stands();
    if (answer !== undefined) return answer;
  }
}

const underWay = (run: string, said: string): Report => ({
  summary: `It is under way as run ${run} and goes on: ${said}`,
  status: 'not_applicable',
  findings: [],
  next: untilEnd(run),
  notes: [],
  data: { state: 'running', run },
  show: [],
});

const after = (ms: number, unless: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    unless.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
