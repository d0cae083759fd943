/**
 * Lets so many things go on at once, first come first served.
 *
 * Put all at once, the questions to 200 nodes are held in memory together, and those to nodes that share a machine or a
 * link run into their deadlines. What waits for its lane has not begun: its deadline has not either.
 */
export function createLanes(most: number) {
  let waiting: (() => void)[] = [];
  let served = 0;
  let busy = 0;

  function leave(): void {
    const next = waiting[served];
    if (next === undefined) {
      busy -= 1;
      waiting = [];
      served = 0;
    } else {
      served += 1;
      next();
    }
  }

  return {
    async run<T>(work: () => Promise<T>): Promise<T> {
      if (busy < most) busy += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}

export type Lanes = ReturnType<typeof createLanes>;
