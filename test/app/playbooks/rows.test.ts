import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { NO_OPTIONS } from "../../../src/domain/plan/plan.ts";
import { noGroups, OPERATOR, VIEWER } from "../../support/engine.ts";
import { proofOf, type RowsBench, startRowsBench } from "../../support/rows-bench.ts";

let bench: RowsBench;
beforeEach(async () => {
  bench = await startRowsBench();
  await bench.writeHuge();
  await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
});
afterEach(() => bench.end());
const suspicions = async () => (await bench.store.records.list("rows-suspicion")).filter(({ closed }) => closed === null);

describe("rows that are gone while DM is green", { timeout: 170_000 }, () => {
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
    const told = JSON.stringify((await bench.store.outbox.get(`copy:${copied.id}:replica-1`))?.document);
    assert.match(told, /1 brought back and the same as upstream/);
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

  test("are given as a file to the operator who asks, with the values of now, and to nobody who may only look", async () => {
    const sent: { to: string; name: string; text: string; words: string }[] = [];
    await bench.end();
    bench = await startRowsBench({
      chat: {
        ...noGroups,
        async sendFile(to, file, words) {
          sent.push({ to, ...file, words });
          return { kind: "sent" };
        },
      },
    });
    await bench.writeHuge();
    await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
    await bench.finish(await bench.approvedRun("compare-rows"));
    const message = await bench.store.outbox.get("comparison:C-1");
    const [sql, csv] = message!.document.buttons;
    const press = (button: typeof sql, by: typeof OPERATOR) =>
      bench.clicks().handle(
        {
          ...{ id: `${by.id}${button!.action}`, action: button!.action, value: button!.value, channel: "C1", messageTs: "1" },
          ...{ person: { id: by.id, name: by.name, identity: "slack" }, responseUrl: null, at: Date.now(), reason: "" },
        },
        bench.signal,
      );

    assert.match(JSON.stringify(await press(sql, VIEWER)), /operator/);
    assert.equal(sent.length, 0);
    assert.match((await press(sql, OPERATOR)).headline, /C-1-orders\.sql is sent to you alone: 1 row of C-1/);
    await press(csv, OPERATOR);

    assert.deepEqual(
      sent.map(({ to, name }) => [to, name]),
      [
        [OPERATOR.id, "C-1-orders.sql"],
        [OPERATOR.id, "C-1-orders.csv"],
      ],
    );
    assert.match(sent[0]!.text, /^REPLACE INTO .*\b201\b.*; -- missing, not executed$/m);
    assert.match(sent[1]!.text, /"shop\.orders","missing","id = 201"/);
    const given = (await bench.store.audit.about({}, 200)).filter(({ kind }) => kind === "differences-given");
    assert.deepEqual(
      given.map(({ actor, details }) => [actor.id, details]),
      ["csv", "sql"].map((format) => [OPERATOR.id, { comparison: "C-1", format, rows: 1, notListed: 0 }]),
    );
    const equal = await bench.finish(await bench.approvedRun("copy-missing-rows"));
    assert.equal(equal.state.kind, "succeeded");
    await bench.finish(await bench.approvedRun("compare-rows"));
    assert.deepEqual((await bench.store.outbox.get("comparison:C-3"))?.document.buttons ?? [], []);
  });

  test("a comparison that a person stops tells what it has seen, and is no result", async () => {
    Object.assign(bench.settings.policy, { compareRowsPerSecond: 1 });
    const id = await bench.approvedRun("compare-rows");
    const carried = bench.executor.goOn(bench.signal);
    await bench.until("rows are being read", async () => (await bench.store.records.get("comparison", `${id} 1`)) !== null);

    const answer = await bench.executor.byPerson(id, OPERATOR, "stop");
    await carried;
    await bench.until("the reading has ended", async () => {
      await bench.executor.pickUp(bench.signal);
      return (await bench.store.runs.get(id))?.state.kind !== "running";
    });

    assert.equal(answer.kind, "done");
    const told = JSON.stringify((await bench.store.outbox.get("comparison:C-1"))?.document);
    assert.match(told, /not compared to the end.*somebody stopped it/);
    assert.deepEqual((await bench.store.records.get("comparison", "C-1"))?.comparison.ended?.kind, "stopped");
    assert.equal((await bench.store.runs.get(id))?.steps[0]?.state.kind, "skipped");
    assert.match((await bench.why("copy-missing-rows")).join(), /No comparison of this task has named missing rows/);
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
