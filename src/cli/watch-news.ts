import type { Finding, Next, Report, Status } from '../core/report.ts';

/** How a node is, as far as somebody has to hear of it. */
export interface NodeState {
  readonly node: string;
  readonly status: Status;
  /** The causes, or what can't be looked at: what is said again only when another one joins or leaves. */
  readonly causes: readonly Finding[];
}

/** What has changed on a node. */
export interface News {
  readonly node: string;
  /** One sentence. */
  readonly said: string;
  readonly was: Status;
  readonly is: Status;
  readonly causes: readonly { readonly subject: string; readonly status: Status; readonly summary: string }[];
  /** Causes that are gone: check and subject. */
  readonly over: readonly string[];
  readonly next: readonly Next[];
}

/** What a triage says of each node. */
export function statesOf({ data, findings }: Pick<Report<Triaged>, 'data' | 'findings'>): readonly NodeState[] {
  return data.nodes.map(({ node, status }) => {
    const own = findings.filter((finding) => finding.node === node);
    const causes = own.filter(({ role }) => role === 'cause');
    return { node, status, causes: causes.length > 0 ? causes : own.filter((finding) => finding.status === status) };
  });
}

/** A node that no look came through to. */
export const unseen = (node: string, why: string): NodeState => ({
  node,
  status: 'unknown',
  causes: [
    {
      node,
      check: 'node.reach',
      subject: 'node',
      status: 'unknown',
      summary: why,
      layer: 'reach',
      role: 'cause',
      evidence: [],
    },
  ],
});

interface Triaged {
  readonly nodes: readonly { readonly node: string; readonly status: Status }[];
}

interface Known {
  /** As it was told last. */
  readonly told: NodeState;
  /** As it was seen in the last looks, and in how many of them. */
  readonly seen: NodeState;
  readonly looks: number;
}

/**
 * Remembers what was told of nodes, and says what is news: a state that is another than the one that was told last, seen
 * in so many looks in a row. Nobody is told twice, and what came and went between is not told at all.
 */
export function createNews({ steady }: { readonly steady: number }) {
  const known = new Map<string, Known>();
  return {
    /** `mayTell` holds back what can wait; it is told later if it still differs then. */
    of(states: readonly NodeState[], mayTell: (state: NodeState) => boolean): readonly News[] {
      return states.flatMap((state) => {
        const before = known.get(state.node) ?? { told: wellOf(state), seen: state, looks: 0 };
        const looks = keyOf(before.seen) === keyOf(state) ? before.looks + 1 : 1;
        const isNews = looks >= steady && keyOf(before.told) !== keyOf(state) && mayTell(state);
        known.set(state.node, { told: isNews ? state : before.told, seen: state, looks });
        return isNews ? [newsOf(before.told, state)] : [];
      });
    },
  };
}

/** Nobody has to be told at first that a node is well. */
const wellOf = ({ node }: NodeState): NodeState => ({ node, status: 'ok', causes: [] });

const causeKey = ({ check, subject, status }: Finding): string => `${check} ${subject} ${status}`;
const keyOf = ({ status, causes }: NodeState): string => [status, ...causes.map(causeKey).toSorted()].join('\n');

function newsOf(told: NodeState, { node, status, causes }: NodeState): News {
  const now = new Set(causes.map(({ check, subject }) => `${check} ${subject}`));
  const over = told.causes.map(({ check, subject }) => `${check} ${subject}`).filter((each) => !now.has(each));
  const [first] = causes;
  return {
    node,
    said:
      first === undefined
        ? `${node} is ${status === 'not_applicable' ? 'ok' : status} again.`
        : `${node} is ${status === 'unknown' ? 'not fully known' : status}: ${first.summary}`,
    was: told.status,
    is: status,
    causes: causes.map(({ subject, status: how, summary }) => ({ subject, status: how, summary })),
    over,
    next: causes.flatMap(({ next }) => next ?? []).slice(0, 3),
  };
}
