import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { PlaybookId } from "../../../src/domain/diagnosis/finding.ts";
import { type RowsBench, startRowsBench, took } from "../../support/rows-bench.ts";

let bench: RowsBench;
beforeEach(async () => {
  bench = await startRowsBench();
});
afterEach(() => bench.end());
const carried = async (playbook: PlaybookId, source: string | null = null) =>
  bench.finish(await bench.approvedRun(playbook, { source }));

describe("plans that people ask for whether anything fails or not", { timeout: 170_000 }, () => {
  test("pause, then resume over that pause", async () => {
    const paused = await carried("pause-task");

    assert.deepEqual([paused.state.kind, took(paused)], ["succeeded", ["pause-task done"]]);
    assert.equal(bench.subtask()?.stage, "Paused");

    const resumed = await carried("resume-task");

    assert.deepEqual([resumed.state.kind, took(resumed)], ["succeeded", ["resume-task done", "verify-recovered done"]]);
    assert.equal(resumed.plan.gates[0]?.phrase.key, "gate-paused-on-purpose");
    assert.equal(bench.subtask()?.stage, "Running");
  });

  test("stop, then start with the same YAML and from the same checkpoint", async () => {
    await bench.until("its tables have rows too", async () => (await bench.checkpoint()).length > 1);
    const before = await bench.checkpoint();
    const stopped = await carried("stop-task");

    assert.equal(stopped.state.kind, "succeeded", JSON.stringify(stopped.state));
    assert.equal(bench.subtask(), null);

    await bench.write("INSERT INTO shop.orders VALUES (3, 'three')");
    const started = await carried("start-task", "replica-1");

    assert.equal(started.state.kind, "succeeded", JSON.stringify(started.state));
    assert.deepEqual(bench.writes(), ["PUT tasks 7", "POST tasks"]);
    await bench.until("the row written meanwhile arrives", async () => (await bench.ids()).includes(3));
    const keys = (rows: typeof before) => rows.map((row) => row.of);
    assert.deepEqual(keys(await bench.checkpoint()), keys(before));
  });

  test("resume is refused where nothing is paused, start where the task is there, pause where somebody paused it", async () => {
    assert.deepEqual(await bench.why("resume-task"), ["Nothing of orders fails right now, so there is nothing to repair."]);
    assert.match((await bench.why("start-task", { source: "replica-1" })).join(), /holds the task for this source already/);
    await bench.world.pause(bench.subtask()!);
    assert.match((await bench.why("pause-task")).join(), /Somebody paused it/);
  });

  test("a plan to stop a running task does not stop it once somebody has paused it", async () => {
    const id = await bench.approvedRun("stop-task");
    await bench.world.pause(bench.subtask()!);

    const run = await bench.finish(id);

    assert.ok(run.state.kind === "failed" && run.state.left === "task-untouched", JSON.stringify(run.state));
    assert.match(run.state.why, /paused on purpose/);
    assert.deepEqual(bench.writes(), []);
  });
});
