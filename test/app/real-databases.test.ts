import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { createConnection } from "mysql2/promise";
import { INSTALLATION } from "../../src/app/ports/store.ts";
import type { ClusterConnection } from "../../src/config/config.ts";
import { NO_OPTIONS } from "../../src/domain/plan/plan.ts";
import type { Run } from "../../src/domain/run/run.ts";
import { type CuttingProxy, startCuttingProxy } from "../support/cutting-proxy.ts";
import { OPERATOR } from "../support/engine.ts";
import { mortalOnceIs } from "../support/mortal-store.ts";
import { type RealDatabases, startRealDatabases } from "../support/real-databases.ts";
import { proofOf, type startBenchBetween } from "../support/rows-bench.ts";
import { skipWithout } from "../support/services.ts";

const ABOUT = { options: { ...NO_OPTIONS, file: "mysql-bin.000002" } };
type Row = Readonly<Record<string, unknown>>;

describe("repairs between two real MariaDBs, by accounts that may do what the paper gives them", {
  skip: skipWithout("mariadb"),
  timeout: 170_000,
}, () => {
  let real: RealDatabases;
  /** Between the bot and the downstream, for the account that writes checkpoints. */
  let metaWay: CuttingProxy;
  let bench: Awaited<ReturnType<typeof startBenchBetween>>;
  before(async () => {
    real = await startRealDatabases();
    metaWay = await startCuttingProxy(real.downstream.port);
  });
  after(async () => {
    await metaWay?.stop();
    await real?.stop();
  });
  beforeEach(async () => {
    await real.empty();
    const overWay = (whole: ClusterConnection) => ({ ...whole, metaWriter: { ...whole.metaWriter!, port: metaWay.port } });
    bench = await real.bench({ connection: overWay });
    await bench.writeHuge();
    await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
    await bench.until("row 202 of the next file is there", async () => (await bench.ids()).includes(202));
    assert.deepEqual(await bench.ids(), [1, 2, 200, 202], "row 201 lies past 4 GiB, and DM lost it");
    await real.openStream("mysql-bin.000003");
  });
  afterEach(() => bench.end());
  const below = async (sql: string): Promise<readonly Row[]> => (await real.downstream.asRoot(sql)) as Row[];
  const checkpoint = () =>
    below("SELECT cp_schema, cp_table, binlog_name, binlog_pos, binlog_gtid FROM dm_meta.orders_syncer_checkpoint ORDER BY 1, 2");
  const imagesOf = async (run: Run): Promise<Row> =>
    (await bench.store.audit.about({ run: run.id }, 100)).find(({ details }) => "before" in details)!.details;
  const rowsAreEqual = async (): Promise<void> => {
    const rows = "SELECT * FROM shop.orders ORDER BY id";
    assert.deepEqual(await below(rows), await real.upstream.asRoot(rows));
  };

  test("the server itself lists the file as over 4 GiB; a switch to GTIDs replays it, and the rows are proved equal", async () => {
    const files = (await real.upstream.asRoot("SHOW BINARY LOGS")) as { Log_name: string; File_size: number }[];
    assert.ok(files.find(({ Log_name }) => Log_name === "mysql-bin.000002")!.File_size > 2 ** 32);
    const before = await checkpoint();

    const run = await bench.finish(await bench.approvedRun("switch-to-gtid", ABOUT));

    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.match(proofOf(run, "compare-rows"), /the same on both sides, 5 rows, 1 table/);
    await rowsAreEqual();
    const backup = proofOf(run, "prepare-backup");
    assert.deepEqual(
      await below(`SELECT cp_schema, cp_table, binlog_name, binlog_pos, binlog_gtid FROM dm_meta.\`${backup}\` ORDER BY 1, 2`),
      before,
      "the backup table holds the rows as the worker left them",
    );
    const fence = await below("SELECT name, fence FROM dm_meta.dm_medic_fence");
    assert.deepEqual(fence, [{ name: `dm-medic shop ${await bench.store.kept.get(INSTALLATION)}`, fence: 1 }]);
    const { before: was, after: is } = await imagesOf(run);
    assert.equal((was as unknown[]).length, before.length);
    assert.match(JSON.stringify(is), /mysql-bin\.000002.*0-101-\d+/);
    assert.notDeepEqual(is, was);
  });

  test("a rewind by position moves on and says which row is gone; a copy brings it, an undo of the copy takes it away", async () => {
    const rewound = await bench.finish(await bench.approvedRun("rewind-sync-checkpoint", ABOUT));

    assert.ok(rewound.state.kind === "failed" && rewound.state.left === "task-running", JSON.stringify(rewound.state));
    assert.match(rewound.state.why, /1 missing, 0 differing, 0 only downstream/);

    const copied = await bench.finish(await bench.approvedRun("copy-missing-rows"));
    assert.equal(copied.state.kind, "succeeded", JSON.stringify(copied.state));
    await rowsAreEqual();

    const undone = await bench.finish(
      await bench.approvedRun("undo", { task: null, options: { ...NO_OPTIONS, run: copied.id } }),
    );
    assert.equal(undone.state.kind, "succeeded", JSON.stringify(undone.state));
    assert.deepEqual(await bench.ids(), [1, 2, 200, 202]);
  });

  test("a refused start is put back: the checkpoint rows, the source and the task as they were", async () => {
    const before = await checkpoint();
    bench.world.refuseNextStart("the precheck does not like it");
    const stopped = await bench.finish(await bench.approvedRun("switch-to-gtid", ABOUT));
    assert.ok(stopped.state.kind === "needs-person" && stopped.state.left === "task-gone", JSON.stringify(stopped.state));
    assert.notDeepEqual(await checkpoint(), before);
    // Afterwards the task writes its own.
    bench.world.refuseNextStart("not yet");

    await bench.executor.byPerson(stopped.id, OPERATOR, "put-back");
    const waiting = await bench.finish(stopped.id);
    assert.deepEqual(await checkpoint(), before);
    await bench.executor.byPerson(stopped.id, OPERATOR, "go-on");
    const run = await bench.finish(stopped.id);

    assert.equal(waiting.state.kind, "needs-person", JSON.stringify(waiting.state));
    assert.ok(run.state.kind === "failed" && run.state.left === "task-running", JSON.stringify(run.state));
    assert.equal(bench.source().config.enableGtid, false);
    assert.equal(bench.subtask()?.stage, "Running");
  });

  test("a downstream that is stopped in the middle leaves its rows as they were, and the run goes on when it is back", async () => {
    const id = await bench.approvedRun("switch-to-gtid", ABOUT);
    const other = await createConnection({ host: "127.0.0.1", port: real.downstream.port, user: "root" });
    other.on("error", () => {});
    await other.query("BEGIN");
    const row = `dm-medic shop ${await bench.store.kept.get(INSTALLATION)}`;
    await other.query("INSERT INTO dm_meta.dm_medic_fence (name, fence) VALUES (?, 0)", [row]);
    const carried = bench.finish(id);
    await bench.until("the rewrite waits for the fence", async () =>
      (await below("SHOW PROCESSLIST")).some(({ Info }) => /^INSERT IGNORE INTO .*dm_medic_fence/.test(String(Info))),
    );
    await real.downstream.restart();
    const waiting = await carried;

    assert.ok(waiting.state.kind === "needs-person" && waiting.state.left === "task-gone", JSON.stringify(waiting.state));
    await bench.executor.byPerson(id, OPERATOR, "go-on");
    const run = await bench.finish(id);

    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    await rowsAreEqual();
  });

  test("a downstream that became read-only after the stop takes no row (1290); when it is mended, Go on writes them once", async () => {
    const id = await bench.approvedRun("switch-to-gtid", ABOUT);
    await bench.executorOver(mortalOnceIs(bench.store, "start-source", "done")).goOn(bench.signal);
    const before = await checkpoint();
    await real.downstream.asRoot("SET GLOBAL read_only = 1");
    const waiting = await bench.finish(id).finally(() => real.downstream.asRoot("SET GLOBAL read_only = 0"));

    assert.ok(waiting.state.kind === "needs-person" && waiting.state.left === "task-gone", JSON.stringify(waiting.state));
    assert.match(waiting.state.why, /read-only/);
    assert.deepEqual(await checkpoint(), before);
    await bench.executor.byPerson(id, OPERATOR, "go-on");
    const run = await bench.finish(id);

    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    await rowsAreEqual();
  });

  test("a COMMIT that a real server carries out and whose reply is lost is found done, and is not made again", async () => {
    const id = await bench.approvedRun("switch-to-gtid", ABOUT);
    metaWay.cutAfter("COMMIT");

    const run = await bench.finish(id);

    assert.equal(metaWay.waiting(), 0);
    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.match(proofOf(run, "rewrite-checkpoint"), /the reply was lost/);
    await rowsAreEqual();
  });
});
