import type { Run } from "./run.ts";
import { fateOf, standingOf } from "./standing.ts";

/**
 * Sources that a run under way has taken from DM on purpose and has not proved back: the source was stopped, or its worker was, until
 * its relay is seen at work again. That nobody answers for them is no trouble of its own meanwhile.
 */
export function sourcesTakenAway(run: Run): string[] {
  const stopped = [...standingOf(run).sources].flatMap(([source, { state }]) => (state === "gone" ? [source] : []));
  const isWorkerAway =
    run.steps.some((record) => record.step.action.kind === "stop-worker" && fateOf(record) !== "none") &&
    run.steps.some((record) => record.step.action.kind === "verify-relay" && record.state.kind !== "done");
  return isWorkerAway ? [...stopped, ...run.plan.targets.map(({ source }) => source)] : stopped;
}
