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
  readonly steps: readonly StepRecord[];
  readonly version: number;
}

export type RunState =
  | { readonly kind: "running" }
  /** Every step proved. */
  | { readonly kind: "succeeded"; readonly at: number }
  /** Ended without what it was for; DM is in a known state, said in `left`. */
  | { readonly kind: "failed"; readonly at: number; readonly why: string; readonly left: LeftBehind }
  /** Waits for a person: an answer could not be known, or a task is gone. Locks are kept. */
  | { readonly kind: "needs-person"; readonly at: number; readonly why: string; readonly left: LeftBehind };

/** In which state the targets were left. */
export type LeftBehind = "task-running" | "task-untouched" | "task-gone" | "task-paused" | "not-known";

export interface StepRecord {
  readonly step: Step;
  readonly state: StepState;
}

export type StepState =
  | { readonly kind: "todo" }
  | { readonly kind: "started"; readonly at: number; readonly attempt: number; readonly fence: number }
  | { readonly kind: "done"; readonly at: number; readonly proof: string; readonly alreadySo: boolean }
  | { readonly kind: "failed"; readonly at: number; readonly why: string }
  | { readonly kind: "unknown"; readonly at: number; readonly why: string }
  | { readonly kind: "skipped"; readonly at: number; readonly why: string };

/** What a run locks: one row for every source and every task that it will stop or change, in one cluster. */
export interface RunLock {
  readonly cluster: string;
  readonly what: "task" | "source";
  readonly name: string;
}
