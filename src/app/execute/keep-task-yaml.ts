import { readTargetFacts } from "../plan-facts.ts";
import type { StepRoutine } from "./step-action.ts";

export const keptYamlName = (run: string, task: string): string => `run ${run} yaml ${task}`;

/** Before anything is stopped, the YAML that will start it again lies sealed in the store. */
export const keepTaskYaml: StepRoutine = {
  writes: false,
  async ask({ store, run, step }) {
    const kept = await store.kept.get(keptYamlName(run.id, step.target.task));
    return kept === null ? { kind: "not-yet" } : { kind: "already", proof: "sealed" };
  },
  async act({ facts, run, step, store, seal, signal }) {
    const { yaml, gates } = await readTargetFacts(facts, run.plan.cluster, step.target, run.plan.playbook, signal);
    if (yaml === null)
      return { kind: "failed", why: gates.find((gate) => gate.answer === "fails")?.phrase.key ?? "there is no YAML" };
    await store.kept.put(keptYamlName(run.id, step.target.task), seal.seal(yaml));
    return { kind: "done", proof: `sha-256 ${facts.hashing.sha256(facts.yaml.masked(yaml)).slice(0, 12)}` };
  },
};
