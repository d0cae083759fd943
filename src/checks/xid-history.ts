import { count } from '../core/format.ts';
import { xidMoves, type XidMove } from './xid-moves.ts';
import type { XidStory } from './xid-story.ts';

/** What several errors tell that one does not. The first rule that holds counts. */
interface HistoryRule {
  readonly move: XidMove;
  readonly source: string;
  /** The rest of a sentence, or null where the rule does not hold. */
  says(story: XidStory, all: readonly XidStory[]): string | null;
}

const appCodes = [13, 31];
const times = ({ judged }: XidStory, code: number) => judged.filter(({ event }) => event.code === code);

const rules: readonly HistoryRule[] = [
  {
    move: 'vendor',
    source: 'NVSentinel: five fatal errors of a GPU within 24 h',
    says: ({ judged }) => {
      const fatal = judged.filter(({ move }) => xidMoves[move].status === 'critical').length;
      return fatal >= 5 ? `that makes ${fatal} such errors, too many for a repair by reset` : null;
    },
  },
  {
    move: 'app',
    source: 'NVSentinel: the same application error on several GPUs is software',
    says: (story, all) => {
      const shared = appCodes.find((code) => all.filter((other) => times(other, code).length > 0).length > 1);
      if (shared === undefined || story.worst.event.code !== shared) return null;
      const many = all.filter((other) => times(other, shared).length > 0).length;
      return `${many} GPUs report the same, so the program is at fault and no GPU`;
    },
  },
  {
    move: 'diagnose',
    source: 'NVIDIA WORKFLOW_XID_31, NVSentinel: twice on one GPU within 24 h',
    says: (story) => {
      const found = times(story, 31).length;
      return story.worst.event.code === 31 && found > 1 ? `it came ${count(found, 'time')} on this GPU alone` : null;
    },
  },
  {
    move: 'diagnose',
    source: 'NVIDIA WORKFLOW_XID_13: again in the same GPC and TPC',
    says: (story) => {
      if (story.worst.event.code !== 13) return null;
      const places = times(story, 13).map(({ event }) => /GPC \d+, TPC \d+/.exec(event.text)?.[0]);
      const again = places.find((place, index) => place !== undefined && places.indexOf(place) < index);
      return again === undefined ? null : `it came again in the same part of the chip (${again})`;
    },
  },
];

/** What the errors of a device say together, if anything. */
export function xidHistory(
  story: XidStory,
  all: readonly XidStory[],
): { readonly move: XidMove; readonly says: string } | undefined {
  for (const { move, says } of rules) {
    const said = says(story, all);
    if (said !== null) return { move, says: said };
  }
  return undefined;
}
