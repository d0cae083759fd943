import type { AnyAction } from '../core/action.ts';

export const actions: readonly AnyAction[] = [];
