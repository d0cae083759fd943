/** How a remote line ended: an exit code, or the signal that ended it; both null when the link was lost. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A line that runs on a node, with its three streams. */
export interface Running {
  /** Bytes for its standard input; the stream stays open until `closeInput`, which ends the remote process tree. */
  write(bytes: Uint8Array): void;
  closeInput(): void;
  /** Gives up on it: input closed and, when it does not end by that, the channel too. */
  abandon(): void;
  readonly ended: Promise<Ended>;
}

export interface Outputs {
  stdout(chunk: Uint8Array): void;
  stderr(chunk: Uint8Array): void;
}

/** Runs lines on a node: a channel of an SSH connection, an `ssh` process, or a local shell. */
export interface Executor {
  /** Starts `line` under the login shell. Errors: `LINK_LOST`, `UNREACHABLE`. */
  start(line: string, outputs: Outputs, signal?: AbortSignal): Promise<Running>;
}
