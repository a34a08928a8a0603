import { cannotKnow, masterHolds } from "./dm-questions.ts";
import { keptYamlName } from "./keep-task-yaml.ts";
import { scopeOf } from "./scope.ts";
import type { StepContext, StepRoutine } from "./step-action.ts";

/** `POST tasks` with the kept YAML. DM's precheck may refuse it, and then the task stays gone: the step fails loudly, the YAML stays kept. */
export const startTask: StepRoutine = {
  writes: true,
  async ask(context) {
    const holds = await masterHolds(context);
    if (typeof holds === "object") return cannotKnow(holds.why);
    return holds ? { kind: "already", proof: "the master lists it for this source" } : { kind: "not-yet" };
  },
  async act(context) {
    const { store, seal, run, step, dm, timeoutMs, signal } = context;
    const kept = await store.kept.get(keptYamlName(run.id, step.target.task));
    if (kept === null) return { kind: "failed", why: "the kept YAML is not in the store" };
    const yaml = seal.open(kept);
    const outcome = await dm.startTask({ task: step.target.task, yaml, ...(await scopeOf(context)) }, timeoutMs, signal);
    if (outcome.kind === "unknown") return { kind: "unclear", why: outcome.why };
    const holds = await masterHolds(context);
    if (holds === true) return { kind: "done", proof: "the master lists it for this source" };
    if (typeof holds === "object") return { kind: "unclear", why: holds.why };
    return {
      kind: "failed",
      why:
        outcome.kind === "refused"
          ? `DM refused the start: ${withoutPassword(outcome.said, yaml, context)}`
          : "accepted, but the master does not list it",
    };
  },
};

/** DM may repeat a part of what it was given; a password in it must go no further. */
function withoutPassword(said: string, yaml: string, { facts }: StepContext): string {
  const task = facts.yaml.read(yaml);
  const password = task.kind === "task" ? (task.target?.password ?? "") : "";
  return password.length < 4 ? said : said.replaceAll(password, "******");
}
