import type { Wanted } from '../core/action.ts';
import { compareLayers, layers } from '../core/layer.ts';
import type { Playbook, Remedy } from '../core/playbook.ts';
import { statuses, type Finding } from '../core/report.ts';
import { fitting, type Scope } from './fitting.ts';

/** One playbook on one node. */
export interface Case extends Scope {
  readonly playbook: Playbook;
  readonly node: string;
  readonly inputs: Readonly<Record<string, string>>;
}

export interface Choice {
  readonly remedy: Remedy;
  /** By what it counts as tried: the remedy, and what it was done to where the findings name that. */
  readonly key: string;
  /** Why: as the remedy says it of this case. */
  readonly because: string;
  readonly steps: readonly Wanted[];
  /** The run that it takes back, instead of steps. */
  readonly undoes: string | undefined;
  /** What a person must do, where there is nothing to be done. */
  readonly person: readonly string[];
}

/** Nothing of it can be done by us. */
export const isForPerson = ({ remedy }: Choice): boolean => remedy.person.length > 0;

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

const none: ReadonlySet<string> = new Set();

/**
 * Chooses what to do, of what was not tried yet: the lowest failing layer first, then as the playbook orders it.
 *
 * `tried` are keys of choices; `done` are names of remedies that were done and proven in this run.
 */
export function choose(given: Case, tried: ReadonlySet<string>, done: ReadonlySet<string> = none): Verdict {
  const one = { ...given, findings: given.findings.toSorted(byWeight) };
  const { playbook } = one;
  const shown = symptomsOf(one).filter(({ check }) => done.size === 0 || !ofThePast.has(check));
  if (playbook.symptoms.length > 0 && shown.length === 0) {
    const unknown = untoldOf(one);
    return unknown.length === 0 ? { is: 'well' } : { is: 'unknown', findings: unknown };
  }
  const cause = causeElsewhere(one, shown);
  if (cause !== undefined) return { is: 'elsewhere', cause };
  const choice = playbook.remedies
    .filter(({ after }) => after.length === 0 || after.some((name) => done.has(name)))
    .flatMap((remedy) => chosen(one, remedy).find(({ key }) => !tried.has(key)) ?? [])
    .toSorted((a, b) => a.depth - b.depth)[0];
  if (choice !== undefined) return { is: 'remedy', choice };
  if (playbook.symptoms.length === 0 && done.size > 0) return { is: 'well' };
  return { is: 'person', findings: shown };
}

/** What calls for the playbook, the worst first, also where it only follows from something else. */
export const symptomsOf = (one: Case): readonly Finding[] => {
  const found = new Set(one.playbook.symptoms.flatMap((symptom) => fitting({ ...symptom, consequence: true }, one)));
  return [...found].toSorted((a, b) => statuses.indexOf(b.status) - statuses.indexOf(a.status));
};

/** What could not be looked at, and might call for it. */
const untoldOf = (one: Case): readonly Finding[] => {
  const any = { status: ['unknown' as const], consequence: true };
  return [...new Set(one.playbook.symptoms.flatMap(({ check, of }) => fitting({ check, of, ...any }, one)))];
};

/** The cause in another service, where the worst of the symptoms follow from nothing else. */
function causeElsewhere({ findings, service }: Case, shown: readonly Finding[]): Finding | undefined {
  if (service === undefined) return undefined;
  const worst = shown.filter(({ status }) => status === shown[0]?.status);
  const causes = worst.map(({ of }) => findings.find(({ check, subject }) => `${check} ${subject}` === of));
  const isElsewhere = (cause: Finding | undefined) => cause?.service !== undefined && cause.service !== service.name;
  return causes.length > 0 && causes.every(isElsewhere) ? causes[0] : undefined;
}

/** Causes first, then the worst: in an order that does not depend on how the findings came. */
function byWeight(a: Finding, b: Finding): number {
  const heavier =
    roles.indexOf(a.role) - roles.indexOf(b.role) || statuses.indexOf(b.status) - statuses.indexOf(a.status);
  return heavier || compareLayers(a.layer, b.layer) || (identityOf(a) < identityOf(b) ? -1 : 1);
}

const roles: readonly Finding['role'][] = ['cause', 'consequence', 'finding'];

const identityOf = ({ check, subject, service = '', summary }: Finding): string =>
  [check, subject, service, summary].join('\n');

/** One choice for each finding that the first condition fits, which may each name something else. */
function chosen(one: Case, remedy: Remedy): readonly (Choice & { readonly depth: number })[] {
  const fits = remedy.when.map((condition) => fitting(condition, one));
  if (fits.some((found) => found.length === 0)) return [];
  if (remedy.unless.some((condition) => fitting(condition, one).length > 0)) return [];
  const all = fits.flat();
  const depth = Math.min(layers.length, ...all.map(({ layer }) => layers.indexOf(layer)));
  return (fits[0] ?? [undefined]).flatMap((lead) => {
    const names = namesOf(one, lead === undefined ? all : [lead, ...all]);
    const filled = (text: string) => text.replace(placeholder, (whole, name: string) => names[name] ?? whole);
    const isKnown = (text: string) =>
      [...text.matchAll(placeholder)].every(([, name = '']) => names[name] !== undefined);
    const given = [remedy.undoes ?? '', ...remedy.do.flatMap(({ args }) => Object.values(args).map(String))];
    if (!given.every(isKnown)) return [];
    const steps = remedy.do.map(({ action, args }) => ({
      action,
      args: Object.fromEntries(
        Object.entries(args).map(([key, value]) => [key, typeof value === 'string' ? filled(value) : value]),
      ),
    }));
    const named =
      remedy.do.length === 0 ? [] : [one.service === undefined ? names['service'] : undefined, names['log']];
    return {
      remedy,
      key: [remedy.name, ...named.filter((name) => name !== undefined)].join(' '),
      because: filled(remedy.because),
      steps,
      undoes: remedy.undoes === undefined ? undefined : filled(remedy.undoes),
      // A finding that says nothing of what helps leaves its place empty.
      person: remedy.person.map((text) => filled(text).trim()).filter((text) => text !== ''),
      depth,
    };
  });
}

const placeholder = /\{([a-z]+)\}/g;

/** What stands for something that was found or given. */
function namesOf(
  { node, service, inputs }: Case,
  found: readonly Finding[],
): Readonly<Record<string, string | undefined>> {
  const about = (kind: string) =>
    found.flatMap(({ subject }) => (subject.startsWith(kind) ? [subject.slice(kind.length)] : []))[0];
  const [lead] = found;
  return {
    node,
    service: service?.name ?? found.flatMap((finding) => finding.service ?? [])[0],
    model: about('model:'),
    log: about('log:'),
    finding: lead?.summary.replace(/\.$/, ''),
    next: lead && (lead.next ?? []).map(({ say }) => say).join(' '),
    ...inputs,
  };
}
