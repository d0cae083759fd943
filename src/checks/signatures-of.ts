import { remembered } from '../core/remembered.ts';
import type { Service } from '../core/service.ts';
import type { Signature } from '../core/signature.ts';
import { signatures } from './signatures/index.ts';

/** Those of its kind; all of them for a service whose kind is not declared. */
export const signaturesOf = remembered(({ kind, gpu }: Service): readonly Signature[] =>
  signatures.filter(
    ({ id, services: kinds }) =>
      // A worker that is meant to serve the CPU queue says the same as one that lost its GPU.
      (gpu || id !== 'TP-CPU') && (kind === 'other' || kinds.includes('any') || kinds.includes(kind)),
  ),
);
