import assert from "node:assert/strict";
import { test } from "node:test";
import type { DmCluster } from "../../../src/app/ports/dm.ts";
import type { SourceObservation } from "../../../src/domain/observation/observation.ts";
import { dieEverywhere } from "../../support/death.ts";

/** A DM that hides from whoever asks that a task was paused, until it is paused again. */
function forgetful(dm: DmCluster): DmCluster {
  let hides = true;
  const asRunning = (entries: readonly SourceObservation[]): SourceObservation[] =>
    entries.map((entry) => ({
      ...entry,
      subtasks: entry.subtasks.map((subtask) => ({ ...subtask, stage: "Running" as const, result: null })),
    }));
  return {
    ...dm,
    async sourceStatus(source, signal) {
      const status = await dm.sourceStatus(source, signal);
      return status.kind === "answered" && hides ? { ...status, entries: asRunning(status.entries) } : status;
    },
    operate(call, timeoutMs, signal) {
      hides = false;
      return dm.operate(call, timeoutMs, signal);
    },
  };
}

test("the deaths find an executor that does a step twice: one whose question is answered wrongly after a death", async () => {
  const trial = dieEverywhere({
    begin: (bench) => bench.approvedRun("pause-task"),
    outside: (facts, process) =>
      process === 1 ? facts : { ...facts, clusters: new Map([...facts.clusters].map(([name, dm]) => [name, forgetful(dm)])) },
    check: async () => {},
  });

  await assert.rejects(trial, /done outside at "after \d+ pause-task done"/);
});
