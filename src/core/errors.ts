/** Who can mend it: the one who called, the one who wrote the fleet file, the node, or us. */
export type Blame = 'caller' | 'operator' | 'node' | 'us';

interface ErrorKind {
  readonly blame: Blame;
  readonly retryable: boolean;
  /** Process exit status, from sysexits(3). */
  readonly exitCode: number;
}

/** Every way a job can't be done. Trouble found *on* a node is a finding, never one of these. */
export const errorKinds = {
  USAGE: { blame: 'caller', retryable: false, exitCode: 64 },
  UNKNOWN_NODE: { blame: 'caller', retryable: false, exitCode: 64 },
  UNKNOWN_SERVICE: { blame: 'caller', retryable: false, exitCode: 64 },
  UNKNOWN_FILE: { blame: 'caller', retryable: false, exitCode: 64 },
  UNKNOWN_EVIDENCE: { blame: 'caller', retryable: false, exitCode: 64 },
  UNKNOWN_RUN: { blame: 'caller', retryable: false, exitCode: 64 },
  UNKNOWN_PLAN: { blame: 'caller', retryable: false, exitCode: 64 },
  RUN_BUSY: { blame: 'caller', retryable: true, exitCode: 75 },
  NODE_BUSY: { blame: 'caller', retryable: true, exitCode: 75 },
  CANCELLED: { blame: 'caller', retryable: true, exitCode: 75 },
  CONFIG_MISSING: { blame: 'operator', retryable: false, exitCode: 78 },
  CONFIG_INVALID: { blame: 'operator', retryable: false, exitCode: 78 },
  SECRET_MISSING: { blame: 'operator', retryable: false, exitCode: 78 },
  HOST_KEY_UNKNOWN: { blame: 'operator', retryable: false, exitCode: 77 },
  HOST_KEY_CHANGED: { blame: 'operator', retryable: false, exitCode: 77 },
  HOST_KEY_REVOKED: { blame: 'operator', retryable: false, exitCode: 77 },
  NOT_APPROVED: { blame: 'operator', retryable: false, exitCode: 77 },
  STATE_FAILED: { blame: 'operator', retryable: false, exitCode: 74 },
  JOURNAL_FAILED: { blame: 'operator', retryable: false, exitCode: 74 },
  AUDIT_FAILED: { blame: 'operator', retryable: false, exitCode: 74 },
  KEY_UNREADABLE: { blame: 'operator', retryable: false, exitCode: 78 },
  MISSING_PROGRAM: { blame: 'operator', retryable: false, exitCode: 69 },
  AUTH_FAILED: { blame: 'operator', retryable: false, exitCode: 77 },
  UNRESOLVED: { blame: 'node', retryable: true, exitCode: 69 },
  UNREACHABLE: { blame: 'node', retryable: true, exitCode: 69 },
  JUMP_UNREACHABLE: { blame: 'node', retryable: true, exitCode: 69 },
  LINK_LOST: { blame: 'node', retryable: true, exitCode: 69 },
  DEADLINE: { blame: 'node', retryable: true, exitCode: 75 },
  WEDGED: { blame: 'node', retryable: true, exitCode: 75 },
  LOCK_LOST: { blame: 'node', retryable: false, exitCode: 75 },
  REFUSED_BY_NODE: { blame: 'node', retryable: false, exitCode: 69 },
  OUTPUT_UNREADABLE: { blame: 'node', retryable: false, exitCode: 70 },
  DEFECT: { blame: 'us', retryable: false, exitCode: 70 },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

/** The one error of the program: a code of the table, a sentence, and what to do about it. */
export class OpsError extends Error {
  override readonly name = 'OpsError';
  readonly code: ErrorCode;
  /** What to do now, as one sentence or command. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }

  get kind(): ErrorKind {
    return errorKinds[this.code];
  }
}

/** Anything thrown, as an OpsError: what is not ours already is a defect of ours. */
export function opsError(thrown: unknown): OpsError {
  if (thrown instanceof OpsError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new OpsError('DEFECT', message, {
    cause: thrown,
    hint: 'Please report this with the command that led to it.',
  });
}
