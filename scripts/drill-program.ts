import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

type Env = Readonly<Record<string, string>>;

const reportSchema = z.object({
  status: z.string(),
  summary: z.string(),
  findings: z.array(z.object({ check: z.string(), subject: z.string(), role: z.string(), status: z.string() })),
  data: z.object({ nodes: z.array(z.object({ state: z.string().optional() })) }),
});

async function said(program: string, env: Env, words: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [program, ...words, '--json'], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (stdout.trim() === '') throw new Error(`rackhand ${words.join(' ')} said nothing: ${stderr}`);
  return stdout;
}

/** What `rackhand` reports, as a script hears it, and how much that was to read. */
export async function reportOf(
  program: string,
  env: Env,
  words: readonly string[],
): Promise<z.infer<typeof reportSchema> & { readonly bytes: number }> {
  const stdout = await said(program, env, words);
  const report = reportSchema.safeParse(JSON.parse(stdout));
  if (!report.success) throw new Error(`rackhand ${words.join(' ')} answered what is no report: ${stdout}`);
  return { ...report.data, bytes: stdout.length };
}

/** How many calls its audit tells of. */
export async function askedOf(program: string, env: Env): Promise<number> {
  const entries: unknown = JSON.parse(await said(program, env, ['audit', 'show']));
  return Array.isArray(entries) ? entries.length : 0;
}
