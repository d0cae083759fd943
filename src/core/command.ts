import type { Fence } from './alter.ts';
import type { Capture } from './capture.ts';

/** What a command may do to a node: look, make something new, or alter what is there. */
export const effects = ['observe', 'create', 'change'] as const;
export type Effect = (typeof effects)[number];

export interface StatAsk {
  readonly kind: 'stat';
  readonly path: string;
}
export interface ListAsk {
  readonly kind: 'list';
  readonly path: string;
}
export interface ReadAsk {
  readonly kind: 'read';
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
  /** What it says is for the probe alone: evidence keeps only how much it was. */
  readonly hidden?: boolean;
  /** Its bytes are gzip: the reply is the end of what they unpack to, this many bytes at most. */
  readonly unpack?: number;
}
export interface TailAsk {
  readonly kind: 'tail';
  readonly path: string;
  readonly bytes: number;
}
export interface SpaceAsk {
  readonly kind: 'space';
  readonly path: string;
}
export type FileAsk = StatAsk | ListAsk | ReadAsk | TailAsk | SpaceAsk;

/** An HTTP request made on the node (`from: 'node'`), to a port or to a unix socket there, or from this machine. */
export interface HttpAsk {
  readonly kind: 'http';
  readonly url: string;
  readonly socket?: string;
  readonly from: 'node' | 'here';
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Cap on the answer's body; head and tail are kept. */
  readonly bytes: number;
  /** Members of its JSON, at any depth, that are for the probe alone: evidence keeps the answer without what they hold. */
  readonly hidden?: readonly string[];
}

/** A program and its words: never a shell string. */
export interface ExecAsk {
  readonly kind: 'exec';
  readonly words: readonly [string, ...string[]];
  readonly stdin?: string;
  /** Cap on each of the two outputs; head and tail are kept. */
  readonly bytes: number;
  /** Known to block in the kernel: alone on its channel, and never a second one while the first is stuck. */
  readonly wedges?: boolean;
}

export type Ask = FileAsk | HttpAsk | ExecAsk;

/** One thing put to a node. */
export interface Command<E extends Effect = Effect, A extends Ask = Ask> {
  readonly effect: E;
  readonly ask: A;
  readonly deadlineMs: number;
  /** An answer this young may be used again; 0 asks anew in every sweep, and less than 0 every time. */
  readonly freshMs: number;
  /** Run it as root through `sudo -n` where the login user can't. */
  readonly become?: 'sudo';
  /** No answer in time is an answer: for a path the trouble `ETIMEDOUT`, for a program one without an exit code. */
  readonly silence?: 'tells';
  /** A change is never sent without. */
  readonly fence?: Fence;
  /** How long it may go on there when the line to it is cut, as who tells a manager must hear it out; else it ends then. */
  readonly lingersMs?: number;
}

/** When an answer came (epoch ms here) and how long it took. */
export interface Timed {
  readonly at: number;
  readonly ms: number;
}

/** `ENOENT`, `EACCES`, `EIO`, `ENOTCONN`, `ESTALE`, ... as the node named it; `EUNKNOWN` where it did not. */
export interface FileTrouble extends Timed {
  readonly ok: false;
  readonly errno: string;
  readonly message: string;
  readonly link?: string;
}

export type FileType = 'file' | 'directory' | 'link' | 'socket' | 'fifo' | 'device';
export interface FileFacts {
  readonly type: FileType;
  readonly size: number;
  readonly mtimeMs: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}
/** Facts of what the path leads to; `link` is what the path itself says when it is a symbolic link. */
export interface StatFound extends Timed, FileFacts {
  readonly ok: true;
  readonly link?: string;
}
export interface ListFound extends Timed {
  readonly ok: true;
  readonly entries: readonly (FileFacts & { readonly name: string })[];
  readonly omitted: number;
}
/** `size` is the file's, 0 for files of /proc; `offset` is where `bytes` begin; `cut`: they did not unpack to the end. */
export interface ReadFound extends Timed {
  readonly ok: true;
  readonly cut?: true;
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly size: number;
}
/** Bytes and inodes of the filesystem behind a path, as far as a plain user may use them. */
export interface SpaceFound extends Timed {
  readonly ok: true;
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly inodes: number;
  readonly freeInodes: number;
}

