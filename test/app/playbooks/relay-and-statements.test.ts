import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { NO_OPTIONS } from "../../../src/domain/plan/plan.ts";
import { OPERATOR } from "../../support/engine.ts";
import { mortalOnceIs } from "../../support/mortal-store.ts";
import { proofOf, type RowsBench, startRowsBench, took } from "../../support/rows-bench.ts";

let bench: RowsBench;
afterEach(() => bench.end());
const ABOUT_STATEMENT = (how: "skip" | "replace" | "revert", instead: string[] = []) => ({
  options: { ...NO_OPTIONS, statement: { how, instead } },
});

describe("reset-relay", { timeout: 170_000 }, () => {
  test("switches the relay off and on again, and replication goes on", async () => {
    bench = await startRowsBench({ relay: true });
    const run = await bench.finish(await bench.approvedRun("reset-relay"));

    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.deepEqual(bench.writes(), ["POST sources", "POST sources"]);
    assert.ok(run.plan.warnings.some(({ key }) => key === "warn-relay-purge"));
    await bench.write("INSERT INTO shop.orders VALUES (3, 'three')");
    await bench.until("it arrives", async () => (await bench.ids()).includes(3));
  });

  test("does not leave the relay off without a word: a run that fails in between waits, and put back switches it on again", async () => {
    bench = await startRowsBench({ relay: true, policy: { verifySeconds: 2 } });
    const id = await bench.approvedRun("reset-relay");
    await bench.executorOver(mortalOnceIs(bench.store, "switch-relay", "done")).goOn(bench.signal);
    await bench.world.pause(bench.subtask()!);
    const waiting = await bench.finish(id);
    assert.ok(waiting.state.kind === "needs-person" && waiting.state.left === "relay-off", JSON.stringify(waiting.state));
    assert.equal(bench.source().relay, null);

    await bench.executor.byPerson(id, OPERATOR, "put-back");
    const run = await bench.finish(id);

    assert.ok(run.state.kind === "failed" && run.state.left === "as-before", JSON.stringify(run.state));
    assert.ok(bench.source().relay, "the relay is on again");
    assert.deepEqual(await bench.store.runs.locks(), []);
  });

  test("is refused while a file over 4 GiB lies between checkpoint and master: read by position, its rows would be lost", async () => {
    bench = await startRowsBench({ relay: true });
    await bench.writeHuge();
    await bench.poll();

    assert.match((await bench.why("reset-relay")).join(" "), /GTID/);
  });
});

describe("skip-or-replace-statement", { timeout: 170_000 }, () => {
  const refuse = async (): Promise<void> => {
    bench = await startRowsBench();
    await bench.world.writeRefusedDdl("replica-1");
    await bench.write("INSERT INTO shop.orders VALUES (3, 'three')");
    await bench.until("DM stops at it", () => bench.subtask()?.stage === "Paused");
    await bench.poll();
  };

  test("skips one DDL, keeps it in the ledger, and the rows behind it arrive", async () => {
    await refuse();
    const run = await bench.finish(await bench.approvedRun("skip-or-replace-statement"));

    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.deepEqual(bench.writes(), ["PUT errors 1"]);
    assert.deepEqual(await bench.ids(), [1, 2, 3]);
    const [line] = await bench.store.records.list("handled-statement");
    assert.equal(line?.statement, "alter table shop.orders drop primary key");
    assert.equal(line?.followUp.kind, "open");
    assert.ok(
      (await bench.store.audit.about({ run: run.id }, 50)).some(({ details }) =>
        String(details.statement).includes("drop primary key"),
      ),
    );
  });

  test("replaces it by what the downstream takes", async () => {
    await refuse();
    const run = await bench.finish(
      await bench.approvedRun(
        "skip-or-replace-statement",
        ABOUT_STATEMENT("replace", ["ALTER TABLE `shop`.`orders` ADD COLUMN extra INT"]),
      ),
    );

    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    const [columns] = await bench.db.query("SHOW COLUMNS FROM shop.orders");
    assert.ok((columns as { Field: string }[]).some(({ Field }) => Field === "extra"));
  });

  test("cannot be taken back once DM is past it: said, and the ledger stays", async () => {
    await refuse();
    const run = await bench.finish(await bench.approvedRun("skip-or-replace-statement"));

    const why = await bench.why("undo", { task: null, options: { ...NO_OPTIONS, run: run.id } });

    assert.match(why.join(), /no effect now/);
  });

  test("is refused where nothing fails", async () => {
    bench = await startRowsBench();
    assert.ok((await bench.why("skip-or-replace-statement")).length > 0);
  });
});

describe("fix-and-resume", { timeout: 170_000 }, () => {
  test("is refused while the cause is there, and resumes once it is mended", async () => {
    bench = await startRowsBench({ checkEnable: false });
    await bench.db.query("DROP TABLE shop.orders");
    await bench.write("INSERT INTO shop.orders VALUES (3, 'three')");
    await bench.until("DM stops at it", () => bench.subtask()?.stage === "Paused");
    await bench.poll();
    assert.deepEqual(
      bench.watch.latest("shop").findings.map(({ kind }) => kind),
      ["missing-table"],
    );

    assert.match((await bench.why("fix-and-resume")).join(), /table shop\.orders is not there/);

    await bench.db.query("CREATE TABLE shop.orders (id INT NOT NULL PRIMARY KEY, note VARCHAR(40))");
    const run = await bench.finish(await bench.approvedRun("fix-and-resume"));

    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.match(proofOf(run, "check-cause"), /shop\.orders/);
    assert.deepEqual(took(run).at(-1), "verify-recovered done");
    assert.deepEqual(await bench.ids(), [3]);
  });
});
