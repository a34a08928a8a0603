import type { PlaybookId, Risk } from "../diagnosis/finding.ts";
import type { StepAction } from "../plan/plan.ts";

/** How one kind of trouble is treated. Its file's name is its id. */
export interface Playbook {
  readonly id: PlaybookId;
  readonly risk: Risk;
  /** Steps for one target, in order; each knows its own deadline. */
  steps(facts: PlaybookFacts): readonly { readonly action: StepAction; readonly atMostSeconds: number }[];
}

export interface PlaybookFacts {
  /** The gateway's number for stopping a task: 1 up to v5.4, 7 (Delete) from v6.0 (dm-facts §1.2). */
  readonly stopOperation: 1 | 7;
  readonly waitUntilGoneSeconds: number;
  readonly verifySeconds: number;
}

/** A gateway's write answers within 10 polls of the worker, one a second, each call up to 30 s: allow for it (dm-facts §1.2). */
export const WRITE_TIMEOUT_SECONDS = 90;
