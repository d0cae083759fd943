import type { Layer } from './layer.ts';
import type { Node } from './node.ts';
import type { Asking, Probe } from './probe.ts';
import type { Finding, Next, Status } from './report.ts';
import { layerOf, type ModelFile, type Service } from './service.ts';

/** When one look is not enough. */
export interface Sampling {
  readonly apartMs: number;
  /** Says that the first sample proves enough. */
  settled(first: unknown): boolean;
  /** Where there is no time for the second, the check judges by the first alone, and calls nothing ok that needs two. */
  readonly oneTells: boolean;
}

/** What a check wants to know: a probe with its input, and how many samples of it. */
export interface Need<Fact> {
  readonly probe: string;
  readonly input: unknown;
  steps(): Asking<unknown>;
  readonly sampling: Sampling | null;
  /** Never there: it carries the type of the fact from the probe to the check. */
  readonly fact?: Fact;
}

/** One fact. */
export const need = <Input, Fact>(probe: Probe<Input, Fact>, input: Input): Need<Fact> => ({
  probe: probe.name,
  input,
  steps: () => probe.steps(input),
  sampling: null,
});

/** The same fact at two times, `apartMs` or more apart; one entry when the first settles it, or has to do (`oneTells`). */
export const needTwice = <Input, Fact>(
  probe: Probe<Input, Fact>,
  input: Input,
  { apartMs, settled, oneTells = false }: { apartMs: number; settled?: (first: Fact) => boolean; oneTells?: boolean },
): Need<readonly [Fact, ...Fact[]]> => ({
  probe: probe.name,
  input,
  steps: () => probe.steps(input),
  sampling: { apartMs, settled: (first) => settled?.(first as Fact) ?? false, oneTells },
});

export type Needs = Readonly<Record<string, Need<unknown>>>;
export type FactsOf<N extends Needs> = { readonly [K in keyof N]: N[K] extends Need<infer Fact> ? Fact : never };

/** What is judged: the node, one of its services, or one of their model files. */
export interface Subject<T> {
  readonly id: string;
  readonly value: T;
  readonly service?: string;
  /** Overrides the layer of the check: a service's own. */
  readonly layer?: Layer;
}

export interface Verdict {
  readonly status: Status;
  /** One sentence with the numbers and, for an opinion, the threshold used. */
  readonly summary: string;
  readonly next?: readonly Next[];
  /** A part of the subject: `gpu:0`, `mount:/data`. */
  readonly subject?: string;
  readonly signature?: string;
  readonly restartHelps?: Finding['restartHelps'];
}

/** A pure judgement of facts. It never sees a missing one: what could not be asked becomes an `unknown` finding before. */
export interface Check<T, N extends Needs> {
  /** Lower case, dotted: `node.memory`. */
  readonly name: string;
  readonly summary: string;
  readonly layer: Layer;
  /** When it is degraded, critical or unknown: each opinion by its key in the fleet file, a vendor's rule with its source. */
  readonly rule: string;
  /** What it would miss. */
  readonly unseen: string;
  /** What it applies to on this node; empty where it does not. */
  subjects(node: Node): readonly Subject<T>[];
  needs(subject: T, node: Node): N;
  evaluate(facts: FactsOf<N>, subject: T, node: Node): Verdict | readonly Verdict[];
}

// The one variance slot: a list of checks over different subjects and facts.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyCheck = Check<any, any>;

export const defineCheck = <T, N extends Needs>(check: Check<T, N>): Check<T, N> => check;

export const theNode = (node: Node): readonly Subject<Node>[] => [{ id: 'node', value: node }];

/** The services of a node that a condition holds for. */
export const services =
  (applies: (service: Service) => boolean = () => true) =>
  (node: Node): readonly Subject<Service>[] =>
    node.services.filter(applies).map((service) => ({
      id: `service:${service.name}`,
      value: service,
      service: service.name,
      layer: layerOf(service),
    }));

export interface ServiceModel {
  readonly service: Service;
  readonly model: ModelFile;
}

/** The model files that the services of a node declare. */
export const models = (node: Node): readonly Subject<ServiceModel>[] =>
  node.services.flatMap((service) =>
    service.models.map((model) => ({ id: `model:${model.path}`, value: { service, model }, service: service.name })),
  );
