import { fails, holds } from "../../domain/plan/gate.ts";
import type { GateAnswer } from "../../domain/plan/plan.ts";
import type { StepDraft } from "../../domain/playbooks/playbook.ts";
import { undo } from "../../domain/playbooks/undo.ts";
import { stepsToUndo } from "../../domain/run/undo.ts";
import { failingStatement } from "../../domain/statement/failing-statement.ts";
import type { Survey, Surveyor } from "./survey.ts";

/** What another run wrote is taken back while nothing has come after it. The steps look at the values themselves once more. */
export const surveyUndo: Surveyor = async (input): Promise<Survey> => {
  const id = input.subject.options.run ?? "";
  const run = await input.store.runs.get(id);
  const nothing = (gate: GateAnswer): Survey => ({ gates: [gate], binding: {}, warnings: [], targets: [], steps: [] });
  if (!run) return nothing(fails("run", "no-such-run", { run: id }));
  if (run.state.kind === "running") return nothing(fails("run", "undo-running", { run: id }));
  const possible = stepsToUndo(run);
  switch (possible.kind) {
    case "nothing":
      return nothing(fails("run", "undo-nothing", { run: id }));
    case "started-since":
      return nothing(fails("run", "undo-started-since", { run: id }));
    case "steps":
      return {
        gates: [holds("run", "undo-possible", { run: id }), ...(await revertGates(input, possible.steps))],
        // A waiting run that somebody lets go on is another run than the one that was looked at.
        binding: { [`steps of ${id}`]: run.steps.map(({ step, state }) => `${step.number}=${state.kind}`).join(" ") },
        warnings: [],
        targets: run.plan.targets,
        steps: undo.steps({ steps: possible.steps }),
      };
    default:
      return possible satisfies never;
  }
};

/** A statement can be taken back only while the subtask still stands before it (dm-facts §1.2: a late revert has no effect). */
async function revertGates(
  { facts, cluster, signal }: Parameters<Surveyor>[0],
  steps: readonly StepDraft[],
): Promise<GateAnswer[]> {
  const gates: GateAnswer[] = [];
  for (const { action, target } of steps) {
    if (action.kind !== "handle-statement") continue;
    const status = await facts.clusters.get(cluster)!.sourceStatus(target.source, signal);
    const subtask =
      status.kind === "answered"
        ? status.entries.flatMap((entry) => entry.subtasks).find(({ task }) => task === target.task)
        : null;
    const failing = failingStatement(subtask?.result?.errors ?? []);
    const isOpen = failing !== null && failing.statement === action.statement && failing.position === action.position;
    gates.push(isOpen ? holds("revert", "gate-revert-open") : fails("revert", "gate-revert-late"));
  }
  return gates;
}
