import type { Block, Page } from '../core/page.ts';
import { commandLine } from '../core/quote.ts';
import { clean } from '../core/text.ts';
import { untrusted } from '../text/fenced.ts';
import { oneLine } from '../text/one-line.ts';
import { htmlText } from './html-text.ts';
import { utc } from './utc.ts';

/** A page as Markdown of the GitHub kind. No text in it can end a fence or a table, make a link or a picture, or be read as HTML. */
export function pageMarkdown({ title, badge, lead, warnings, facts, sections, foot }: Page): string {
  return [
    `# ${words(title)}`,
    ...warnings.map((warning) => `> **${words(warning)}**`),
    `**${words(badge.text)}.** ${words(lead)}`,
    blockText({ kind: 'facts', rows: facts }),
    ...sections.flatMap((section) => [`## ${words(section.title)}`, ...section.blocks.map(blockText)]),
    '---',
    opening(foot),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'text':
      return opening(block.text);
    case 'heading':
      return `### ${words(block.text)}`;
    case 'list':
      return block.items.map((item) => `- ${opening(item)}`).join('\n');
    case 'facts':
      return block.rows.map(([label, says]) => `- **${words(label)}**: ${words(says)}`).join('\n');
    case 'table':
      return table(
        block.columns,
        block.rows.map((row) => row.map(({ text }) => text)),
      );
    case 'command':
      return `${opening(block.say)} ${code(commandLine(block.words))}`;
    case 'moments':
      return table(
        ['when', 'since it began', 'what'],
        block.moments.map(({ at, since, text }) => [utc(at), since, text]),
      );
    case 'remote':
      return remote(block);
    // Of bars and curves, the table beside them says the same.
    default:
      return '';
  }
}

const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [columns.map(words), columns.map(() => '---'), ...rows.map((row) => row.map(words))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

function remote({ title, text, diff = false, folded = false }: Extract<Block, { kind: 'remote' }>): string {
  const safe = clean(text).replace(/\n+$/, '');
  // Longer than any run of backticks within it, so that none of them ends it.
  const fence = '`'.repeat(Math.max(3, longestRun(safe) + 1));
  const fenced = [`${fence}${diff ? 'diff' : 'text'}`, safe, fence].join('\n');
  if (!folded) return [opening(`${title} (${untrusted}):`), fenced].join('\n\n');
  return [`<details><summary>${htmlText(oneLine(title))} (${untrusted})</summary>`, fenced, '</details>'].join('\n\n');
}

const longestRun = (text: string): number =>
  (text.match(/`+/g) ?? []).reduce((longest, { length }) => Math.max(longest, length), 0);

/** A text as one line of a code span. */
function code(text: string): string {
  const line = oneLine(text);
  const ticks = '`'.repeat(longestRun(line) + 1);
  const gap = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${ticks}${gap}${line}${gap}${ticks}`;
}

/** A text that reads as it is written: nothing in it is markup. */
const words = (text: string): string =>
  oneLine(text).replace(
    /[\\`*[\]<>|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#|[A-Za-z])|(?<=\bwww)\.|:(?=\/\/)/gi,
    String.raw`\$&`,
  );

/** The same where a line begins: it is no list, heading or rule either. */
const opening = (text: string): string =>
  words(text)
    .replace(/^[-+=#]/, String.raw`\$&`)
    .replace(/^(\d+)([.)])(?=\s|$)/, String.raw`$1\$2`);
