import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Fault } from '../../sandbox/fault.ts';
import type { Sandbox } from '../../sandbox/index.ts';

/** What must be as before when a drill is over, unless its fault wants it changed. */
export interface Standing {
  /** Processes of the services that ran. */
  readonly pids: Readonly<Record<string, number>>;
  /** Digests of the files; empty for one that is not there. */
  readonly files: Readonly<Record<string, string>>;
}

export async function standingOf({ services, files }: Pick<Sandbox, 'services' | 'files'>): Promise<Standing> {
  const running = (await services()).filter(({ status }) => status === 'online');
  const digests = Object.entries(files).map(async ([name, path]) => {
    const bytes = await readFile(path).catch(() => undefined);
    return [name, bytes === undefined ? '' : createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return {
    pids: Object.fromEntries(running.map(({ name, pid }) => [name, pid])),
    files: Object.fromEntries(await Promise.all(digests)),
  };
}

/** What is another than it was. */
export const touched = (before: Standing, after: Standing): readonly string[] => [
  ...Object.keys(before.pids).filter((name) => before.pids[name] !== after.pids[name]),
  ...Object.keys(before.files).filter((name) => before.files[name] !== after.files[name]),
];

export interface Part {
  readonly what: string;
  readonly good: boolean;
}

interface Found {
  readonly check: string;
  readonly subject: string;
  readonly role: string;
}

/** Whether a triage leads with the cause of a fault; where it has none, whether it blames nothing. */
export function leads({ cause }: Fault, findings: readonly Found[]): Part {
  const [lead] = findings.filter(({ role }) => role === 'cause');
  if (cause === undefined) return { what: 'nothing blamed', good: lead === undefined };
  return { what: 'cause named', good: lead?.check === cause[0] && lead.subject.startsWith(cause[1]) };
}

interface Drilled {
  readonly named: Part;
  readonly ended: string | undefined;
  /** Undefined where nobody could make it well. */
  readonly isWell: boolean | undefined;
  readonly touched: readonly string[];
  /** Runs that altered the node. */
  readonly changes: number;
}

/** How a drill went, part by part. */
export function score({ cure, touches, flaps }: Fault, drilled: Drilled): readonly Part[] {
  const { named, ended, isWell, touched: all, changes } = drilled;
  // What ends again and again is another process each time by itself.
  const wrongly = all.filter((name) => !touches.includes(name) && name !== flaps);
  return [
    named,
    { what: endings[cure.ends], good: ended === cure.ends },
    ...(isWell === undefined ? [] : [{ what: 'stays well', good: isWell }]),
    ...(cure.ends === 'verified' ? [] : [{ what: 'no needless change', good: changes === 0 }]),
    {
      what: wrongly.length === 0 ? 'nothing else touched' : `touched ${wrongly.join(', ')}`,
      good: wrongly.length === 0,
    },
  ];
}

const endings = {
  verified: 'cured',
  escalated: 'left to a person',
  well: 'nothing done',
  checked: 'only told',
} as const satisfies Record<Fault['cure']['ends'], string>;
