import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { NO_OPTIONS } from "../../../src/domain/plan/plan.ts";
import { proofOf, type RowsBench, startRowsBench } from "../../support/rows-bench.ts";

let bench: RowsBench;
beforeEach(async () => {
  bench = await startRowsBench();
  await bench.writeHuge();
  await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
});
afterEach(() => bench.end());
const suspicions = async () => (await bench.store.records.list("rows-suspicion")).filter(({ closed }) => closed === null);

describe("rows that are gone while DM is green", { timeout: 60_000 }, () => {
  test("are suspected, found by a comparison, brought back, and the suspicion is over", async () => {
    await bench.poll();
    const found = () => bench.watch.latest("shop").findings.map(({ kind }) => kind);
    await bench.until("the suspicion is told", async () => {
      await bench.poll();
      return found().includes("rows-may-be-missing");
    });

    const compared = await bench.finish(await bench.approvedRun("compare-rows"));
    assert.match(proofOf(compared, "compare-rows"), /1 missing, 0 differing, 0 only downstream/);
    assert.equal((await suspicions())[0]?.found?.missing, 1);

    const copied = await bench.finish(await bench.approvedRun("copy-missing-rows"));
    assert.equal(copied.state.kind, "succeeded", JSON.stringify(copied.state));
    assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
    assert.deepEqual(await suspicions(), []);
    await bench.poll();
    assert.ok(!found().includes("rows-may-be-missing"));
  });

  test("and what was brought back can be taken back by a plan of its own", async () => {
    await bench.finish(await bench.approvedRun("compare-rows"));
    const copied = await bench.finish(await bench.approvedRun("copy-missing-rows"));

    const undone = await bench.finish(
      await bench.approvedRun("undo", { task: null, options: { ...NO_OPTIONS, run: copied.id } }),
    );

    assert.equal(undone.state.kind, "succeeded", JSON.stringify(undone.state));
    assert.match(proofOf(undone, "remove-copied-rows"), /1 deleted/);
    assert.deepEqual(await bench.ids(), [1, 2, 200, 202]);
  });

  test("are not copied before a comparison has named them, nor after one that found none", async () => {
    assert.match((await bench.why("copy-missing-rows")).join(), /No comparison of this task has named missing rows/);
    await bench.finish(await bench.approvedRun("compare-rows"));
    await bench.finish(await bench.approvedRun("copy-missing-rows"));
    await bench.finish(await bench.approvedRun("compare-rows"));
    assert.match((await bench.why("copy-missing-rows")).join(), /No comparison of this task has named missing rows/);
  });

  test("a comparison of one table says nothing of the others", async () => {
    await bench.until("the suspicion is there", async () => {
      await bench.poll();
      return (await suspicions()).length > 0;
    });
    await bench.write("CREATE TABLE shop.other (id INT PRIMARY KEY)");
    await bench.finish(await bench.approvedRun("compare-rows", { options: { ...NO_OPTIONS, table: "shop.other" } }));

    assert.equal((await suspicions()).length, 1);
  });

  test("a comparison that a person stops ends, and says that it is not whole", async () => {
    const id = await bench.approvedRun("compare-rows");
    const stopped = await bench.executor.byPerson(id, { id: "UOP", name: "op", identity: "slack" }, "stop");
    const run = await bench.finish(id);

    assert.equal(stopped.kind, "done");
    assert.ok(run.state.kind === "succeeded" && run.state.caveats.some((caveat) => /not compared/.test(caveat)));
  });
});
