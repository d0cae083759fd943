import { createHash } from 'node:crypto';

// No 0, 1, l and o: nobody may have to guess at a screen.
const letters = '23456789abcdefghijkmnpqrstuvwxyz';

/**
 * What a person types to approve a plan.
 *
 * It follows from the digest and is not a part of it: whoever types it has seen the plan, and not only its name.
 */
export const approvalCode = (digest: string): string =>
  Array.from(createHash('sha256').update(`approve ${digest}`).digest().subarray(0, 6), (byte) =>
    letters.charAt(byte % letters.length),
  ).join('');
