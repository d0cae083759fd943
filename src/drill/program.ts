import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Sandbox } from '../../sandbox/index.ts';

type Env = Readonly<Record<string, string>>;

const reportSchema = z.object({
  status: z.string(),
  summary: z.string(),
  findings: z.array(z.object({ check: z.string(), subject: z.string(), role: z.string(), status: z.string() })),
  data: z.unknown().optional(),
});
export type Told = z.infer<typeof reportSchema> & { readonly bytes: number };

/** Rackhand itself, put to a sandbox as a script puts it: by its words, its answers as JSON. */
export interface Program {
  /** How it finds its node, and keeps what it writes. */
  readonly env: Env;
  said(...words: readonly string[]): Promise<string>;
  report(...words: readonly string[]): Promise<Told>;
}

/** `who` keeps what it writes apart from others. */
export function programOn({ fleetPath, folder, atEnd }: Sandbox, path: string, who: string): Program {
  const env = { RACKHAND_FLEET: fleetPath, RACKHAND_STATE: `${folder}/${who}` };
  const said = async (...words: readonly string[]): Promise<string> => {
    const child = spawn(process.execPath, [path, ...words, '--json'], {
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // It would go on to write into what is being removed.
    const forget = atEnd(() => child.kill('SIGKILL'));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    forget();
    if (stdout.trim() === '') throw new Error(`rackhand ${words.join(' ')} said nothing: ${stderr}`);
    return stdout;
  };
  return {
    env,
    said,
    async report(...words) {
      const stdout = await said(...words);
      const report = reportSchema.safeParse(JSON.parse(stdout));
      if (!report.success) throw new Error(`rackhand ${words.join(' ')} answered what is no report: ${stdout}`);
      return { ...report.data, bytes: Buffer.byteLength(stdout) };
    },
  };
}

const playedSchema = z.object({ nodes: z.array(z.object({ state: z.string() })) });
/** How a playbook ended on the one node of a sandbox. */
export const endedOf = ({ data }: Told): string | undefined => playedSchema.safeParse(data).data?.nodes[0]?.state;

const runsSchema = z.object({ runs: z.array(z.object({ run: z.string(), state: z.string(), what: z.string() })) });
export type RunTold = z.infer<typeof runsSchema>['runs'][number];

/** The runs that its state folder holds, the newest first. */
export const runsOf = async (program: Program): Promise<readonly RunTold[]> =>
  runsSchema.parse((await program.report('run', 'list')).data).runs;
