import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { opsError, OpsError } from '../core/errors.ts';
import { exitCodes } from '../core/exit-of.ts';
import { hoursForm, hoursTrouble, isWithin } from '../core/hours.ts';
import { statuses, worst, type Report } from '../core/report.ts';
import type { Command, Context } from './command.ts';
import { flagsOf } from './flags.ts';
import { complain, createStatusLine, print, stdoutPage } from './terminal.ts';
import { typed } from './typed.ts';
import { createNews, statesOf, unseen, type News, type NodeState } from './watch-news.ts';
import { tellProgram, tellUrl } from './watch-tell.ts';

const input = z.object({
  nodes: z.array(z.string()).default([]).describe('Names or label=value; all when empty'),
  every: z.int().min(1).max(86_400).default(60).describe('Seconds from one look to the next'),
  steady: z.int().min(1).max(100).default(2).describe('Looks in a row that must agree before it is told'),
  count: z.int().min(1).optional().describe('Looks before it ends; without, until it is stopped'),
  hook: z.string().optional().describe('Program that is started with the news on its stdin, as JSON'),
  webhook: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('URL that the news are posted to, as JSON'),
  secretEnv: z.string().optional().describe('Environment variable with the secret that signs what is posted'),
  quiet: z.string().optional().describe('Hours in which only what is critical is told: 22:00-07:00 Europe/Berlin'),
});
type Watched = z.infer<typeof input>;

export const watch: Command = {
  words: 'watch',
  title: 'Triage on an interval, and tell what changes',
  about:
    'Triages nodes again and again, and tells only what changes: that something broke, what its cause is now, that it is over. It changes nothing on a node. With --hook or --webhook it also tells a program or a URL; --json prints each change as one line.',
  face: 'cli',
  flags: () => flagsOf(input),
  positional: ['nodes'],
  async run(values, context) {
    const asked = typed(input, values);
    const { steady, count = Number.POSITIVE_INFINITY, every, nodes } = asked;
    const secret = secretOf(asked);
    const mayTell = notQuiet(asked.quiet);
    const news = createNews({ steady: Math.min(steady, count) });
    let states: readonly NodeState[] = [];
    for (let look = 1; ; look += 1) {
      const start = performance.now();
      const seen = await looked(context, nodes, states);
      if (seen !== undefined) states = seen;
      for (const each of news.of(seen ?? [], (state) => mayTell(state, Date.now())))
        await told(each, asked, secret, context);
      if (look >= count || context.signal.aborted) break;
      const left = every * 1_000 - (performance.now() - start);
      await pause(Math.max(0, left), undefined, { signal: context.signal }).catch(() => undefined);
      if (context.signal.aborted) break;
    }
    return exitCodes[worst(states.map(({ status }) => status))];
  },
};

/** Of a triage, what is watched. */
const triage = z.object({
  data: z.object({ nodes: z.array(z.object({ node: z.string(), status: z.enum(statuses) })) }),
  findings: z.custom<Report['findings']>(Array.isArray),
});

/**
 * How the nodes are; where a look at all of them fails, none of them is known. Undefined: it was stopped.
 *
 * Errors: at the first look all of them, as they would come at every later one.
 */
async function looked(
  { app, tools, signal }: Context,
  nodes: readonly string[],
  before: readonly NodeState[],
): Promise<readonly NodeState[] | undefined> {
  const line = createStatusLine();
  const onProgress = (message: string) => line.say(message);
  try {
    const tool = (await tools()).find(({ name }) => name === 'node_triage');
    if (tool === undefined) throw new OpsError('DEFECT', 'There is no tool to triage with.');
    return statesOf(triage.parse(await (await app()).call(tool, { nodes, detail: 'brief' }, { signal, onProgress })));
  } catch (thrown) {
    const { code, message } = opsError(thrown);
    if (signal.aborted) return undefined;
    if (before.length === 0 || code === 'DEFECT') throw thrown;
    return before.map(({ node }) => unseen(node, message));
  } finally {
    line.clear();
  }
}

async function told(news: News, { hook, webhook }: Watched, secret: string | undefined, { json, signal }: Context) {
  const at = new Date().toISOString();
  if (json) print(JSON.stringify({ at, ...news }));
  else {
    const { paint } = stdoutPage();
    const ink = news.is === 'ok' ? 'green' : news.is === 'critical' ? 'red' : 'yellow';
    print(`${at.slice(0, 19)}Z  ${paint(ink, news.is.toUpperCase())}  ${news.said}`);
  }
  const troubles = await Promise.all([
    ...(hook === undefined ? [] : [tellProgram(hook, news, signal)]),
    ...(webhook === undefined ? [] : [tellUrl(webhook, news, { secret, signal })]),
  ]);
  for (const trouble of troubles) if (trouble !== undefined) complain(trouble);
}

/** Errors: `USAGE`. */
function secretOf({ secretEnv, webhook }: Watched): string | undefined {
  if (secretEnv === undefined) return undefined;
  if (webhook === undefined)
    throw new OpsError('USAGE', '--secret-env signs what is posted, and there is no --webhook.');
  const secret = process.env[secretEnv];
  if (secret === undefined || secret === '')
    throw new OpsError('USAGE', `The environment holds no ${secretEnv}, which was to sign what is posted.`);
  return secret;
}

/** Errors: `USAGE` for hours of another form. */
function notQuiet(hours: string | undefined): (state: NodeState, at: number) => boolean {
  if (hours === undefined) return () => true;
  const trouble = hoursForm.test(hours) ? hoursTrouble(hours) : 'must be like 22:00-07:00 Europe/Berlin';
  if (trouble !== undefined) throw new OpsError('USAGE', `--quiet ${JSON.stringify(hours)} ${trouble}.`);
  return ({ status }, at) => status === 'critical' || !isWithin(hours, at);
}
