interface Line {
  /** Looks are numbered as they begin. */
  readonly turn: number;
  readonly waiting: (() => void)[];
}

/**
 * Lets so many things go on at once; of what waits, that of the look which began first goes first.
 *
 * Put all at once, the questions to 200 nodes are held in memory together, and those to nodes that share a machine or a
 * link run into their deadlines. First come first served, every look would last as long as all of them, and hold what it
 * knows as long. What waits for its lane has not begun: its deadline has not either.
 */
export function createLanes(most: number) {
  const waiting = new Set<Line>();
  let busy = 0;
  let turns = 0;

  function leave(): void {
    let first: Line | undefined;
    for (const line of waiting) if (first === undefined || line.turn < first.turn) first = line;
    const next = first?.waiting.shift();
    if (first?.waiting.length === 0) waiting.delete(first);
    if (next === undefined) busy -= 1;
    else next();
  }

  return {
    /** The way of one look. */
    join() {
      turns += 1;
      const line: Line = { turn: turns, waiting: [] };
      return async function run<T>(work: () => Promise<T>): Promise<T> {
        if (busy < most) busy += 1;
        else {
          waiting.add(line);
          await new Promise<void>((resolve) => line.waiting.push(resolve));
        }
        try {
          return await work();
        } finally {
          leave();
        }
      };
    },
  };
}

export type Lanes = ReturnType<typeof createLanes>;
