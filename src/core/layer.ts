/**
 * Where trouble starts, lowest first: what breaks in one layer shows in the ones after it.
 *
 * Source: the house plan, "lowest layer first".
 */
export const layers = [
  'reach',
  'boot',
  'storage',
  'gpu',
  'container',
  'model',
  'inference',
  'queue',
  'worker',
  'api',
] as const;
export type Layer = (typeof layers)[number];

/** Negative when `a` lies below `b`. */
export const compareLayers = (a: Layer, b: Layer): number => layers.indexOf(a) - layers.indexOf(b);
