/**
 * The paths that git keeps, from the root of the work tree on; null where the file is cut or of a version that is not read.
 *
 * Source: gitformat-index(5), versions 2 and 3.
 */
export function trackedPaths(bytes: Uint8Array): readonly string[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || view.getUint32(0) !== signature) return null;
  const version = view.getUint32(4);
  if (version !== 2 && version !== 3) return null;
  const paths: string[] = [];
  let at = 12;
  for (let many = view.getUint32(8); many > 0; many -= 1) {
    if (at + fixed > bytes.length) return null;
    const extended = (view.getUint16(at + fixed - 2) & 0x4000) !== 0;
    const from = at + fixed + (extended ? 2 : 0);
    const end = bytes.indexOf(0, from);
    if (end < 0) return null;
    paths.push(new TextDecoder().decode(bytes.subarray(from, end)));
    at += (Math.floor((end - at) / 8) + 1) * 8;
  }
  return paths;
}

/** `DIRC`. */
const signature = 0x44495243;
/** Of an entry all but its path. */
const fixed = 62;
