/** Beginning and end of a text that is too long, with how much is missing. */
export function ends(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor(most / 2);
  const [head, tail] = [text.slice(0, half), text.slice(-half)];
  // Half of a pair of surrogates is no character.
  return `${head.replace(/[\ud800-\udbff]$/, '')}\n[... ${text.length - 2 * half} more characters ...]\n${tail.replace(/^[\udc00-\udfff]/, '')}`;
}
