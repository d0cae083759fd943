type Sink = (chunk: Uint8Array) => void;

const bannerBytes = 65_536;

/** Passes on what stands behind the first mark; what stands before it is the login shell's own. */
export function behindMark(mark: Uint8Array, sink: Sink) {
  let before: Buffer | undefined = Buffer.alloc(0);
  return {
    push(chunk: Uint8Array): void {
      if (before === undefined) return sink(chunk);
      const seen = Buffer.concat([before, chunk]);
      const at = seen.indexOf(mark);
      if (at < 0) {
        before = seen.subarray(-bannerBytes);
        return;
      }
      before = undefined;
      const rest = seen.subarray(at + mark.length);
      if (rest.length > 0) sink(rest);
    },
    /** The end of what was said before any mark; undefined once the mark was seen. */
    banner: (): string | undefined => before?.toString(),
  };
}

/** Passes on everything but a mark at the very end. */
export function beforeMark(mark: Uint8Array, sink: Sink) {
  let held: Buffer = Buffer.alloc(0);
  return {
    push(chunk: Uint8Array): void {
      const all = Buffer.concat([held, chunk]);
      const sure = Math.max(0, all.length - mark.length);
      if (sure > 0) sink(all.subarray(0, sure));
      held = all.subarray(sure);
    },
    /** Whether it ended with the mark. */
    end(): boolean {
      if (held.equals(mark)) return true;
      if (held.length > 0) sink(held);
      return false;
    },
  };
}
