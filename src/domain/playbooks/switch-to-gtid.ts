import type { RowChange } from "../binlog/checkpoint-row.ts";
import type { Target } from "../plan/plan.ts";
import type { CheckpointRewrite } from "../plan/step-action.ts";
import { type BaseFacts, type Playbook, type StepDraft, sourceOf, step, WRITE_SECONDS } from "./playbook.ts";
import { compare, start, stopAndWait, verify } from "./task-steps.ts";

export interface GtidSwitchFacts extends BaseFacts {
  /** Every task of the source, the failing one among them. */
  readonly tasks: readonly {
    readonly target: Target;
    readonly metaSchema: string;
    readonly backupTable: string;
    readonly rewrite: CheckpointRewrite;
    readonly asSeen: readonly RowChange[];
  }[];
  readonly file: string;
  readonly sizeBytes: number;
  readonly road: SourceRoad;
  /** DM has not reached the file: only what its table rows were given beyond the global row is replayed. */
  readonly isAhead: boolean;
  /** Whether relay is switched on again with the original start. */
  readonly relayAfterwards: boolean;
}

/**
 * How the source comes to read by GTIDs: only a source that is bound anew takes its settings (over-4gib-lab). `gateway`: stopped and
 * started anew; `openapi`: its settings are changed, then it moves to a free worker.
 */
export type SourceRoad =
  | { readonly kind: "gateway"; readonly relayWorkers: readonly string[] }
  | { readonly kind: "openapi"; readonly relayWorkers: readonly string[] | null; readonly freeWorker: string };

/** The repair that lost nothing in the lab (v8.1.0, MariaDB): the source reads by GTIDs, table rows stand where the global row stands. */
export const switchToGtid: Playbook<GtidSwitchFacts> = {
  id: "switch-to-gtid",
  risk: "data",
  steps: (facts) => {
    const { tasks, file, sizeBytes, timing, isAhead, relayAfterwards } = facts;
    const each = (steps: (task: GtidSwitchFacts["tasks"][number]) => readonly StepDraft[]): StepDraft[] => tasks.flatMap(steps);
    return [
      ...each(({ target }) => [step(target, { kind: "keep-task-yaml" })]),
      step(sourceOf(facts.target), { kind: "keep-source-yaml" }),
      step(facts.target, { kind: "check-before-stop" }),
      // Before the stop: a right that is missing is found while the tasks still run.
      ...each(({ target, metaSchema, backupTable }) => [step(target, { kind: "prepare-backup", metaSchema, backupTable })]),
      ...each(({ target }) => stopAndWait(facts, target)),
      ...toGtids(facts),
      ...each(({ target, metaSchema, backupTable, rewrite, asSeen }) => [
        step(target, { kind: "rewrite-checkpoint", metaSchema, backupTable, rewrite, asSeen }, WRITE_SECONDS),
      ]),
      ...each(({ target }) => [start(target, "safe-mode")]),
      // A unit of many tables takes its time before it opens its stream.
      step(sourceOf(facts.target), { kind: "prove-gtid-stream" }, WRITE_SECONDS),
      ...each(({ target }) => [
        step(target, { kind: "watch-past-file", file: isAhead ? null : file, sizeBytes }, timing.passFileSeconds),
      ]),
      ...each(({ target }) => stopAndWait(facts, target)),
      ...(relayAfterwards ? relayOn(facts) : []),
      ...each(({ target }) => [start(target, "original")]),
      ...each(({ target }) => [verify(facts, target)]),
      ...each(({ target }) => [compare(facts, target)]),
    ];
  },
};

function toGtids({ target, road }: GtidSwitchFacts): StepDraft[] {
  const source = sourceOf(target);
  const write = (action: Parameters<typeof step>[1]) => step(source, action, WRITE_SECONDS);
  const settings = { gtid: true, relay: false };
  switch (road.kind) {
    case "gateway":
      return [
        ...(road.relayWorkers.length > 0 ? [write({ kind: "switch-relay", on: false, workers: road.relayWorkers })] : []),
        write({ kind: "stop-source" }),
        write({ kind: "start-source", settings }),
      ];
    case "openapi":
      return [
        ...(road.relayWorkers === null ? [] : [write({ kind: "switch-relay", on: false, workers: road.relayWorkers })]),
        write({ kind: "update-source", settings }),
        write({ kind: "transfer-source", worker: road.freeWorker }),
      ];
    default:
      return road satisfies never;
  }
}

/** The file is behind every task by now, so the relay begins after it. */
function relayOn({ target, road }: GtidSwitchFacts): StepDraft[] {
  const source = sourceOf(target);
  const on = (workers: readonly string[] | null) => [step(source, { kind: "switch-relay", on: true, workers }, WRITE_SECONDS)];
  // A relay is of use on the worker that holds the source, and that is another one after the move.
  if (road.kind === "openapi") return on((road.relayWorkers?.length ?? 0) > 0 ? [road.freeWorker] : road.relayWorkers);
  if (road.relayWorkers.length > 0) return on(road.relayWorkers);
  return [
    step(source, { kind: "stop-source" }, WRITE_SECONDS),
    step(source, { kind: "start-source", settings: { gtid: true, relay: true } }, WRITE_SECONDS),
  ];
}
