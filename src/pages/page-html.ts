import type { Bars, Block, Cell, Moment, Page } from '../core/page.ts';
import { commandLine } from '../core/quote.ts';
import { untrusted } from '../text/fenced.ts';
import { oneLine } from '../text/one-line.ts';
import { curveHtml } from './curve-html.ts';
import { htmlText } from './html-text.ts';
import { pageStyle } from './page-style.ts';
import { utc } from './utc.ts';

/** Nothing is loaded and nothing runs, whatever stands in the page. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A page as one file of HTML that needs neither a network nor a script. */
export function pageHtml({ title, badge, lead, warnings, facts, sections, foot }: Page): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${line(title)}</title>`,
    `<style>${pageStyle}</style>`,
    '</head>',
    '<body>',
    '<main>',
    '<header>',
    `<h1>${line(title)}</h1>`,
    `<p class="badge ${badge.tone ?? 'plain'}">${line(badge.text)}</p>`,
    `<p class="lead">${line(lead)}</p>`,
    ...warnings.map((warning) => `<p class="warning" role="note">${line(warning)}</p>`),
    blockHtml({ kind: 'facts', rows: facts }),
    '</header>',
    ...sections.flatMap((section, index) => [
      `<section aria-labelledby="part-${index + 1}">`,
      `<h2 id="part-${index + 1}">${line(section.title)}</h2>`,
      ...section.blocks.map(blockHtml),
      '</section>',
    ]),
    `<footer>${line(foot)}</footer>`,
    '</main>',
    '</body>',
    '</html>',
  ].join('\n');
}

const line = (text: string): string => htmlText(oneLine(text));

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'text':
      return `<p>${toned(block)}</p>`;
    case 'heading':
      return `<h3>${line(block.text)}</h3>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${line(item)}</li>`).join('')}</ul>`;
    case 'facts':
      return `<dl>${block.rows.map(([label, says]) => `<dt>${line(label)}</dt><dd>${line(says)}</dd>`).join('')}</dl>`;
    case 'table':
      return table(block);
    case 'command':
      return `<p>${line(block.say)} <code>${line(commandLine(block.words))}</code></p>`;
    case 'moments':
      return `<ol class="moments">${block.moments.map(moment).join('')}</ol>`;
    case 'remote':
      return remote(block);
    case 'curve':
      return curveHtml(block);
    default:
      return bars(block);
  }
}

const toned = ({ text, tone }: Cell): string =>
  tone === undefined ? line(text) : `<span class="tone ${tone}">${line(text)}</span>`;

function table({ columns, rows }: Extract<Block, { kind: 'table' }>): string {
  const head = columns.map((column) => `<th scope="col">${line(column)}</th>`).join('');
  const cells = (row: readonly Cell[]) =>
    row.map((cell, index) => `<td data-label="${line(columns[index] ?? '')}">${toned(cell)}</td>`).join('');
  const body = rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n');
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

function moment({ at, since, text, tone }: Moment): string {
  const when = utc(at);
  return `<li class="${tone}"><div><time>${line(when)}</time><small>${line(since)}</small></div><div>${line(text)}</div></li>`;
}

function remote({ title, text, diff = false, folded = false }: Extract<Block, { kind: 'remote' }>): string {
  const lines = htmlText(text).replace(/\n+$/, '');
  const inner = diff ? lines.split('\n').map(diffLine).join('') : lines;
  // A line break right behind the tag is not shown, and one of the node may stand there.
  const pre = `<pre dir="ltr"${folded ? '' : ' tabindex="0"'}>${diff ? '' : '\n'}${inner}</pre>`;
  const source = `<span class="source">(${untrusted})</span>`;
  return folded
    ? `<details><summary>${line(title)} ${source}</summary>${pre}</details>`
    : `<p>${line(title)} ${source}</p>${pre}`;
}

function diffLine(escaped: string): string {
  const kind = escaped.startsWith('@@')
    ? 'place'
    : escaped.startsWith('+')
      ? 'add'
      : escaped.startsWith('-')
        ? 'cut'
        : '';
  return `<span${kind === '' ? '' : ` class="${kind}"`}>${escaped}</span>`;
}

function bars({ title, most, bars: all }: Bars): string {
  const one = ({ label, value, text }: Bars['bars'][number], index: number) => {
    const width = Math.min(100, (100 * value) / most).toFixed(2);
    return [
      `<div class="bar"><span>${line(label)}</span>`,
      `<svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${line(`${title} ${label}: ${text}`)}">`,
      '<rect class="track" width="100" height="10"/>',
      `<rect class="${index === 0 && all.length > 1 ? 'fill first' : 'fill'}" width="${width}" height="10"/></svg>`,
      `<span>${line(text)}</span></div>`,
    ].join('');
  };
  return `<figure><figcaption>${line(title)}</figcaption>${all.map(one).join('')}</figure>`;
}
