import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { keptImagesName } from "../../../src/app/execute/kept-names.ts";
import type { CheckpointRow } from "../../../src/domain/binlog/checkpoint-row.ts";
import { comparePlaces, furthestOf } from "../../../src/domain/binlog/place.ts";
import { NO_OPTIONS } from "../../../src/domain/plan/plan.ts";
import { proofOf, type RowsBench, type RowsBenchOptions, startRowsBench, took } from "../../support/rows-bench.ts";

let bench: RowsBench;
const start = async (options?: RowsBenchOptions): Promise<void> => {
  bench = await startRowsBench(options);
  await bench.writeHuge();
  await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
};
const ABOUT = { options: { ...NO_OPTIONS, file: "mysql-bin.000002" } };
afterEach(() => bench.end());

describe("rewind-sync-checkpoint", { timeout: 170_000 }, () => {
  test("replays the file in safe mode, ends safe mode, and says that a row is still gone", async () => {
    await start();
    assert.deepEqual(await bench.ids(), [1, 2, 200, 202]);
    const before = await bench.checkpoint();

    const run = await bench.finish(await bench.approvedRun("rewind-sync-checkpoint", ABOUT));

    assert.equal(run.plan.warnings[0]?.key, "warn-rewind-loses");
    assert.deepEqual(took(run), [
      "keep-task-yaml done",
      "check-before-stop done",
      "prepare-backup done",
      "stop-task done",
      "wait-until-gone done",
      "rewrite-checkpoint done",
      "start-task done",
      "watch-past-file done",
      "stop-task done",
      "wait-until-gone done",
      "start-task done",
      "verify-recovered done",
      "compare-rows failed",
    ]);
    assert.ok(run.state.kind === "failed" && run.state.left === "task-running", JSON.stringify(run.state));
    assert.match(run.state.why, /1 missing/);
    assert.deepEqual(bench.writes(), ["PUT tasks 7", "POST tasks", "PUT tasks 7", "POST tasks"]);
    assert.deepEqual(await bench.ids(), [1, 2, 200, 202]);
    assert.equal(bench.subtask()?.definition.instances.get("replica-1")?.isSafe, false);
    const backup = proofOf(run, "prepare-backup");
    assert.match(backup, /^orders_syncer_checkpoint_bak_[0-9a-f]{4}_r1$/);
    const [images] = await bench.db.query(`SELECT binlog_name, binlog_pos FROM dm_meta.${backup}`);
    assert.equal((images as unknown[]).length, before.length);
    assert.deepEqual(await bench.store.runs.locks(), []);
  });

  test("stays in safe mode until it is past where DM had been, not past the file alone", async () => {
    await start();
    await bench.write("INSERT INTO shop.orders VALUES (300, 'behind the file')");
    await bench.world.writeHugeTransaction("replica-1", {
      next: ["INSERT INTO shop.orders VALUES (301, 'behind the next one')"],
    });
    await bench.until("row 301 is there", async () => (await bench.ids()).includes(301));

    const run = await bench.finish(await bench.approvedRun("rewind-sync-checkpoint", ABOUT));

    const images = await bench.store.kept.get(keptImagesName(run.id, "orders", "replica-1"));
    const had = furthestOf(JSON.parse(bench.seal.open(images!)) as CheckpointRow[])!;
    const [, file, position] = /mysql-bin\.(\d+), (\d+)$/.exec(proofOf(run, "watch-past-file")) ?? [];
    assert.ok(had.number > 3, JSON.stringify(had));
    assert.ok(
      comparePlaces({ suffix: null, number: Number(file), position: Number(position) }, had) >= 0,
      `${file}, ${position}`,
    );
    assert.ok(took(run).includes("verify-recovered done"), took(run).join());
  });

  test("rewrites the rows that stand in the file or later, in their own form, and no others", async () => {
    await start({ relay: false });
    await bench.write("CREATE TABLE shop.quiet (id INT PRIMARY KEY)");
    const run = await bench.finish(await bench.approvedRun("rewind-sync-checkpoint", ABOUT));
    const images = (await bench.store.audit.about({ run: run.id }, 100)).find(
      ({ details }) => "before" in details && "after" in details,
    );

    assert.match(proofOf(run, "rewrite-checkpoint"), /global row mysql-bin\.000002, 4/);
    assert.ok(images, "before and after images are in the audit record");
  });

  test("never moves a checkpoint forward: refused while the sync unit has not reached the file", async () => {
    bench = await startRowsBench({ relay: true });
    await bench.writeHuge();
    await bench.world.writeHugeTransaction("replica-1");
    await bench.poll();

    const why = await bench.why("rewind-sync-checkpoint", { options: { ...NO_OPTIONS, file: "mysql-bin.000003" } });

    assert.match(why.join(" "), /not reached/);
  });

  test("is refused where a table has its key upstream alone: a replay would double its rows downstream", async () => {
    await start();
    await bench.db.query("ALTER TABLE shop.orders DROP PRIMARY KEY");

    assert.match(
      (await bench.why("rewind-sync-checkpoint", ABOUT)).join(" "),
      /downstream have no primary or unique key.* shop\.orders/,
    );
  });

  test("is refused for a file that is not over 4 GiB", async () => {
    await start();
    const why = await bench.why("rewind-sync-checkpoint", { options: { ...NO_OPTIONS, file: "mysql-bin.000001" } });
    assert.match(why.join(" "), /only 936 bytes/);
  });
});
