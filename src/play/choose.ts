import type { Wanted } from '../core/action.ts';
import { layers } from '../core/layer.ts';
import type { Playbook, Remedy } from '../core/playbook.ts';
import { statuses, type Finding } from '../core/report.ts';
import { fitting, type Scope } from './fitting.ts';

/** One playbook on one node. */
export interface Case extends Scope {
  readonly playbook: Playbook;
  readonly node: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** A remedy was done before. */
  readonly changed?: boolean;
}

export interface Choice {
  readonly remedy: Remedy;
  /** Why: as the remedy says it of this case. */
  readonly because: string;
  readonly steps: readonly Wanted[];
  /** What a person must do, where it has no steps. */
  readonly person: readonly string[];
}

/** What comes of what was found. `well`: none of its symptoms shows. `elsewhere`: it only follows from another service. */
export type Verdict =
  | { readonly is: 'well' }
  | { readonly is: 'unknown'; readonly findings: readonly Finding[] }
  | { readonly is: 'elsewhere'; readonly cause: Finding }
  | { readonly is: 'remedy'; readonly choice: Choice }
  /** Nothing that it knows fits. */
  | { readonly is: 'person'; readonly findings: readonly Finding[] };

/** What was before a change is still told after it. */
const ofThePast: ReadonlySet<string> = new Set(['service.flap']);

/** Chooses what to do, of what was not tried yet: the lowest failing layer first, then as the playbook orders it. */
export function choose(one: Case, tried: ReadonlySet<string>): Verdict {
  const { playbook, findings, service } = one;
  const shown = symptomsOf(one).filter(({ check }) => one.changed !== true || !ofThePast.has(check));
  if (playbook.symptoms.length > 0 && shown.length === 0) {
    const unknown = findings.filter(
      (finding) => finding.status === 'unknown' && (finding.service === undefined || finding.service === service?.name),
    );
    return unknown.length === 0 ? { is: 'well' } : { is: 'unknown', findings: unknown };
  }
  const cause = causeElsewhere(one, shown);
  if (cause !== undefined) return { is: 'elsewhere', cause };
  const choice = playbook.remedies
    .filter((remedy) => !tried.has(remedy.name))
    .flatMap((remedy) => chosen(one, remedy) ?? [])
    .toSorted((a, b) => a.depth - b.depth)[0];
  if (choice !== undefined) return { is: 'remedy', choice };
  return { is: 'person', findings: shown };
}

/** What calls for the playbook, the worst first, also where it only follows from something else. */
export const symptomsOf = (one: Case): readonly Finding[] => {
  const found = new Set(one.playbook.symptoms.flatMap((symptom) => fitting({ ...symptom, consequence: true }, one)));
  return [...found].toSorted((a, b) => statuses.indexOf(b.status) - statuses.indexOf(a.status));
};

/** The cause in another service, where the worst of the symptoms follow from nothing else. */
function causeElsewhere({ findings, service }: Case, shown: readonly Finding[]): Finding | undefined {
  if (service === undefined) return undefined;
  const worst = shown.filter(({ status }) => status === shown[0]?.status);
  const causes = worst.map(({ of }) => findings.find(({ check, subject }) => `${check} ${subject}` === of));
  const isElsewhere = (cause: Finding | undefined) => cause?.service !== undefined && cause.service !== service.name;
  return causes.length > 0 && causes.every(isElsewhere) ? causes[0] : undefined;
}

function chosen(one: Case, remedy: Remedy): (Choice & { readonly depth: number }) | undefined {
  const fits = remedy.when.map((condition) => fitting(condition, one));
  if (fits.some((found) => found.length === 0)) return undefined;
  if (remedy.unless.some((condition) => fitting(condition, one).length > 0)) return undefined;
  const found = fits.flat();
  const depth = Math.min(layers.length, ...found.map(({ layer }) => layers.indexOf(layer)));
  const filled = filler(one, found);
  const steps = remedy.do.map(({ action, args }) => ({
    action,
    args: Object.fromEntries(
      Object.entries(args).map(([key, value]) => [key, typeof value === 'string' ? filled(value) : value]),
    ),
  }));
  // Of what it needs, something is not known.
  if (steps.some(({ args }) => Object.values(args).some((value) => isUnfilled(value)))) return undefined;
  return { remedy, because: filled(remedy.because), steps, person: remedy.person.map(filled), depth };
}

const placeholder = /\{([a-z]+)\}/g;
const isUnfilled = (value: unknown): boolean => typeof value === 'string' && value.search(placeholder) !== -1;

/** Puts in what stands for something that was found or given; what nothing is known of stays as it is. */
function filler({ node, service, inputs }: Case, found: readonly Finding[]): (text: string) => string {
  const model = found.flatMap(({ subject }) => (subject.startsWith('model:') ? [subject.slice(6)] : []))[0];
  const values: Readonly<Record<string, string | undefined>> = {
    node,
    service: service?.name,
    model,
    finding: found[0]?.summary.replace(/\.$/, ''),
    ...inputs,
  };
  return (text) => text.replace(placeholder, (all, name: string) => values[name] ?? all);
}
