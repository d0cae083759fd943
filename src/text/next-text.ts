import { commandLine } from '../core/quote.ts';
import type { Next } from '../core/report.ts';
import type { AnyTool } from '../core/tool.ts';

/** What to type or call for a step; undefined where only a person can do it. */
export type NextText = (step: Next) => string | undefined;

/** `log_tail {"node":"gpu-1"}` */
export const asToolCall: NextText = ({ tool, args = {} }) =>
  tool === undefined ? undefined : `${tool} ${JSON.stringify(args)}`;

/** `rackhand log tail gpu-1` */
export const asCommand =
  (tools: readonly AnyTool[]): NextText =>
  ({ tool: name, args = {} }) => {
    const tool = tools.find((each) => each.name === name);
    return tool === undefined ? undefined : commandLine(['rackhand', ...commandWords(tool, args)]);
  };

function commandWords(tool: AnyTool, args: NonNullable<Next['args']>): readonly string[] {
  const { positional, alias } = tool.cli;
  const standing = positional.flatMap((key) => asWords(args[key]));
  const flags = Object.entries(args)
    .filter(([key]) => !positional.includes(key))
    .flatMap(([key, value]) => {
      if (value === false) return [];
      if (value === true) return [flagOf(key)];
      return asWords(value).map((word) => `${flagOf(key)}=${word}`);
    });
  return [...(alias === undefined ? tool.name.split('_') : [alias]), ...standing, ...flags];
}

/** `maxLines` and `max_lines` are both `--max-lines`. */
export const flagOf = (key: string): string =>
  `--${key
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase()}`;

const asWords = (value: string | number | boolean | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : [value].flat().map(String);
