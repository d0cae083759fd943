import { writeFile } from 'node:fs/promises';
import { OpsError } from '../core/errors.ts';
import { exitOf } from '../core/exit-of.ts';
import type { Report } from '../core/report.ts';
import type { AnyTool } from '../core/tool.ts';
import { reportJson } from '../report-json.ts';
import { briefCharacters, reportText } from '../report-text.ts';
import { pageText } from '../pages/page-text.ts';
import { asCommand } from '../text/next-text.ts';
import type { Context, Values } from './command.ts';
import { complain, createStatusLine, createStream, print, stdoutPage } from './terminal.ts';

/** A report, and how it is shown to whoever reads stdout, or written to a file; to show it gives the exit status. */
export interface Called {
  readonly report: Report;
  show(file?: string): Promise<number>;
}

/** Calls a tool, with its progress on the terminal. */
export async function called(
  tool: AnyTool,
  values: Values,
  { app, tools, json, detail, signal }: Context,
): Promise<Called> {
  const line = createStatusLine();
  const stream = json ? undefined : createStream();
  const onProgress = (message: string, wrote?: readonly string[]) => {
    if (wrote === undefined || stream === undefined) return line.say(message);
    line.clear();
    stream.show(message, wrote);
  };
  const report = await (await app()).call(tool, values, { signal, onProgress }).finally(() => line.clear());
  return {
    report,
    async show(file) {
      const page = report.page && pageText(report.page.page, report.page.format);
      if (file !== undefined && page !== undefined) {
        await writeFile(file, `${page}\n`).catch(unwritten(file));
        complain(`Written to ${file}.`);
      }
      if (json) {
        print(JSON.stringify(reportJson(report, page), undefined, 2));
        return exitOf(report);
      }
      if (page !== undefined) {
        if (file === undefined) print(page);
        return exitOf(report);
      }
      const { color, width } = stdoutPage();
      const limit = { characters: briefCharacters, rest: 'The same command with --detail full shows all of it.' };
      const shown = stream?.hasShown() ? { ...report, show: [] } : report;
      const nextText = asCommand(await tools());
      print(reportText(shown, { color, width, nextText, ...(detail === 'brief' && { limit }) }));
      return exitOf(report);
    },
  };
}

const unwritten = (file: string) => (cause: unknown) => {
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new OpsError('USAGE', `${file} can not be written: ${why}`, { cause });
};