export type HttpTroubleReason = 'refused' | 'missing' | 'denied' | 'reset' | 'timeout' | 'protocol';
export interface HttpTrouble extends Timed {
  readonly ok: false;
  readonly reason: HttpTroubleReason;
  readonly message: string;
  /** It was ended here, while somebody heard the answer. */
  readonly gaveUp?: 'silent' | 'too_long';
}
export interface HttpAnswer extends Timed {
  readonly ok: true;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Capture;
}

/** A non-zero exit is data; 127 is a program that is not there. */
export interface ExecReply extends Timed {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: Capture;
  readonly stderr: Capture;
}

export type ReplyOf<A extends Ask> = A extends StatAsk
  ? StatFound | FileTrouble
  : A extends ListAsk
    ? ListFound | FileTrouble
    : A extends ReadAsk | TailAsk
      ? ReadFound | FileTrouble
      : A extends SpaceAsk
        ? SpaceFound | FileTrouble
        : A extends HttpAsk
          ? HttpAnswer | HttpTrouble
          : ExecReply;
export type Reply = ReplyOf<Ask>;

export interface Options {
  readonly deadlineMs?: number;
  readonly freshMs?: number;
  readonly become?: 'sudo' | undefined;
  readonly silence?: 'tells';
}

function observe<A extends Ask>(ask: A, { become, ...rest }: Options): Command<'observe', A> {
  return { effect: 'observe', ask, deadlineMs: 10_000, freshMs: 0, ...rest, ...(become && { become }) };
}

/** What kind of file is there, how large, whose. */
export const stat = (path: string, options: Options = {}) => observe<StatAsk>({ kind: 'stat', path }, options);
/** The entries of a directory, the first 2,000. */
export const list = (path: string, options: Options = {}) => observe<ListAsk>({ kind: 'list', path }, options);
/** At most `bytes` bytes of a file from `offset` on. */
export const read = (
  path: string,
  { offset = 0, bytes = 65_536, hidden, unpack, ...options }: Options & Partial<Omit<ReadAsk, 'kind' | 'path'>> = {},
) =>
  observe<ReadAsk>(
    { kind: 'read', path, offset, bytes, ...(hidden && { hidden }), ...(unpack !== undefined && { unpack }) },
    options,
  );
/** The last `bytes` bytes of a file. */
export const tail = (path: string, { bytes = 65_536, ...options }: Options & { bytes?: number } = {}) =>
  observe<TailAsk>({ kind: 'tail', path, bytes }, options);
/** Room on the filesystem that holds a path. */
export const space = (path: string, options: Options = {}) => observe<SpaceAsk>({ kind: 'space', path }, options);

export interface HttpOptions extends Omit<Options, 'silence'> {
  readonly socket?: string | undefined;
  readonly from?: 'node' | 'here';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly bytes?: number;
  readonly hidden?: readonly string[];
}

/** An HTTP request that changes nothing, put to the node. A body makes it a POST (as XML-RPC questions are). */
export function http(url: string, options: HttpOptions = {}) {
  const [ask, rest] = httpAsk(url, options);
  return observe<HttpAsk>(ask, rest);
}

/** The question, and what is not part of it. */
export function httpAsk(
  url: string,
  { socket, from = 'node', headers = {}, body, bytes = 1_048_576, hidden, ...options }: HttpOptions,
): readonly [HttpAsk, Options] {
  const ask: HttpAsk = {
    kind: 'http',
    url,
    from,
    method: body === undefined ? 'GET' : 'POST',
    headers,
    bytes,
    ...(socket !== undefined && { socket }),
    ...(body !== undefined && { body }),
    ...(hidden !== undefined && { hidden }),
  };
  return [ask, options];
}

export type ExecOptions = Options & Partial<Pick<ExecAsk, 'stdin' | 'bytes' | 'wedges'>>;

/** A program that only looks. */
export function run(words: ExecAsk['words'], options: ExecOptions = {}) {
  const [ask, rest] = execAsk(words, options);
  return observe<ExecAsk>(ask, rest);
}

/** The question, and what is not part of it. */
export function execAsk(
  words: ExecAsk['words'],
  { stdin, bytes = 1_048_576, wedges, ...options }: ExecOptions,
): readonly [ExecAsk, Options] {
  const ask: ExecAsk = { kind: 'exec', words, bytes, ...(stdin !== undefined && { stdin }), ...(wedges && { wedges }) };
  return [ask, options];
}
