import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dieEverywhere } from "../../support/death.ts";
import { OPERATOR } from "../../support/engine.ts";

describe("wherever their processes die, relays begin anew once", { timeout: 170_000 }, () => {
  test("reset-relay", async () => {
    await dieEverywhere({
      options: { relay: true },
      begin: (bench) => bench.approvedRun("reset-relay"),
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.deepEqual(bench.writes(), ["POST sources", "POST sources"]);
      },
    });
  });

  test("reset-relay where OpenAPI is off: the source is made anew", async () => {
    await dieEverywhere({
      options: { relay: true, openapi: false },
      begin: (bench) => bench.approvedRun("reset-relay"),
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.equal(bench.subtask()?.stage, "Running");
        assert.ok(bench.source().relay, "the relay is on");
        assert.deepEqual(bench.writes(), ["PUT tasks 7", "PUT sources 3", "PUT sources 1", "POST tasks"]);
      },
    });
  });

  test("put back of a reset-relay whose task could not be started again", async () => {
    await dieEverywhere({
      options: { relay: true, openapi: false },
      async begin(bench) {
        const id = await bench.approvedRun("reset-relay");
        bench.world.refuseNextStart("the precheck does not like it");
        const run = await bench.finish(id);
        assert.equal(run.state.kind, "needs-person", JSON.stringify(run.state));
        await bench.executor.byPerson(id, OPERATOR, "put-back");
        return id;
      },
      async check(bench, run) {
        assert.ok(run.state.kind === "failed" && run.state.left === "task-running", JSON.stringify(run.state));
        assert.equal(bench.subtask()?.stage, "Running");
        assert.ok(bench.source().relay, "the relay is on");
      },
    });
  });
});
