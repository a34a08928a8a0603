import type { Known } from "../../domain/observation/known.ts";
import type { Phrase } from "../../domain/plan/plan.ts";

/**
 * The host of one DM-worker: its process, and the files of its relay. Never throws for what a host or a network does: outcomes are
 * values. Two forms: `command` does the work itself, `by-hand` says to a person what to do and checks what shows from outside.
 */
export interface WorkerHost {
  readonly worker: string;
  readonly form: "command" | "by-hand";
  /** What the host says of the process; by hand, whether DM sees the worker (a killed one only after its time to live, dm-facts §5). */
  workerState(call: HostCall): Promise<Known<WorkerState>>;
  /** The relay's files as they are now. By hand always not known. The worker writes relay.meta while it runs: look again once it is stopped. */
  look(call: HostCall): Promise<Known<RelayFacts>>;
  /** "Is it already so?" Decides after a crash, after `unknown`, and after a person pressed Done. Changes nothing. */
  ask(work: HostWork, call: HostCall): Promise<HostAnswer>;
  /** Asks first, so it may be called again at any time; it goes on from wherever an earlier call ended. */
  act(work: HostWork, call: HostCall): Promise<HostOutcome>;
  /** The same work as commands for a person, with real values; asks nothing. */
  describe(work: HostWork): readonly HandStep[];
}

export interface HostCall {
  /** For the whole call, the host's time included. */
  readonly timeoutMs: number;
  /** Ends the local process; what the host was told to do may go on there. */
  readonly signal: AbortSignal;
  /** Asked before each command: a call of many commands may have stood still in between. Absent: it may always go on. */
  readonly isOurs?: () => boolean;
}

export type WorkerState = "running" | "stopped";

export interface RelayFacts {
  /** The last line of server-uuid.index: `<uuid>.000001`. */
  readonly subDirectory: string;
  /** relay.meta as it is, byte for byte: the image that is stored before anything is written. */
  readonly meta: string;
  /** Binlog files in the sub-directory, by name. */
  readonly files: readonly { readonly name: string; readonly sizeBytes: number }[];
  /** Free for the user who logs in, on the file system of the relay directory. */
  readonly freeBytes: number;
}

/** One piece of work. Plain data, so that a run can store it before it is done. */
export type HostWork =
  | { readonly kind: "stop-worker" }
  | { readonly kind: "start-worker" }
  /** The upstream's closed file into the run's work folder, checked by size and, where configured, by sha256. May be done while the worker runs. */
  | ({ readonly kind: "fetch-binlog" } & FileWork)
  /** The checked copy into the sub-directory by rename; the old file is kept in the work folder. */
  | ({ readonly kind: "put-in-place" } & FileWork)
  /** relay.meta anew by back-up, temporary file and rename. */
  | ({ readonly kind: "write-relay-meta" } & MetaWork)
  /** Undo: relay.meta and the old file back, only while they are what the run wrote. */
  | { readonly kind: "restore"; readonly file: FileWork | null; readonly meta: MetaWork | null }
  /** Removes the work folder with the old file in it: there is no way back on the host after that. */
  | { readonly kind: "clean-up"; readonly run: string; readonly file: string };

export interface FileWork {
  /** `R-2`: names the work folder, so that two runs never share one. */
  readonly run: string;
  readonly subDirectory: string;
  readonly file: string;
  /** What SHOW BINARY LOGS says of the file. */
  readonly sizeBytes: number;
  /** Size of the relay's own file of that name, looked at with the worker stopped (by hand: as far as DM told); null: there is none. Fetching does not look at it. */
  readonly replacesBytes: number | null;
}

export interface MetaWork {
  readonly run: string;
  readonly subDirectory: string;
  /** What it says after the change; for a person who does it by hand. */
  readonly names: { readonly file: string; readonly position: number; readonly gtid: string | null };
  /** The whole text before and after. null by hand, where nobody has read it; `command` refuses null. */
  readonly texts: { readonly before: string; readonly after: string } | null;
}

export type HostAnswer =
  | { readonly kind: "already"; readonly proof: string }
  | { readonly kind: "not-yet" }
  | { readonly kind: "refused"; readonly reason: Phrase }
  | { readonly kind: "cannot-know"; readonly why: string }
  /** By hand only: nothing outside the host shows it, so the person's Done is what there is. */
  | { readonly kind: "not-checkable" };

export type HostOutcome =
  | { readonly kind: "done"; readonly proof: string }
  | { readonly kind: "already"; readonly proof: string }
  /** By hand: wait for a person's Done, then `ask`. */
  | { readonly kind: "by-hand"; readonly steps: readonly HandStep[] }
  | { readonly kind: "refused"; readonly reason: Phrase }
  /** Nothing that DM reads has changed. */
  | { readonly kind: "failed"; readonly why: string }
  /** The effect may or may not be there, or may still come: `ask` decides. */
  | { readonly kind: "unknown"; readonly why: string };

export interface HandStep {
  readonly say: Phrase;
  /** Where the commands are typed: on the worker's host or where the bot runs. */
  readonly on: "worker-host" | "bot-host";
  /** One a line, ready for a shell; empty where only words help. */
  readonly commands: readonly string[];
}
