import type { XidMove } from './xid-moves.ts';

/** Where to look when a link of NVLink 5 went down, by the number in bits 20 to 25 of the first word of Xid 149. */
interface LinkDown {
  readonly codes: readonly number[];
  readonly move: XidMove;
  /** The rest of a sentence. */
  readonly says: string;
}

/** Source: NVIDIA's Xid catalog, decoding of Xid 149, unit NETIR_LINK_DOWN: resolution and investigation by number. */
export const linkDowns: readonly LinkDown[] = [
  { codes: [0], move: 'reset', says: 'another error took it down' },
  { codes: [1], move: 'reset', says: 'it gives no reason; more than one a day is for the vendor' },
  { codes: [2, 4, 10], move: 'reset', says: 'its signal is bad' },
  { codes: [15, 17, 22], move: 'reset', says: 'software or a person took it down' },
  { codes: [16, 18], move: 'reset', says: 'software took it down, or its signal is bad' },
  { codes: [21, 32, 33, 34, 35, 36, 37], move: 'reset', says: 'the device at its other end is the cause' },
  { codes: [38], move: 'watch', says: 'software or a person took it down' },
  { codes: [40], move: 'watch', says: 'the host is the cause' },
  { codes: [42, 43], move: 'hands', says: 'its signal or its cable is bad' },
];

interface NvlinkError {
  readonly move: XidMove;
  /** The rest of a sentence. */
  readonly says: string;
}

const message =
  /(?<unit>[A-Z][A-Z_0-9]*)(?:\/[A-Z_0-9]+)?\s+(?<severity>Nonfatal|Fatal|Link Fatal)\s+XC\d\s+i\d+\s+Link\s+(?<link>-?\d+)\s+\(0x(?<info>[0-9a-f]{8})\b/i;

/**
 * What the text of an Xid from 144 to 150 says: what is fatal needs a reset, what is not is left to the recovery action
 * that the driver names itself (Xid 154). Undefined for another text.
 */
export function nvlinkError(text: string): NvlinkError | undefined {
  const { unit, severity, link, info } = message.exec(text)?.groups ?? {};
  if (unit === undefined || severity === undefined || info === undefined) return undefined;
  const isFatal = !/^non/i.test(severity);
  const of = Number(link) < 0 ? 'an NVLink' : `NVLink ${link}`;
  const number = (Number.parseInt(info, 16) >>> 20) & 0x3f;
  const down = /LINK_(?:EVT|DOWN)/i.test(unit) ? linkDowns.find(({ codes }) => codes.includes(number)) : undefined;
  if (down !== undefined) return { move: down.move, says: `${of} went down: ${down.says}` };
  return {
    move: isFatal ? 'reset' : 'watch',
    says: `${of} reported ${isFatal ? 'a fatal' : 'an'} error of its unit ${unit}`,
  };
}
