import { say } from "../../domain/wording/phrases.ts";
import { readTargetFacts } from "../plan-facts.ts";
import type { StepRoutine } from "./step-action.ts";

/** The gates once more, right before the point of no return; what they answered is the step's proof. */
export const checkBeforeStop: StepRoutine = {
  writes: false,
  ask: async () => ({ kind: "not-yet" }),
  async act({ facts, run, step, signal }) {
    const { gates } = await readTargetFacts(facts, run.plan.cluster, step.target, run.plan.playbook, signal);
    const failed = gates.filter((gate) => gate.answer === "fails");
    if (failed.length > 0) return { kind: "failed", why: failed.map((gate) => say(gate.phrase, "en")).join(" ") };
    return { kind: "done", proof: gates.map(({ gate, answer }) => `${gate}: ${answer}`).join(", ") };
  },
};
