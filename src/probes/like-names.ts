export type Likeness =
  | 'blanks'
  | 'invisible characters'
  | 'upper and lower case'
  | 'Unicode'
  | 'letters that look alike';

/** Letters of other scripts and marks that a person takes for the one of ASCII. Source: the confusables of Unicode, the common ones. */
const lookAlikes: Readonly<Record<string, string>> = {
  а: 'a',
  е: 'e',
  о: 'o',
  р: 'p',
  с: 'c',
  у: 'y',
  х: 'x',
  і: 'i',
  ѕ: 's',
  ԁ: 'd',
  ո: 'n',
  А: 'A',
  В: 'B',
  Е: 'E',
  К: 'K',
  М: 'M',
  Н: 'H',
  О: 'O',
  Р: 'P',
  С: 'C',
  Т: 'T',
  Х: 'X',
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '−': '-',
  '․': '.',
  '’': "'",
  '＿': '_',
};

const invisible = /[\u00ad\u200b-\u200f\u2060\ufeff]/g;
const steps: readonly (readonly [Likeness, (name: string) => string])[] = [
  ['blanks', (name) => name.replace(/\s+/g, '')],
  ['invisible characters', (name) => name.replace(invisible, '')],
  ['upper and lower case', (name) => name.toLowerCase()],
  ['Unicode', (name) => name.normalize('NFKC')],
  ['letters that look alike', (name) => Array.from(name, (letter) => lookAlikes[letter] ?? letter).join('')],
];

/** How two names that a person reads as one differ; undefined for names that differ in earnest. */
export function likeness(a: string, b: string): Likeness | undefined {
  if (a === b) return undefined;
  const alone = steps.find(([, fold]) => fold(a) === fold(b))?.[0];
  if (alone !== undefined) return alone;
  const all = (name: string) => steps.toReversed().reduce((folded, [, fold]) => fold(folded), name);
  return all(a) === all(b) ? 'letters that look alike' : undefined;
}
