// Made by `npm run gen`.
import type { Signature } from '../../core/signature.ts';

export const signatures: readonly Signature[] = [];
