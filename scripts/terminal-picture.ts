const colours: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#56d4dd',
  90: '#8b949e',
};
const plain = '#c9d1d9';
const paper = '#0d1117';
const escape = '\u001b';
const colourCode = new RegExp(`(${escape}\\[[\\d;]*m)`);
const [charWidth, lineHeight, margin] = [8.4, 19, 18];
const grey = 90;

interface Style {
  readonly fill?: string | undefined;
  readonly bold?: boolean | undefined;
}

interface Cell {
  readonly character: string;
  readonly style: Style;
}

/** A text with ANSI colours as an SVG picture of a terminal; longer lines go on in the next row. */
export function terminalPicture(text: string, columns = 110): string {
  const rows = text.split('\n').flatMap((line) => wrapped(cells(line), columns));
  const width = Math.ceil(columns * charWidth + 2 * margin);
  const height = rows.length * lineHeight + 2 * margin;
  const lines = rows.map((row, index) => {
    const y = margin + (index + 1) * lineHeight - 5;
    return `<text x="${margin}" y="${y}" xml:space="preserve">${spans(row)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" rx="8" fill="${paper}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${plain}">`,
    ...lines,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** The characters of a line with the style that each has. */
function cells(line: string): readonly Cell[] {
  let style: Style = {};
  return line.split(colourCode).flatMap((part) => {
    if (!part.startsWith(escape)) return Array.from(part, (character) => ({ character, style }));
    for (const code of part.slice(2, -1).split(';').map(Number)) style = styled(style, code);
    return [];
  });
}

function styled(style: Style, code: number): Style {
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, fill: colours[grey] };
  if (code === 22) return { fill: style.fill };
  if (code === 39) return { bold: style.bold };
  return colours[code] === undefined ? style : { ...style, fill: colours[code] };
}

function wrapped(row: readonly Cell[], columns: number): readonly (readonly Cell[])[] {
  const rows: (readonly Cell[])[] = [];
  for (let at = 0; at === 0 || at < row.length; at += columns) rows.push(row.slice(at, at + columns));
  return rows;
}

function spans(row: readonly Cell[]): string {
  const runs: { text: string; style: Style }[] = [];
  for (const { character, style } of row) {
    const last = runs.at(-1);
    if (last?.style === style) last.text += character;
    else runs.push({ text: character, style });
  }
  return runs.map(({ text, style }) => span(escaped(text), style)).join('');
}

function span(text: string, { fill, bold }: Style): string {
  const attributes = [fill && ` fill="${fill}"`, bold && ' font-weight="bold"'].filter(Boolean).join('');
  return attributes === '' ? text : `<tspan${attributes}>${text}</tspan>`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
