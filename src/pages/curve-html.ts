import type { Curve } from '../core/page.ts';
import { oneLine } from '../text/one-line.ts';
import { htmlText } from './html-text.ts';

const [width, height] = [600, 90];

/** A quantity over time as a drawing in the page, with its last value, its scale and what happened meanwhile. */
export function curveHtml({ title, most, mostText, points, marks }: Curve): string {
  const [from, to] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
  const x = (at: number) => ((at - from) / Math.max(1, to - from)) * width;
  const y = (value: number) => height * (1 - Math.min(1, Math.max(0, value / most)));
  const line = points.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const said = [points[0], points.at(-1)].map((point) => point?.text ?? '').join(', then ');
  return [
    `<figure class="curve"><figcaption>${text(title)}<small>, the top is ${text(mostText)}</small></figcaption>`,
    `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${text(`${title}: ${said}`)}">`,
    `<rect class="track" width="${width}" height="${height}"/>`,
    ...marks.map(
      ({ at, text: what }) =>
        `<line class="mark" x1="${x(at).toFixed(1)}" x2="${x(at).toFixed(1)}" y1="0" y2="${height}"><title>${text(what)}</title></line>`,
    ),
    `<polygon class="under" points="0,${height} ${line} ${width},${height}"/>`,
    `<polyline class="line" points="${line}"/>`,
    '</svg>',
    `<ol class="ends"><li>${text(points[0]?.text ?? '')}</li><li>${text(points.at(-1)?.text ?? '')}</li></ol>`,
    marks.length === 0
      ? ''
      : `<p class="marks">${text(`Dashed: ${marks.map(({ text: what }) => what).join(', ')}.`)}</p>`,
    '</figure>',
  ].join('');
}

const text = (plain: string): string => htmlText(oneLine(plain));
