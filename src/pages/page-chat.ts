import type { Page } from '../core/page.ts';
import { oneLine } from '../text/one-line.ts';

const mostCharacters = 1_000;
const longestLine = 260;

/** A page as a short message of plain text for a chat: it calls nobody, links nowhere and hides nothing. */
export function pageChat({ badge, lead, warnings, brief }: Page): string {
  const head = `${badge.text.toUpperCase()}: ${lead}`;
  const lines = [
    short(plain(head), 380),
    ...[...warnings, ...brief].map((line) => `- ${short(plain(line), longestLine)}`),
  ];
  let text = '';
  for (const line of lines) {
    const longer = text === '' ? line : `${text}\n${line}`;
    if (longer.length > mostCharacters) break;
    text = longer;
  }
  return text;
}

/** Slack reads `<!channel>`, Discord and Telegram `@name` as a call; all of them make links of addresses, and Markdown of marks. */
const plain = (text: string): string =>
  oneLine(text)
    .replace(/(?:[a-z][a-z0-9+.-]{0,20})?:\/\//gi, ' ')
    .replaceAll('`', "'")
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replace(/([*~|_])\1+/g, '$1')
    .replace(/@(?=\S)/g, '@ ')
    .replace(/ {2,}/g, ' ')
    .trim();

const short = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 4).replace(/[\ud800-\udbff]$/, '')} ...`;
