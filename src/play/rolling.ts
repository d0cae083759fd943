import { OpsError } from '../core/errors.ts';

/** Nodes in the order in which they are changed: one first, then so many at once. Errors: `USAGE`. */
export function batches<T>(nodes: readonly T[], serial: string): readonly (readonly T[])[] {
  const size = sizeOf(serial, nodes.length);
  const [canary, ...rest] = nodes;
  if (canary === undefined) return [];
  return [
    [canary],
    ...Array.from({ length: Math.ceil(rest.length / size) }, (_, index) =>
      rest.slice(index * size, (index + 1) * size),
    ),
  ];
}

function sizeOf(serial: string, nodes: number): number {
  const [, digits = '', percent] = /^([1-9]\d{0,3})(%?)$/.exec(serial) ?? [];
  const many = Number(digits);
  if (many === 0 || (percent === '%' && many > 100))
    throw new OpsError('USAGE', `${JSON.stringify(serial)} is neither a number of nodes nor a percentage.`, {
      hint: 'As 1, 5 or 25%.',
    });
  return percent === '%' ? Math.max(1, Math.floor((nodes * many) / 100)) : many;
}

/** Whether so many of all nodes failed that no further one is begun; with 0 % the first one is enough. */
export const isOver = (failed: number, all: number, maxFailPercent: number): boolean =>
  failed > 0 && (failed * 100) / all > maxFailPercent;
