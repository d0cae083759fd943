import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Page } from '../../src/core/page.ts';
import { pageText } from '../../src/pages/page-text.ts';

/** A page of every kind of block with one text wherever a text can stand. */
const pageOf = (text: string): Page => ({
  title: text,
  badge: { text, tone: 'bad' },
  lead: text,
  warnings: [text],
  facts: [[text, text]],
  foot: text,
  brief: [text, text],
  sections: [
    {
      title: text,
      blocks: [
        { kind: 'text', text },
        { kind: 'text', text, tone: 'warn' },
        { kind: 'heading', text },
        { kind: 'list', items: [text] },
        { kind: 'facts', rows: [[text, text]] },
        { kind: 'table', columns: [text, text], rows: [[{ text }, { text, tone: 'good' }]] },
        { kind: 'command', say: text, words: ['rackhand', text] },
        { kind: 'moments', moments: [{ at: 0, since: text, text, tone: 'plain' }] },
        { kind: 'remote', title: text, text, folded: true },
        { kind: 'remote', title: text, text, diff: true },
        { kind: 'bars', title: text, most: 2, bars: [{ label: text, value: 1, text }] },
      ],
    },
  ],
});

const known = [
  '</details><script>alert(1)</script>',
  '</pre></style></title><img src=x onerror=alert(1)>',
  '" onload="alert(1)',
  '```\n</details>\n# Owned\n````',
  '~~~\n`````text',
  '| a | b |\n| --- | --- |',
  '[click](javascript:alert(1)) ![x](http://evil.example/x.png) <http://evil.example>',
  '<!-- --> <![CDATA[ ]]> &lt;script&gt; &#x3c;b&#x3e;',
  '\u202egnp.exe\u202c \u2066x\u2069 \u200b\ufeff',
  '\u001b[31mred\u001b[0m \u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007',
  '@everyone <!channel> <@U123> <https://evil.example|ok>',
  '# h\n- l\n1. n\n> q\n---\n===',
];
const hostile = fc.oneof(
  fc.constantFrom(...known),
  fc.string({
    unit: fc.constantFrom(...Array.from('`~<>&"\'|[]()!#*_\\-+=.:/@1 \n\r\taz\u202e\u001b[é漢🙂')),
    maxLength: 80,
  }),
);

/** Its tags, without the texts that stand in their attributes. */
const tags = (html: string): readonly string[] =>
  (html.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/ (?:data-label|aria-label)="[^"]*"/g, ''));
const withoutDiff = (all: readonly string[]) => all.filter((tag) => !/^<\/?span/.test(tag));

describe('a page of hostile texts', () => {
  test('as HTML has the tags of a harmless one, and no other', () => {
    const harmless = withoutDiff(tags(pageText(pageOf('a'), 'html')));
    fc.assert(
      fc.property(hostile, (text) => {
        const html = pageText(pageOf(text), 'html');
        expect(withoutDiff(tags(html))).toEqual(harmless);
        expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/);
        expect(html).not.toContain(String.fromCharCode(27));
      }),
      { numRuns: 300 },
    );
  });

  test('as Markdown ends no fence but its own, and has no markup besides', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { outside, fences, isOpen } = read(pageText(pageOf(text), 'md'));
        expect([fences, isOpen]).toEqual([2, false]);
        const own = outside.filter((line) => !/^<details><summary>[^<>]*<\/summary>$|^<\/details>$/.test(line));
        expect(own.length).toBe(outside.length - 2);
        const spanless = own.map((line) => line.replace(/(?<![\\`])(`+)(?!`).*?(?<!`)\1(?!`)/g, ''));
        for (const line of spanless) {
          expect(line.replace(/^> /, '')).not.toMatch(/(?<!\\)(?:\\\\)*[<>[\]~]/);
          expect(line).not.toMatch(/(?<!\\):\/\/|\bwww\./i);
        }
        // A heading, an item or a rule is ours: as many as of a harmless text.
        expect(own.filter((line) => /^#{1,6} /.test(line)).length).toBe(3);
        expect(own.filter((line) => /^(?:-{3,}|={3,})$/.test(line)).length).toBe(1);
        expect(own.filter((line) => /^[-+*] |^\d+[.)] /.test(line)).length).toBe(3);
      }),
      { numRuns: 300 },
    );
  });

  test('as a message stays short, calls nobody and links nowhere', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 200 }), (text, times) => {
        const chat = pageText(pageOf(text.repeat(times)), 'chat');
        expect(chat.length).toBeLessThanOrEqual(1_000);
        expect(chat).not.toMatch(/@[^\s]|[<>]|:\/\/|`|\*\*|\|\||~~/);
        expect(chat.split('\n').slice(1)).toSatisfy((lines: string[]) => lines.every((line) => line.startsWith('- ')));
      }),
      { numRuns: 300 },
    );
  });

  test('of hundreds of kilobytes takes a moment', () => {
    const long = '<`|\u202e'.repeat(40_000);
    for (const format of ['md', 'html', 'chat'] as const) expect(pageText(pageOf(long), format)).toBeTypeOf('string');
  });
});

/** The lines outside of fences, as CommonMark reads them. */
function read(markdown: string) {
  const outside: string[] = [];
  let fences = 0;
  let open = '';
  for (const line of markdown.split('\n')) {
    const [, ticks = '', info = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (open === '' && ticks !== '' && !(ticks.startsWith('`') && info.includes('`'))) {
      open = ticks;
      fences += 1;
    } else if (open !== '') {
      if (ticks.startsWith(open) && info.trim() === '') open = '';
    } else {
      outside.push(line);
    }
  }
  return { outside, fences, isOpen: open !== '' };
}
