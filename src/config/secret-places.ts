import type { KeyPath } from './key-path.ts';

/** Where a secret is expected, and may be given as `{ file: path }` instead of text. `*` stands for any one key. */
export const secretPlaces: readonly KeyPath[] = [
  ['nodes', '*', 'services', '*', 'auth', 'password'],
  ['nodes', '*', 'services', '*', 'health', '*', 'headers', '*'],
];
