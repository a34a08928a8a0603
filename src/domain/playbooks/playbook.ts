import type { PlaybookId, Risk } from "../diagnosis/finding.ts";
import type { Step, StepAction, Target } from "../plan/plan.ts";

/** How one kind of trouble is treated. Its file's name is its id. */
export interface Playbook<Facts> {
  readonly id: PlaybookId;
  readonly risk: Risk;
  /** Every step of the plan, in order; each knows its own deadline. */
  steps(facts: Facts): readonly StepDraft[];
}

export type StepDraft = Omit<Step, "number">;

/** What every playbook is given. */
export interface BaseFacts {
  readonly target: Target;
  readonly timing: Timing;
  /** The gateway's number for stopping a task: 1 up to v5.4, 7 (Delete) from v6.0 (dm-facts §1.2). */
  readonly stopOperation: 1 | 7;
}

/** Deadlines of the steps that wait, in seconds. */
export interface Timing {
  readonly waitUntilGoneSeconds: number;
  readonly verifySeconds: number;
  readonly passFileSeconds: number;
  readonly compareSeconds: number;
}

/** A gateway's write answers within 10 polls of the worker, one a second, each call up to 30 s: allow for it (dm-facts §1.2). */
export const WRITE_SECONDS = 90;
export const READ_SECONDS = 30;

export const step = (target: Target, action: StepAction, atMostSeconds: number = READ_SECONDS): StepDraft => ({
  target,
  action,
  atMostSeconds,
});

/** The source itself, for steps that change its settings or its relay. */
export const sourceOf = ({ source }: Target): Target => ({ task: null, source, unit: "InvalidUnit" });
