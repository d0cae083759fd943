/** `ENOENT`, `EACCES`, ... of what a call of the system threw. */
export const errnoOf = (thrown: unknown): unknown =>
  thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
