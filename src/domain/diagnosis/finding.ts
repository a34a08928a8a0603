import type { BinlogPosition, Stage, Unit } from "../observation/observation.ts";

import type { SourceKnowledge, TaskMemory } from "./source-knowledge.ts";

/** What can be wrong, one kind a file beside this one. A new kind is added here; the compiler then names every place that must know it. */
export const KINDS = [
  "healthy",
  "invalid-connection",
  "bad-connection",
  "downstream-unreachable",
  "upstream-unreachable",
  "worker-offline",
  "master-unreachable",
  "paused-by-person",
  "binlog-over-4gib-suspected",
  "binlog-over-4gib",
  "binlog-over-4gib-ahead",
  "upstream-binlog-purged",
  "binlog-corrupted",
  "relay-going-back",
  "relay-log-missing",
  "rows-may-be-missing",
  "checkpoint-missing",
  "checkpoint-ahead",
  "duplicate-entry",
  "unsupported-ddl",
  "access-denied",
  "missing-table",
  "disk-full",
  "failed-then-stopped-by-person",
  "stopped-and-forgotten",
  "source-unbound",
  "unknown",
] as const;
export type Kind = (typeof KINDS)[number];

/** One piece of evidence and where it stands (`subTaskStatus[].result.errors[0].RawCause`, `members`, `source config`). */
export interface Evidence {
  readonly fact: Fact;
  readonly from: string;
}

/** `said`: DM's own words. `seen`: a field and its value. `counted`: what several samples together show. `assumed`: nothing was seen, a default holds. */
export type Fact =
  | { readonly kind: "said"; readonly text: string }
  | { readonly kind: "seen"; readonly name: string; readonly value: string }
  | { readonly kind: "counted"; readonly what: string; readonly count: number }
  | { readonly kind: "assumed"; readonly what: Assumption; readonly value: string };

export type Assumption = "dm-generation" | "checker-settings" | "pause-by-person" | "unit";

/** How trouble is treated; each id is a file of `src/domain/playbooks`. */
export const PLAYBOOK_IDS = [
  "resume-task",
  "stop-start-task",
  "pause-task",
  "stop-task",
  "start-task",
  "fix-and-resume",
  "rewind-sync-checkpoint",
  "switch-to-gtid",
  "replace-relay-file",
  "reset-relay",
  "skip-or-replace-statement",
  "compare-rows",
  "copy-missing-rows",
  "undo",
] as const;
export type PlaybookId = (typeof PLAYBOOK_IDS)[number];
export type Risk = "safe" | "disruptive" | "data";

export interface Advice {
  /** The playbook that may be used now; null where waiting, a person or nothing is the advice. */
  readonly playbook: PlaybookId | null;
  readonly risk: Risk | null;
  readonly why: AdviceKey;
  /** What is tried after the first, in order, each from when (milliseconds since the epoch) it will be offered; null: after the one before failed. */
  readonly next: readonly { readonly playbook: PlaybookId; readonly notBefore: number | null }[];
}

/** The sentences an advice can be made of; wording turns them into words. */
export type AdviceKey =
  | "nothing-to-do"
  | "wait-dm-retries"
  | "resume-now"
  | "stop-and-start"
  | "other-error-first"
  | "paused-after-the-failure"
  | "mend-the-downstream"
  | "mend-the-downstream-and-resume"
  | "mend-the-upstream"
  | "mend-the-upstream-and-resume"
  | "bring-the-worker-back"
  | "bring-a-master-back"
  | "leave-it-to-the-person"
  | "measure-the-binlog-file"
  | "ask-for-the-reason"
  | "no-such-task"
  | "shards-wait-for-a-ddl"
  | "settle-the-shard-conflict"
  | "compare-the-rows"
  | "switch-to-gtid"
  | "rewind-the-checkpoint"
  | "replace-the-relay-file"
  | "reset-the-relay"
  | "sync-anew"
  | "compare-both-sides"
  | "switch-before-it-is-reached"
  | "look-at-the-checkpoint"
  | "find-the-second-writer"
  | "skip-or-replace"
  | "mend-the-rights"
  | "mend-the-cause"
  | "mend-what-stops-the-relay"
  | "start-it-again"
  | "bind-the-source"
  | "ask-a-person";

/** What a finding is about. */
export type Subject =
  | { readonly kind: "subtask"; readonly task: string; readonly source: string }
  | { readonly kind: "relay"; readonly source: string }
  | { readonly kind: "source"; readonly source: string }
  | { readonly kind: "worker"; readonly worker: string; readonly source: string | null }
  | { readonly kind: "masters" }
  /** Rows of a task that its status says nothing of. */
  | { readonly kind: "rows"; readonly task: string; readonly source: string }
  /** The binlog files of a source's upstream. */
  | { readonly kind: "binlog"; readonly source: string };

export interface Finding {
  readonly kind: Kind;
  readonly incident: boolean;
  readonly cluster: string | null;
  readonly subject: Subject;
  readonly task: string | null;
  readonly source: string | null;
  readonly worker: string | null;
  readonly unit: Unit | "Relay" | null;
  readonly stage: Stage | null;
  /** 0 to 1. */
  readonly confidence: number;
  readonly evidence: readonly Evidence[];
  /** Codes DM gave, without doubles, for the card's first line and `/dm explain`. */
  readonly codes: readonly number[];
  readonly dmRetriesByItself: boolean | null;
  readonly advice: Advice;
  /** Where the sync unit or the relay stands, for the question "does it move?". */
  readonly position: BinlogPosition | null;
}

/** What the source's configuration says of DM's own retries, when it is known. Durations in seconds. */
export interface CheckerSettings {
  readonly checkEnable: boolean;
  readonly backoffMaxSeconds: number;
}

/** What a diagnosis may know besides the observation. `firstFailedAt`: the first sample that showed the failure, by subject key. */
export interface DiagnosisContext {
  readonly checkerOf: (source: string) => CheckerSettings | null;
  readonly firstFailedAt: (subjectKey: string) => number | null;
  /** `checker.backoff-max` where the source's settings cannot be read; absent: DM's default. */
  readonly backoffSecondsOtherwise?: number;
  /** What only the databases and several samples know of a source; absent: nothing was asked (a saved answer). */
  readonly knowledgeOf?: (source: string) => SourceKnowledge | null;
  readonly memory?: TaskMemory;
}

export function subjectKey(subject: Subject): string {
  switch (subject.kind) {
    case "subtask":
      return `subtask:${JSON.stringify([subject.task, subject.source])}`;
    case "relay":
      return `relay:${JSON.stringify(subject.source)}`;
    case "source":
      return `source:${JSON.stringify(subject.source)}`;
    case "worker":
      return `worker:${JSON.stringify(subject.worker)}`;
    case "masters":
      return "masters";
    case "rows":
      return `rows:${JSON.stringify([subject.task, subject.source])}`;
    case "binlog":
      return `binlog:${JSON.stringify(subject.source)}`;
    default:
      return subject satisfies never;
  }
}
