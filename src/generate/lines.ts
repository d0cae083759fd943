/** Lines out of bytes as they come: a character or an end of line that is split between two chunks is whole again. */
export function createLines() {
  const decoder = new TextDecoder();
  let begun: string[] = [];

  const taken = (text: string): readonly string[] => {
    const parts = text.split('\n');
    const last = parts.pop() ?? '';
    // A line of megabytes is joined once, when it ends.
    const [first, ...whole] = parts;
    if (first === undefined) {
      begun.push(last);
      return [];
    }
    const lines = [[...begun, first].join(''), ...whole];
    begun = [last];
    return lines.map((line) => line.replace(/\r$/, ''));
  };

  return {
    push: (bytes: Uint8Array): readonly string[] => taken(decoder.decode(bytes, { stream: true })),
    /** The line that nothing ended. */
    end: (): readonly string[] => taken(`${decoder.decode()}\n`).filter((line) => line !== ''),
  };
}
