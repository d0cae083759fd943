const red = 31;
const green = 32;
const yellow = 33;
const magenta = 35;

/** Status words and their colours, as terminals show them. */
const colours: readonly (readonly [RegExp, number])[] = [
  [/\b(?:critical|NOT)\b/gi, red],
  [/\bdegraded\b/gi, yellow],
  [/\bunknown\b/gi, magenta],
  [/\bok\b/g, green],
];

/** A text for a terminal with its status words in colour; elsewhere, and with NO_COLOR, as it is. */
export function paint(text: string, stream: { readonly isTTY?: boolean }): string {
  const { FORCE_COLOR, NO_COLOR } = process.env;
  if (!FORCE_COLOR && (NO_COLOR || stream.isTTY !== true)) return text;
  return colours.reduce((painted, [words, colour]) => painted.replace(words, `\u001b[${colour}m$&\u001b[0m`), text);
}
