import { headsOf } from './audit-end.ts';
import { createPen } from './audit-pen.ts';
import { prune } from './audit-prune.ts';
import { createTrail, type Caller, type Trail } from './audit-trail.ts';

interface Options {
  readonly folder: string;
  /** Of the fleet file, as it is now. */
  readonly secrets: () => readonly string[];
  /** Tells whoever runs this program that something is not written. */
  readonly warn: (message: string) => void;
  readonly now?: () => number;
  readonly fileBytes?: number;
  /** Of all looks together. */
  readonly lookBytes?: number;
}

export interface Audit {
  trail(caller: Caller): Trail;
  /** Writes that all of it was found whole; resolves with the sha256 of that line, on which all before it hangs. */
  checked(principal: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * Writes down every command that is put to a node: who, by which tool and run, when, and how it ended.
 *
 * Files of chained lines, each written to by one process at a time. What somebody can do unseen who may write to the
 * folder: cut what was written last, as long as no file begun later names it; and with a program of their own write
 * everything anew, for there is no key in it. Against both helps a head that was noted elsewhere, and nothing else:
 * all that was there when it was noted can then not be other than it was. What came after it can.
 */
export function createAudit({
  folder,
  secrets,
  warn,
  now = Date.now,
  fileBytes = 4 * 1024 ** 2,
  lookBytes = 64 * 1024 ** 2,
}: Options): Audit {
  let failing = false;
  const failed = (thrown: unknown): void => {
    if (!failing) warn(`the audit can not be kept: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    failing = true;
  };
  const place = { folder, now, fileBytes };
  const changes = createPen({ ...place, kind: 'changes', begun: async () => undefined });
  const looks = createPen({
    ...place,
    kind: 'looks',
    begun: () => prune(folder, lookBytes, changes, now).catch(failed),
  });

  return {
    trail: (caller) =>
      createTrail(caller, {
        secrets,
        now,
        failed,
        changes: changes.put,
        async looks(records) {
          const place = await looks.put(records);
          failing = false;
          return place;
        },
      }),
    async checked(principal) {
      const { hash } = await changes.put([{ type: 'checked', when: now(), principal, heads: await headsOf(folder) }]);
      return hash;
    },
    async close() {
      await looks.close();
      await changes.close();
    },
  };
}
