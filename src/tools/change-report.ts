import { z } from 'zod';
import { changeStates, type ChangeOutcome, type ChangeState } from '../core/change-outcome.ts';
import type { PlannedChange } from '../core/change-set.ts';
import type { Next, Report, Status } from '../core/report.ts';

/** What every tool that changes something tells in `data`. */
export const changeData = z.object({
  state: z.enum(changeStates),
  digest: z.string().nullable().describe('What an approval names'),
  run: z.string().nullable(),
  changes: z.array(
    z.object({
      what: z.string(),
      subject: z.string(),
      risk: z.string(),
      undo: z.string().nullable(),
      drops: z.array(z.string()),
      proves: z.array(z.string()),
    }),
  ),
});

/** What is said of the node, and how its status reads: a change that was only planned says nothing of its health. */
const words: Readonly<Record<ChangeState, { readonly status: Status; says(node: string, said: string): string }>> = {
  planned: {
    status: 'not_applicable',
    says: (node, said) => `${node}: this is the plan, and nothing is done yet: ${said}`,
  },
  awaiting_approval: {
    status: 'not_applicable',
    says: (node, said) => `${node}: nothing is done before a person approves this: ${said}`,
  },
  denied: {
    status: 'not_applicable',
    says: (node, said) => `${node}: nothing is done, the policy forbids it. ${said}`,
  },
  held: { status: 'not_applicable', says: (node, said) => `${node}: nothing is done for now. ${said}` },
  refused: { status: 'not_applicable', says: (node, said) => `${node}: nothing is done. ${said}` },
  verified: { status: 'ok', says: (node, said) => `${node}: ${said}` },
  not_verified: { status: 'critical', says: (node, said) => `${node}: ${said}` },
  rolled_back: { status: 'degraded', says: (node, said) => `${node}: ${said}` },
  escalated: { status: 'critical', says: (node, said) => `${node}: a person has to: ${said}` },
  unknown: { status: 'unknown', says: (node, said) => `${node}: it is not known whether this was done: ${said}` },
};

export interface Asked {
  readonly node: string;
  readonly tool: string;
  /** The call, as it can be made again. */
  readonly args: NonNullable<Next['args']>;
}

/** The report of a change, from the plan to its proven end. */
export function changeReport(
  { state, said, asks, set, run, findings, next, notes }: ChangeOutcome,
  asked: Asked,
): Report<z.input<typeof changeData>> {
  const changes = set?.changes ?? [];
  const { status, says } = words[state];
  return {
    summary: says(asked.node, said),
    status,
    findings,
    next: [...nextOf(state, { ...asked, digest: set?.digest, run, changes }), ...next],
    notes,
    change: { state, digest: set?.digest, asks },
    data: {
      state,
      digest: set?.digest ?? null,
      run: run ?? null,
      changes: changes.map(({ what, subject, risk, undo, drops, proves }) => {
        return { what, subject, risk, undo: undo?.what ?? null, drops, proves };
      }),
    },
    show: state === 'planned' || state === 'awaiting_approval' ? changes.flatMap(shown) : [],
  };
}

const risks: Readonly<Record<PlannedChange['risk'], string>> = {
  safe: 'safe for automation',
  approve: 'needs an approval, unless a rule allows it',
  person: 'only a person does it',
};

/** What whoever decides has to know. */
export function shown(change: PlannedChange): Report['show'] {
  const rows = [
    ['does', change.what],
    ['risk', risks[change.risk]],
    ['who notices', change.drops.join(' ') || 'Nobody that is declared.'],
    ['proven by', change.proves.join(' ')],
    ['taken back by', change.undo?.what ?? 'Nothing takes it back.'],
  ];
  const table = { kind: 'table' as const, title: change.subject, columns: ['', ''], rows };
  if (change.diff === undefined) return [table];
  return [table, { kind: 'remote', title: `What changes in ${change.subject}`, lines: change.diff }];
}

interface Stand extends Asked {
  readonly digest: string | undefined;
  readonly run: string | undefined;
  readonly changes: readonly PlannedChange[];
}

function nextOf(state: ChangeState, { node, tool, args, digest = '', run, changes }: Stand): readonly Next[] {
  const show = run === undefined ? [] : [{ say: 'See what was done, step by step.', tool: 'run_show', args: { run } }];
  switch (state) {
    case 'planned':
      return [{ say: 'To have it done:', tool, args: { ...args, plan: false } }];
    case 'awaiting_approval':
      return [
        { say: `A person approves it in a terminal of this machine: rackhand approve ${digest.slice(0, 12)}` },
        { say: 'Then ask for the same again.', tool, args },
      ];
    case 'held':
      return [{ say: 'Then ask for the same again.', tool, args }];
    case 'verified':
      return run === undefined || !changes.some(({ undo }) => undo !== null)
        ? show
        : [{ say: 'To take it back:', tool: 'run_undo', args: { run } }];
    case 'not_verified':
    case 'rolled_back': {
      const service = changes.find((change) => change.service !== undefined)?.service;
      const log = {
        say: `Read what ${service ?? ''} wrote.`,
        tool: 'log_tail',
        args: { node, service: service ?? '' },
      };
      return [...show, ...(service === undefined ? [] : [log])];
    }
    case 'unknown':
      return [
        { say: 'Look at the node before anything else is done to it.', tool: 'node_triage', args: { nodes: [node] } },
        ...show,
      ];
    default:
      return [];
  }
}
