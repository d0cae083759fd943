import { nvlinkError } from './nvlink-errors.ts';
import { sxidCode } from './sxid-codes.ts';
import { xidCode } from './xid-codes.ts';
import type { XidEvent } from './xid-events.ts';
import { compareMoves, moveAskedFor, xidMoves, type XidMove } from './xid-moves.ts';

export interface Judged {
  readonly event: XidEvent;
  readonly move: XidMove;
  /** The rest of a sentence. */
  readonly says: string;
}

/** What befell one GPU or one NVSwitch. */
export interface XidStory {
  readonly address: string;
  readonly isSwitch: boolean;
  /** What asks for most, the latest of its kind. */
  readonly worst: Judged;
  readonly judged: readonly Judged[];
  /** Numbers that follow from an error before them. */
  readonly symptoms: readonly number[];
  /** All of it follows from an error of another device. */
  readonly isFollowing: boolean;
  /** What the driver asks for last (Xid 154), in its words. */
  readonly asked: string | null;
  /** The driver asks for nothing since the worst. */
  readonly isOver: boolean;
}

const symptomSeconds = 60;
const recovery = 154;

function judge(event: XidEvent): Judged {
  const { code, isSwitch, isFatal, text } = event;
  if (isSwitch) return { event, ...sxidCode(code, isFatal === true) };
  const decoded = code >= 144 && code <= 150 ? nvlinkError(text) : undefined;
  const { move, says } = decoded ?? xidCode(code);
  return { event, move, says };
}

const isSevere = ({ move }: Judged): boolean => xidMoves[move].status === 'critical';

const near = (a: number | null, b: number | null, from: number): boolean =>
  a === null || b === null || (a - b >= from && a - b <= symptomSeconds);

/**
 * What follows from another error: programs that are ended (45, 43, 13) in the minute after a fault of any GPU, and an
 * NVLink error (74) beside a fatal one of a switch. Source: NVIDIA's workflows for Xid 45 and NVLink; AWS' health check.
 */
function isSymptom({ event: { code, causedBy, at, isSwitch } }: Judged, all: readonly Judged[]): boolean {
  if (isSwitch) return false;
  if (causedBy !== null) return true;
  if (code === 74) {
    return all.some(({ event, move }) => event.isSwitch && move === 'fabric' && near(at, event.at, -symptomSeconds));
  }
  return [13, 43, 45].includes(code) && all.some((other) => isSevere(other) && near(at, other.event.at, 0));
}

/** Source: the text of Xid 154, `GPU recovery action changed from 0x0 (None) to 0x1 (GPU Reset Required)`. */
const wordsOf = (text: string): string | null => / to 0x[0-9a-f]+ \(([^)]+)\)/.exec(text)?.[1] ?? null;

/** One story for each device, in the order in which they began. */
export function xidStories(events: readonly XidEvent[]): readonly XidStory[] {
  const all = events.map(judge);
  const addresses = [...new Set(events.map(({ address }) => address))];
  return addresses.flatMap((address): readonly XidStory[] => {
    const own = all.filter(({ event }) => event.address === address);
    const told = own.filter(({ event }) => event.isSwitch || event.code !== recovery);
    const symptoms = told.filter((each) => isSymptom(each, all));
    const primary = told.filter((each) => !symptoms.includes(each));
    const ranked = [primary, told, own].find((some) => some.length > 0)?.toSorted(byWeight) ?? [];
    const [worst] = ranked;
    if (worst === undefined) return [];
    const last = own.findLast(({ event }) => event.code === recovery && !event.isSwitch)?.event;
    const asked = last === undefined ? null : wordsOf(last.text);
    const isLater = (last?.at ?? 0) >= (worst.event.at ?? 0);
    return [
      {
        address,
        isSwitch: worst.event.isSwitch,
        worst,
        judged: told,
        isFollowing: told.length > 0 && primary.length === 0,
        symptoms: primary.length > 0 ? [...new Set(symptoms.map(({ event }) => event.code))] : [],
        asked,
        isOver: asked !== null && moveAskedFor(asked) === null && isLater,
      },
    ];
  });
}

const byWeight = (a: Judged, b: Judged): number =>
  compareMoves(b.move, a.move) || (b.event.at ?? 0) - (a.event.at ?? 0);
