import type { StatementAction } from "../plan/step-action.ts";
import { type BaseFacts, type Playbook, step, WRITE_SECONDS } from "./playbook.ts";
import { compare, verify } from "./task-steps.ts";

export interface StatementFacts extends BaseFacts {
  readonly action: StatementAction;
}

/**
 * DDL only: what DM skips of rows is gone without a trace. The downstream misses the statement from then on; the ledger remembers it.
 * What DM was told is taken back before it is passed: then the task goes on standing before the statement, and nothing recovers.
 */
export const skipOrReplaceStatement: Playbook<StatementFacts> = {
  id: "skip-or-replace-statement",
  risk: "data",
  steps: (facts) => [
    step(facts.target, { kind: "check-before-stop" }),
    step(facts.target, facts.action, WRITE_SECONDS),
    ...(facts.action.how === "revert" ? [] : [verify(facts, facts.target), compare(facts, facts.target)]),
  ],
};
