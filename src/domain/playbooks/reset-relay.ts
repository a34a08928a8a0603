import type { Target } from "../plan/plan.ts";
import { type BaseFacts, type Playbook, step, WRITE_SECONDS } from "./playbook.ts";
import { start, stopAndWait, verify } from "./task-steps.ts";

export interface RelayResetFacts extends BaseFacts {
  readonly tasks: readonly Target[];
  /** `openapi`: relay is switched off and on while tasks stay; `gateway`: the source is stopped and started anew, its tasks too. */
  readonly road: { readonly kind: "openapi"; readonly workers: readonly string[] | null } | { readonly kind: "gateway" };
}

/** Relay off, wait, relay on: it pulls again from where the tasks stand. Its old files are purged when it begins after them (dm-facts §5). */
export const resetRelay: Playbook<RelayResetFacts> = {
  id: "reset-relay",
  risk: "disruptive",
  steps: (facts) => {
    const { target, tasks, road, timing } = facts;
    const running = step(target, { kind: "verify-relay", past: null }, timing.verifySeconds);
    const verified = tasks.map((task) => verify(facts, task));
    if (road.kind === "openapi") {
      const { workers } = road;
      return [
        step(target, { kind: "check-before-stop" }),
        step(target, { kind: "switch-relay", on: false, workers }, WRITE_SECONDS),
        ...verified,
        step(target, { kind: "switch-relay", on: true, workers }, WRITE_SECONDS),
        running,
        ...verified,
      ];
    }
    return [
      ...tasks.map((task) => step(task, { kind: "keep-task-yaml" })),
      step(target, { kind: "keep-source-yaml" }),
      step(target, { kind: "check-before-stop" }),
      ...tasks.flatMap((task) => stopAndWait(facts, task)),
      step(target, { kind: "stop-source" }, WRITE_SECONDS),
      step(target, { kind: "start-source", settings: { gtid: null, relay: null } }, WRITE_SECONDS),
      ...tasks.map((task) => start(task, "original")),
      running,
      ...verified,
    ];
  },
};
