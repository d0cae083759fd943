import type { Policy } from '../core/policy.ts';
import { canonicalDigest } from './canonical-digest.ts';

/** The name of a policy as it stands, which an approval holds for. */
export const policyRevision = (policy: Policy): string => canonicalDigest(policy);
