import type { XidMove } from './xid-moves.ts';

interface SxidFamily {
  readonly move: XidMove;
  /** The rest of a sentence. */
  readonly says: string;
  readonly codes: readonly number[];
}

/**
 * What the driver of the NVSwitches reports by number, on Hopper and older.
 *
 * Source: NVIDIA's fabric manager guide, appendix D (severity, impact, recovery), as gpud tables it; where it gives no
 * recovery, its severity decides.
 */
export const sxidFamilies: readonly SxidFamily[] = [
  {
    move: 'note',
    says: 'a single bit was wrong inside the switch and was corrected',
    codes: [
      11012, 11021, 11022, 11023, 12021, 12023, 15008, 15011, 19049, 19055, 19057, 19059, 19062, 19065, 19068, 19071,
      24001, 24002, 24003,
    ],
  },
  { move: 'note', says: 'a link asked for something that needs no answer', codes: [22013] },
  { move: 'watch', says: 'a link has to send again and is slower for it', codes: [20001, 20009] },
  { move: 'watch', says: 'the switch met an error of its own bus or control path', codes: [10001, 10002, 12030] },
  { move: 'watch', says: 'the switch is too hot and saves power on its links', codes: [10004, 10005] },
  { move: 'hands', says: 'a link is badly connected, or its other end was shut down', codes: [20012, 22012] },
  { move: 'fabric', says: 'the switch refused traffic that its partition does not allow', codes: [11004] },
  {
    move: 'fabric',
    says: 'memory inside the switch had an error that could not be corrected',
    codes: [
      11013, 11018, 11019, 12022, 12024, 15009, 15012, 19047, 19048, 19054, 19056, 19058, 19060, 19061, 19063, 19064,
      19066, 19067, 19069, 19070, 24004, 24005, 24006,
    ],
  },
  {
    move: 'fabric',
    says: 'a packet was lost or malformed inside the switch',
    codes: [
      11001, 11009, 11020, 12001, 12002, 12020, 12025, 12026, 12027, 12028, 12031, 12032, 15001, 15006, 15010, 15013,
      23001, 23002, 23003, 23004, 23005, 23006, 23007, 23008, 23009, 23010, 23011, 23012, 23013, 23014, 23015, 23016,
      23017,
    ],
  },
  { move: 'fabric', says: 'a packet waited too long inside the switch', codes: [14017, 24007] },
  { move: 'fabric', says: 'a link went down', codes: [20034] },
  { move: 'fabric', says: 'a controller inside the switch halted', codes: [10003, 19084, 22003, 22011] },
];

const byCode = new Map(sxidFamilies.flatMap(({ move, says, codes }) => codes.map((code) => [code, { move, says }])));

/** The driver calls each of them fatal or not, which decides for a number that no table explains. */
export const sxidCode = (code: number, isFatal: boolean): { readonly move: XidMove; readonly says: string } =>
  byCode.get(code) ?? {
    move: isFatal ? 'fabric' : 'vendor',
    says: 'an error that the table of the vendor does not explain',
  };
