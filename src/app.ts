/** A text that was kept because a report had to leave it out, or the observation behind a finding. */
export interface Evidence {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  onProgress(message: string): void;
}

/** A host key as its node presents it, not trusted yet. */
export interface OfferedKey {
  readonly host: string;
  readonly port: number;
  readonly type: string;
  readonly fingerprint: string;
  /** Files it in known_hosts and says where. */
  add(): Promise<string>;
}

/** Everything that a face needs. */
export interface App {
  /** Parses the input, runs the tool, redacts the report. Errors: `USAGE` and all of `errors.ts`. */
  call(tool: AnyTool, input: unknown, options: CallOptions): Promise<Report>;
  evidence(id: string): Promise<Evidence | undefined>;
  recentEvidence(): readonly { readonly id: string; readonly title: string }[];
  offeredKey(nodeName: string): Promise<OfferedKey>;
  close(): Promise<void>;
}

export interface AppOptions {
  readonly fleetPath?: string | undefined;
}
