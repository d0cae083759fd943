import type { Health, Service } from '../core/service.ts';
import type { HealthAnswer, Scalar } from '../probes/health.ts';

/** A field of a health answer that is not as it should be; `got` is undefined where it is missing. */
export interface Difference {
  readonly field: string;
  readonly got: Scalar | undefined;
  readonly expected: Scalar;
}

/** Differences by whom they are about: the service itself, the whole of it and what it needs, or something else. */
export interface Differences {
  readonly own: readonly Difference[];
  readonly overall: readonly Difference[];
  readonly others: readonly Difference[];
}

const badWords = /^(?:down|error|fail(?:ed|ing|ure)?|unhealthy|unavailable|unreachable|disconnected|dead|critical)$/i;
const overallFields: readonly string[] = ['status', 'state', 'ok', 'healthy', 'ready', 'health', 'message', 'detail'];

/**
 * What differs from the declared fields; where the status tells of trouble, also fields that plainly name something down.
 *
 * A program that answers is up, so a field is about the service itself only when it bears its name, its kind or `self`.
 */
export function healthFields(
  { status, fields }: HealthAnswer & { readonly answered: true },
  health: Health,
  service: Service,
): Differences {
  const declared = Object.entries(health.expect).flatMap(([field, expected]): readonly Difference[] => {
    const got = fields !== null && Object.hasOwn(fields, field) ? fields[field] : undefined;
    return got === expected ? [] : [{ field, got, expected }];
  });
  const plain = status === health.status ? [] : named(fields ?? {}, health);
  const all = [...declared, ...plain];
  const isOwn = ({ field, got }: Difference) => got === undefined || ownFields(service).includes(nameOf(field));
  return {
    own: all.filter((each) => !isOverall(each) && isOwn(each)),
    overall: all.filter(isOverall),
    others: all.filter((each) => !isOverall(each) && !isOwn(each)),
  };
}

function named(fields: Readonly<Record<string, Scalar>>, health: Health): readonly Difference[] {
  return Object.entries(fields).flatMap(([field, got]): readonly Difference[] => {
    const isBad = typeof got === 'string' && badWords.test(got);
    return isBad && !Object.hasOwn(health.expect, field) ? [{ field, got, expected: 'ok' }] : [];
  });
}

const isOverall = ({ field }: Difference): boolean => overallFields.includes(field.toLowerCase());

const ownFields = (service: Service): readonly string[] => [
  service.name.toLowerCase(),
  service.kind,
  'self',
  'app',
  'server',
];

/** `parts.llama.status` is about llama. */
export function nameOf(field: string): string {
  const words = field.toLowerCase().split('.');
  const last = words.at(-1) ?? '';
  return overallFields.includes(last) ? (words.at(-2) ?? last) : last;
}
