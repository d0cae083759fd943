/** Two FNV-1a sums of bytes as text: enough to know bytes again, no proof against somebody who wants to be mistaken. */
export function fingerprint(bytes: Uint8Array): string {
  let [one, two] = [0x811c9dc5, 0x1000193];
  for (const byte of bytes) {
    one = Math.imul(one ^ byte, 0x01000193) >>> 0;
    two = Math.imul(two ^ byte, 0x85ebca6b) >>> 0;
  }
  return one.toString(36) + two.toString(36);
}
