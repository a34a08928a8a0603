import { say } from "../../domain/wording/phrases.ts";
import { causeGate } from "../survey/cause-gate.ts";
import { actionOf, type StepRoutine, taskOf } from "./step-action.ts";

/** Once more right before the resume: the cause may have come back since the plan was made. */
export const checkCause: StepRoutine = {
  writes: false,
  ask: async () => ({ kind: "not-yet" }),
  async act(context) {
    const { cause } = actionOf(context, "check-cause");
    const { facts, run, step, signal } = context;
    const target = { ...step.target, task: taskOf(context) };
    const gate = await causeGate({ facts, cluster: run.plan.cluster, target, signal }, cause);
    const said = say(gate.phrase, "en");
    if (gate.answer === "fails") return { kind: "failed", why: said };
    return { kind: "done", proof: said, ...(gate.answer === "not-known" ? { caveat: said } : {}) };
  },
};
