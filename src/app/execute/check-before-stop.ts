import { targetKey } from "../../domain/plan/target-key.ts";
import { say } from "../../domain/wording/phrases.ts";
import { surveySubject } from "../survey/surveyors.ts";
import type { StepRoutine } from "./step-action.ts";

/** The gates once more, right before the point of no return; how many hold, and which are not known, is the step's proof. */
export const checkBeforeStop: StepRoutine = {
  writes: false,
  ask: async () => ({ kind: "not-yet" }),
  async act({ facts, store, settings, run, step, signal }) {
    const { plan } = run;
    const subject = plan.subjects.find(({ target }) => targetKey(target) === targetKey(step.target));
    if (!subject) return { kind: "failed", why: `the plan has no subject ${targetKey(step.target)}` };
    const { gates } = await surveySubject(plan.playbook, {
      ...{ facts, store, settings, cluster: plan.cluster, subject, signal },
      generation: plan.binding.generation === "v1.0" ? "v1.0" : "v2+",
      version: plan.binding.version || null,
    });
    const failed = gates.filter((gate) => gate.answer === "fails");
    if (failed.length > 0) return { kind: "failed", why: failed.map((gate) => say(gate.phrase, "en")).join(" ") };
    const open = gates.filter((gate) => gate.answer === "not-known").map(({ gate }) => gate);
    const notKnown = open.length === 0 ? "" : `, not known: ${open.join(", ")}`;
    return {
      kind: "done",
      proof: `${gates.length - open.length} of ${gates.length} gates hold${notKnown}`,
      details: { gates: gates.map(({ gate, answer }) => `${gate}: ${answer}`) },
    };
  },
};
