/** Read-only questions to the downstream. Never throws for what a database does; bounded in time. */
export interface DownstreamProbe {
  /** The global checkpoint row of (task, source) in `{metaSchema}.{task}_syncer_checkpoint` (dm-facts §4). */
  globalCheckpoint(
    question: { readonly task: string; readonly source: string; readonly metaSchema: string },
    signal: AbortSignal,
  ): Promise<CheckpointAnswer>;
  /** Whether this login works: what a start-task would meet. */
  tryLogin(login: DownstreamLogin, signal: AbortSignal): Promise<LoginAnswer>;
}

export type CheckpointAnswer =
  | { readonly kind: "row"; readonly file: string; readonly position: number; readonly gtid: string }
  /** Position ≤ ("", 4) and no GTID: DM would dump again or fall back to `meta`. */
  | { readonly kind: "fresh" }
  | { readonly kind: "no-row" }
  | { readonly kind: "no-table" }
  | { readonly kind: "not-known"; readonly why: string };

export interface DownstreamLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export type LoginAnswer =
  | { readonly kind: "works" }
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "unreachable"; readonly why: string };
