import type { Playbook, StepDraft } from "./playbook.ts";

export interface UndoFacts {
  /** What brings back what the other run changed, made from that run's own steps. */
  readonly steps: readonly StepDraft[];
}

/** A plan of its own with its own votes; possible only while the values are those that the run wrote and nothing was started since. */
export const undo: Playbook<UndoFacts> = { id: "undo", risk: "data", steps: ({ steps }) => steps };
