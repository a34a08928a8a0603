import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NO_OPTIONS } from "../../../src/domain/plan/plan.ts";
import { dieEverywhere, dieOnce, type Mortal } from "../../support/death.ts";
import { proofOf, type RowsBench } from "../../support/rows-bench.ts";

/** The rows are in, and the store does not say so yet. */
const INSERTED_UNTOLD = /^after \d+ copy-missing-rows: COMMIT|^before row-copy .* under way done inserted$/;
const UNDO = (run: string) => ({ task: null, options: { ...NO_OPTIONS, run } });
/** Row 201 is gone downstream, and DM is green. */
async function lost(bench: RowsBench): Promise<void> {
  await bench.writeHuge();
  await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
}
async function compared(bench: RowsBench): Promise<void> {
  await lost(bench);
  await bench.finish(await bench.approvedRun("compare-rows"));
}

describe("wherever their processes die, rows are compared, brought back and taken back once", { timeout: 120_000 }, () => {
  test("compare-rows", async () => {
    await dieEverywhere({
      async begin(bench) {
        await lost(bench);
        return bench.approvedRun("compare-rows");
      },
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.match(proofOf(run, "compare-rows"), /1 missing, 0 differing, 0 only downstream/);
        assert.deepEqual(bench.writes(), []);
      },
    });
  });

  const copying: Mortal = {
    async begin(bench) {
      await compared(bench);
      return bench.approvedRun("copy-missing-rows");
    },
    async check(bench, run) {
      assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
      assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
    },
  };

  test("copy-missing-rows", async () => {
    const { whole, torn } = await dieEverywhere({ ...copying, spared: INSERTED_UNTOLD });
    for (const { run } of [whole, torn]) assert.equal(proofOf(run, "copy-missing-rows"), "1 inserted and proven");
  });

  test("a row whose INSERT came through when the process died is not inserted again, and said to be nobody's", async () => {
    const run = await dieOnce(copying, INSERTED_UNTOLD);
    assert.equal(proofOf(run, "copy-missing-rows"), "1 there, inserted by whom is not known");
    assert.ok(run.state.kind === "succeeded" && /an undo leaves them/.test(run.state.caveats.join()), JSON.stringify(run.state));
  });

  test("undo of rows that were brought back", async () => {
    const { whole, torn } = await dieEverywhere({
      async begin(bench) {
        await compared(bench);
        const copied = await bench.finish(await bench.approvedRun("copy-missing-rows"));
        return bench.approvedRun("undo", UNDO(copied.id));
      },
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.deepEqual(await bench.ids(), [1, 2, 200, 202]);
      },
    });
    assert.equal(proofOf(whole.run, "remove-copied-rows"), "1 deleted, 0 not there any more, 0 changed since and left");
    assert.equal(proofOf(torn.run, "remove-copied-rows"), "0 deleted, 1 not there any more, 0 changed since and left");
  });
});
