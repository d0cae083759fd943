import { exitOf } from '../core/report.ts';
import type { AnyTool } from '../core/tool.ts';
import { reportJson } from '../report-json.ts';
import { briefCharacters, reportText } from '../report-text.ts';
import { asCommand } from '../text/next-text.ts';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';
import { createStatusLine, createStream, print, stdoutPage } from './terminal.ts';

/** A tool as a command: `node_triage` is `rackhand node triage`, and its input is flags. */
export const toolCommand = (tool: AnyTool): Command => ({
  words: tool.name.replaceAll('_', ' '),
  alias: tool.cli.alias,
  title: tool.title,
  about: tool.summary,
  flags: () => flagsOf(tool.input),
  positional: tool.cli.positional,
  async run(values, { app, tools, json, detail, signal }) {
    const line = createStatusLine();
    const stream = json ? undefined : createStream();
    const onProgress = (message: string, wrote?: readonly string[]) => {
      if (wrote === undefined || stream === undefined) return line.say(message);
      line.clear();
      stream.show(message, wrote);
    };
    const report = await (await app()).call(tool, values, { signal, onProgress }).finally(() => line.clear());
    if (json) {
      print(JSON.stringify(reportJson(report), undefined, 2));
    } else {
      const { color, width } = stdoutPage();
      const limit = { characters: briefCharacters, rest: 'The same command with --detail full shows all of it.' };
      print(
        reportText(stream?.hasShown() ? { ...report, show: [] } : report, {
          color,
          width,
          nextText: asCommand(await tools()),
          ...(detail === 'brief' && { limit }),
        }),
      );
    }
    return exitOf(report);
  },
});
