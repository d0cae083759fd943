/** How somebody came in. */
export type Face = 'cli' | 'mcp' | 'http';

/** Who asks, in a form that a rule of the policy can name: `cli:anna`. */
export const principalOf = (face: Face, user: string): string => `${face}:${user.replace(/[\p{C}\s]+/gu, '_')}`;
