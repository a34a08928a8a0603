import { say } from "../../domain/wording/phrases.ts";
import { findYaml } from "../survey/task-facts.ts";
import { keptYamlName, lastYamlName } from "./kept-names.ts";
import { type StepRoutine, taskOf } from "./step-action.ts";

/** Before anything is stopped, the YAML that will start it again lies sealed in the store. */
export const keepTaskYaml: StepRoutine = {
  writes: false,
  async ask(context) {
    const kept = await context.store.kept.get(keptYamlName(context.run.id, taskOf(context)));
    return kept === null ? { kind: "not-yet" } : { kind: "already", proof: "sealed" };
  },
  async act(context) {
    const { facts, run, step, store, seal, signal } = context;
    const task = taskOf(context);
    const { cluster, playbook } = run.plan;
    const target = { ...step.target, task };
    const found = await findYaml({ facts, cluster, target, signal }, playbook !== "start-task");
    if (found.kind === "failed") return { kind: "failed", why: say(found.gate.phrase, "en") };
    const sealed = seal.seal(found.text);
    // The run's own comes last: the question asks for it, so whoever finds it there finds the other one too.
    await store.kept.put(lastYamlName(cluster, task), sealed);
    await store.kept.put(keptYamlName(run.id, task), sealed);
    return { kind: "done", proof: `sha-256 ${facts.hashing.sha256(facts.yaml.masked(found.text)).slice(0, 12)}` };
  },
};
