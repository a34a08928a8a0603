import { type BaseFacts, type Playbook, step } from "./playbook.ts";
import { compare } from "./task-steps.ts";

export interface CopyFacts extends BaseFacts {
  /** The comparison that named the rows. */
  readonly comparison: string;
}

/** Inserts what is missing downstream and nothing else: differing and extra rows are listed, never overwritten. */
export const copyMissingRows: Playbook<CopyFacts> = {
  id: "copy-missing-rows",
  risk: "data",
  steps: (facts) => [
    step(facts.target, { kind: "copy-missing-rows", comparison: facts.comparison }, facts.timing.compareSeconds),
    compare(facts, facts.target),
  ],
};
