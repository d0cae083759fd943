// Made when first needed: it takes as long as the rest of a start.
let segmenter: Intl.Segmenter | undefined;

// East Asian wide and fullwidth forms, and emoji, take two columns of a terminal (Unicode annex 11).
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
const printable = /^[ -~]*$/;

function graphemes(line: string): readonly string[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(line), ({ segment }) => segment);
}
const columnsOfOne = (grapheme: string): number => (wide.test(grapheme) ? 2 : /^\p{M}+$/u.test(grapheme) ? 0 : 1);

/** How many columns of a terminal a line takes. */
export const columns = (line: string): number =>
  printable.test(line) ? line.length : graphemes(line).reduce((sum, one) => sum + columnsOfOne(one), 0);

/** A line with blanks after it up to `width` columns. */
export const padded = (line: string, width: number): string => line + ' '.repeat(Math.max(0, width - columns(line)));

/** One line of text as lines of at most `width` columns, broken at blanks, and within a word that is longer than a line. */
export function wrapped(line: string, width: number): readonly string[] {
  if (columns(line) <= width) return [line];
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ').flatMap((each) => pieces(each, width))) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (columns(longer) <= width) {
      current = longer;
    } else {
      if (current !== '') lines.push(current);
      current = word;
    }
  }
  return [...lines, current];
}

/** A text cut wherever the width is full, every character of it kept. */
export function pieces(word: string, width: number): readonly string[] {
  if (columns(word) <= width) return [word];
  const cut: string[] = [];
  let current = '';
  for (const grapheme of graphemes(word)) {
    if (current !== '' && columns(current) + columnsOfOne(grapheme) > width) {
      cut.push(current);
      current = '';
    }
    current += grapheme;
  }
  return [...cut, current];
}
