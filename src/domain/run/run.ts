import type { Plan, Step } from "../plan/plan.ts";

/** One execution of an approved plan; durable. Intent is stored before a step, outcome after. */
export interface Run {
  /** `R-2`. */
  readonly id: string;
  readonly plan: Plan;
  readonly state: RunState;
  readonly startedAt: number;
  /** A started run has its own deadline and may always take the steps that bring the task back. */
  readonly deadlineAt: number;
  /** The plan's steps, and those that a put-back added behind them. */
  readonly steps: readonly StepRecord[];
  /** Somebody (or a freeze) said "put back": what remains only brings things back. */
  readonly puttingBack: { readonly by: string; readonly at: number } | null;
  readonly version: number;
}

export type RunState =
  | { readonly kind: "running" }
  /** Every step was taken. `caveats`: what is not proved although it was done ("moving again", not "repaired"). */
  | { readonly kind: "succeeded"; readonly at: number; readonly caveats: readonly string[] }
  /** Ended without what it was for; DM is in a known state, said in `left`. */
  | { readonly kind: "failed"; readonly at: number; readonly why: string; readonly left: LeftBehind }
  /** Waits for a person: an answer could not be known, or a task is gone. Locks are kept. */
  | { readonly kind: "needs-person"; readonly at: number; readonly why: string; readonly left: LeftBehind };

/** In which state the targets were left, the worst one first in what is said. */
export type LeftBehind =
  | "task-running"
  | "task-untouched"
  /** The task stands as it was found, but steps were done that changed something else: rows, a statement, a relay. */
  | "steps-stay"
  /** What had been changed was put back. */
  | "as-before"
  | "task-gone"
  | "task-paused"
  /** It runs, but replays in safe mode: to be ended by a stop and a start with the original YAML. */
  | "task-in-safe-mode"
  /** The source is not in DM, its tasks neither. */
  | "source-gone"
  /** Tasks run, and the relay that was switched off for the repair is not on again. */
  | "relay-off"
  | "worker-stopped"
  | "not-known";

export interface StepRecord {
  readonly step: Step;
  readonly state: StepState;
}

export type StepState =
  /** `wasShown`: its commands were shown to a person, who said Done. */
  | { readonly kind: "todo"; readonly wasShown?: true }
  | {
      readonly kind: "started";
      readonly at: number;
      readonly attempt: number;
      readonly fence: number;
      readonly progress: StepProgress | null;
    }
  /** Only a person can do it: the exact commands are shown, and "Go on" has the bot look whether it is done. */
  | { readonly kind: "by-hand"; readonly at: number; readonly commands: string }
  | {
      readonly kind: "done";
      readonly at: number;
      readonly proof: string;
      readonly alreadySo: boolean;
      /** What is not proved although it was done. */
      readonly caveat: string | null;
    }
  | { readonly kind: "failed"; readonly at: number; readonly why: string }
  | { readonly kind: "unknown"; readonly at: number; readonly why: string }
  /** `was`: what had become of it before it was left out; a put-back must still reckon with an effect that nobody could see. */
  | {
      readonly kind: "skipped";
      readonly at: number;
      readonly why: string;
      readonly was?: "started" | "failed" | "unknown" | "by-hand";
    };

/** How far a long step is: bytes of a file, rows of a comparison. */
export interface StepProgress {
  readonly done: number;
  readonly total: number;
  readonly unit: "bytes" | "rows";
  /** Per second, over the last minutes; null while not known. */
  readonly rate: number | null;
  /** What is being worked on, in DM's or the database's own words (a position, a table). */
  readonly at: string;
}

/** What a run locks: one row for every source and every task that it will stop or change, in one cluster. */
export interface RunLock {
  readonly cluster: string;
  readonly what: "task" | "source";
  readonly name: string;
}
