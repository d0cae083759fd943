/** What an action risks: scoped automation may do it, it needs an approval, or only a person does it and it is never run. */
export const risks = ['safe', 'approve', 'person'] as const;
export type Risk = (typeof risks)[number];
