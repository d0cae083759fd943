import { stat } from '../core/command.ts';
import { ask, askAll, defineProbe } from '../core/probe.ts';
import { accounts, type Account } from './accounts.ts';
import { foldersAbove, linkTarget } from './path-parts.ts';

/** Who a user is and what the folders on the way to a file let them do. */
export interface ModelAccess {
  /** Null for a user that the node's own files do not name. */
  readonly account: Account | null;
  /** From the root down; those above the target too where the path is a link. */
  readonly folders: readonly {
    readonly path: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
  }[];
}

interface Input {
  readonly path: string;
  /** Null asks nothing. */
  readonly user: string | null;
  readonly become?: 'sudo' | undefined;
}

export const modelAccess = defineProbe({
  name: 'model.access',
  summary: 'Whether the user of a service may reach a model, by modes and owners',
  *steps({ path, user, become }: Input) {
    if (user === null) return null;
    const known = yield* accounts.steps({});
    const { link } = yield* ask(stat(path, { become }));
    const target = link === undefined ? [] : foldersAbove(linkTarget(path, link));
    const above = [...new Set([...foldersAbove(path), ...target])];
    const replies = yield* askAll(above.map((folder) => stat(folder, { become, freshMs: 60_000 })));
    const account = Object.hasOwn(known, user) ? (known[user] ?? null) : null;
    const folders = replies.flatMap((reply, index) =>
      reply.ok ? [{ path: above[index] ?? '', mode: reply.mode, uid: reply.uid, gid: reply.gid }] : [],
    );
    return { account, folders } satisfies ModelAccess;
  },
});
