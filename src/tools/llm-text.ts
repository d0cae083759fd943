/** Hands a text that comes in pieces on by lines; a line that is long for a reader is broken at a blank. */
export function createTextLines(show: (lines: readonly string[]) => void) {
  let rest = '';
  return {
    push(text: string): void {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      const at = rest.length > wide ? rest.lastIndexOf(' ') : -1;
      if (at > 0) {
        lines.push(rest.slice(0, at));
        rest = rest.slice(at + 1);
      }
      if (lines.length > 0) show(lines);
    },
    end(): void {
      if (rest !== '') show([rest]);
      rest = '';
    },
  };
}

const wide = 100;
