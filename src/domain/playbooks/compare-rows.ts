import type { BaseFacts, Playbook } from "./playbook.ts";
import { compare } from "./task-steps.ts";

/** Reads both sides and changes nothing; it loads production databases, so an operator asks for it and may stop it. */
export const compareRows: Playbook<BaseFacts> = {
  id: "compare-rows",
  risk: "safe",
  steps: (facts) => [compare(facts, facts.target)],
};
