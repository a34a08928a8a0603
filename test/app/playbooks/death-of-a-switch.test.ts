import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_OPTIONS } from "../../../src/domain/plan/plan.ts";
import { dieEverywhere } from "../../support/death.ts";

const ABOUT = { options: { ...NO_OPTIONS, file: "mysql-bin.000002" } };

test("a switch to GTIDs ends rightly whichever write its process died at, and does nothing twice", {
  timeout: 170_000,
}, async () => {
  await dieEverywhere({
    playbook: "switch-to-gtid",
    async prepare(bench) {
      await bench.writeHuge();
      await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
      return ABOUT;
    },
    async check(bench, run) {
      assert.equal(run.state.kind, "succeeded");
      assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
    },
  });
});
