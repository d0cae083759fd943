/** The sha256 of bytes as 64 hex digits: pure, for the parts that know no machine. Source: FIPS 180-4. */
export function sha256(bytes: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  const state = new Uint32Array(initial);
  for (let at = 0; at < padded.length; at += 64) mix(state, view, at);
  return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('');
}

const primes = Array.from({ length: 312 }, (_, index) => index).filter(
  (number) =>
    number > 1 && !Array.from({ length: 16 }, (_, by) => by + 2).some((by) => by < number && number % by === 0),
);

/** The first 32 bits behind the point of a root of each prime. */
const fractions = (root: (prime: number) => number, many: number) =>
  primes.slice(0, many).map((prime) => Math.floor((root(prime) % 1) * 2 ** 32));

const initial = fractions(Math.sqrt, 8);
const constants = new Uint32Array(fractions(Math.cbrt, 64));

const turn = (word: number, by: number) => (word >>> by) | (word << (32 - by));

function mix(state: Uint32Array, view: DataView, at: number): void {
  const words = new Uint32Array(64);
  for (let index = 0; index < 64; index += 1)
    words[index] = index < 16 ? view.getUint32(at + index * 4) : next(words, index);
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let index = 0; index < 64; index += 1) {
    const choice = (e & f) ^ (~e & g);
    const first = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + (constants[index] ?? 0) + (words[index] ?? 0);
    const second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index] = (state[index] ?? 0) + word;
}

function next(words: Uint32Array, index: number): number {
  const before = words[index - 15] ?? 0;
  const last = words[index - 2] ?? 0;
  const low = turn(before, 7) ^ turn(before, 18) ^ (before >>> 3);
  const high = turn(last, 17) ^ turn(last, 19) ^ (last >>> 10);
  return (words[index - 16] ?? 0) + low + (words[index - 7] ?? 0) + high;
}
