import type { AnyAction } from '../core/action.ts';

/** What a playbook may name and this part of the house does not know. */
export interface KnownNames {
  readonly checks: readonly string[];
  /** Those of them whose findings are about a model. */
  readonly modelChecks: readonly string[];
  readonly signatures: readonly string[];
  readonly actions: readonly Pick<AnyAction, 'name' | 'args'>[];
  /** Names that no playbook may have, and what has them: `a tool`. */
  readonly taken: ReadonlyMap<string, string>;
  /** Names that no input of a playbook may have: they mean something beside it. */
  readonly takenInputs: readonly string[];
}
