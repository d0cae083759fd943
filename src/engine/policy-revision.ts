import { createHash } from 'node:crypto';
import type { Policy } from '../core/policy.ts';

/** The name of a policy as it stands: sha256 of its JSON with sorted keys, which an approval holds for. */
export const policyRevision = (policy: Policy): string =>
  createHash('sha256').update(canonicalJson(policy)).digest('hex');

/** JSON that is the same for the same value; keys without a value are left out. */
const canonicalJson = (value: unknown): string => JSON.stringify(value, (_, inner: unknown) => withSortedKeys(inner));

const withSortedKeys = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
