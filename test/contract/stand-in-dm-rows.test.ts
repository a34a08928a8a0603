import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { createConnection } from "mysql2/promise";
import { type Lab, type LabOptions, startLab } from "../support/dm-lab.ts";

/** What over-4gib-lab.md and dm-facts.md measured on a real DM, rule by rule. */
let lab: Lab;
const open = async (options: LabOptions = {}): Promise<Lab> => {
  lab = await startLab(options);
  return lab;
};
afterEach(() => lab.end());
const stage = () => lab.subtask()?.stage;
const listed = ({ subTaskStatus }: Record<string, unknown>) => (subTaskStatus as object[]).length;
const codes = () => lab.subtask()?.errors.map(({ code }) => code);

describe("a file over 4 GiB read from the upstream by positions", () => {
  test("loses the row past 4 GiB without a word: Running, synced, no error", async () => {
    await open();
    await lab.start();
    await lab.writeHuge();
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));
    await lab.pass(2);

    assert.deepEqual(await lab.ids(), [1, 2, 200, 202]);
    assert.deepEqual([stage(), lab.subtask()?.synced, codes()], ["Running", true, []]);
  });

  test("while the giant transaction is read the table's row stands inside it, the global row before it", async () => {
    await open();
    await lab.start();
    await lab.pass(1);
    const before = (await lab.checkpoint())[0]!;
    await lab.writeHuge();
    await lab.passUntil("row A arrived", async () => (await lab.ids()).includes(200));
    await lab.stopTask();

    const [global, schema, orders] = await lab.checkpoint();
    assert.deepEqual(global, before);
    assert.deepEqual([schema?.of, schema?.file], ["shop.(schema)", "mysql-bin.000001"]);
    assert.equal(orders?.of, "shop.orders");
    assert.ok(orders.position > 3.4e9 && orders.position < 2 ** 32);
    assert.notEqual(orders.gtid, global?.gtid);
  });

  test("updates and deletes past 4 GiB are lost likewise", async () => {
    await open();
    await lab.start();
    await lab.world.writeHugeTransaction("replica-1", {
      before: ["INSERT INTO shop.orders VALUES (200, 'A')"],
      past: ["UPDATE shop.orders SET note = 'changed' WHERE id = 1", "DELETE FROM shop.orders WHERE id = 2"],
      next: ["INSERT INTO shop.orders VALUES (202, 'C')"],
    });
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));

    assert.deepEqual(await lab.ids(), [1, 2, 200, 202]);
    const [rows] = await lab.db.query("SELECT note FROM shop.orders WHERE id = 1");
    assert.deepEqual(JSON.parse(JSON.stringify(rows)), [{ note: "one" }]);
  });

  test("a table that the transaction touches only past 4 GiB keeps its row: its own point lies before", async () => {
    await open();
    await lab.world.write("replica-1", ["CREATE TABLE shop.late (id INT PRIMARY KEY)"]);
    await lab.start();
    await lab.pass(1);
    await lab.world.writeHugeTransaction("replica-1", {
      before: ["INSERT INTO shop.orders VALUES (200, 'A')"],
      past: ["INSERT INTO shop.late VALUES (1)"],
    });
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));

    const [rows] = await lab.db.query("SELECT id FROM shop.late");
    assert.deepEqual(JSON.parse(JSON.stringify(rows)), [{ id: 1 }]);
  });

  test("the FAQ's rewind replays the file: row A comes, row B does not", async () => {
    await open();
    await lab.start();
    await lab.writeHuge();
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));
    await lab.stopTask();
    await lab.db.query("DELETE FROM shop.orders WHERE id = 200");
    await lab.setRows("binlog_name = 'mysql-bin.000002', binlog_pos = 4");
    const answer = await lab.start({ isSafe: true });
    await lab.passUntil("the file is passed again", () => lab.isPast(lab.hugeFile));

    assert.equal((answer.sources as { result: boolean }[])[0]?.result, true);
    assert.deepEqual(await lab.ids(), [1, 2, 200, 202]);
  });
});

describe("a file over 4 GiB read by GTIDs", () => {
  test("loses nothing", async () => {
    await open({ enableGtid: true });
    await lab.start();
    await lab.writeHuge();
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));

    assert.deepEqual(await lab.ids(), [1, 2, 200, 201, 202]);
  });

  /** Read by positions up to row A, then the source is made to read by GTIDs. */
  async function stopInsideAndTurn(turn: "renewed" | "changed" | "transferred"): Promise<void> {
    await open();
    await lab.start();
    await lab.pass(1);
    await lab.writeHuge();
    await lab.passUntil("row A arrived", async () => (await lab.ids()).includes(200));
    await lab.stopTask();
    const from = { host: "127.0.0.1", port: lab.upstream!.port, user: "dm", password: "" };
    if (turn === "renewed") {
      await lab.call("PUT", "/apis/v1alpha1/sources", { op: 3, sourceID: ["replica-1"] });
      const config = `source-id: replica-1\nenable-gtid: true\nenable-relay: false\nfrom: ${JSON.stringify(from)}\n`;
      await lab.call("PUT", "/apis/v1alpha1/sources", { op: 1, config: [config] });
      return;
    }
    const changed = { source_name: "replica-1", ...from, enable_gtid: true, enable: true };
    await lab.call("PUT", "/api/v1/sources/replica-1", { source: changed });
    if (turn === "transferred") await lab.call("POST", "/api/v1/sources/replica-1/transfer", { worker_name: "worker2" });
  }

  for (const turn of ["renewed", "transferred"] as const)
    test(`after the source was ${turn}, table rows set to the global row lose nothing`, async () => {
      await stopInsideAndTurn(turn);
      await lab.alignToGlobal();
      await lab.start({ isSafe: true });
      await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));

      assert.deepEqual(await lab.ids(), [1, 2, 200, 201, 202]);
    });

  test("a table row left inside the giant transaction loses row B in GTID mode too", async () => {
    await stopInsideAndTurn("renewed");
    await lab.start({ isSafe: true });
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));

    assert.deepEqual(await lab.ids(), [1, 2, 200, 202]);
  });

  test("a setting that is only changed is not in force: the stream goes on by positions and loses row B", async () => {
    await stopInsideAndTurn("changed");
    await lab.alignToGlobal();
    await lab.start({ isSafe: true });
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));

    assert.equal(lab.source().config.enableGtid, true);
    assert.deepEqual(await lab.ids(), [1, 2, 200, 202]);
  });

  test("a worker that comes back reads the settings anew", async () => {
    await stopInsideAndTurn("changed");
    await lab.world.stopWorker("worker1");
    await lab.world.returnWorker("worker1");
    await lab.alignToGlobal();
    await lab.start({ isSafe: true });
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));

    assert.deepEqual(await lab.ids(), [1, 2, 200, 201, 202]);
  });

  test("rows at the file's head without a set panic with 36001; DM goes on by itself and loses row B", async () => {
    await stopInsideAndTurn("renewed");
    await lab.setRows("binlog_name = 'mysql-bin.000002', binlog_pos = 4, binlog_gtid = ''");
    const answer = await lab.start({ isSafe: true, meta: null });

    const [of] = answer.sources as { result: boolean; msg: string }[];
    assert.equal(of?.result, false);
    assert.match(of.msg, /code=36001.*table checkpoint .* less than global checkpoint/);
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));
    assert.deepEqual([stage(), codes()], ["Running", []]);
    assert.deepEqual(await lab.ids(), [1, 2, 200, 202]);
  });

  test("rows at the file's head with its previous set bring a lost row back", async () => {
    await open();
    await lab.start();
    await lab.writeHuge();
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));
    assert.deepEqual(await lab.ids(), [1, 2, 200, 202]);
    await lab.stopTask();
    await lab.call("PUT", "/apis/v1alpha1/sources", { op: 3, sourceID: ["replica-1"] });
    const from = { host: "127.0.0.1", port: lab.upstream!.port, user: "dm", password: "" };
    await lab.call("PUT", "/apis/v1alpha1/sources", {
      op: 1,
      config: [`source-id: replica-1\nenable-gtid: true\nfrom: ${JSON.stringify(from)}\n`],
    });
    const previous = lab.source().side.binlog.gtidText(lab.source().side.binlog.file(2)!.previousGtid);
    await lab.setRows(`binlog_name = 'mysql-bin.000002', binlog_pos = 4, binlog_gtid = '${previous}'`);
    const answer = await lab.start({
      isSafe: true,
      meta: { "binlog-name": "mysql-bin.000002", "binlog-pos": 4, "binlog-gtid": previous },
    });
    await lab.passUntil("the file is passed again", () => lab.isPast(lab.hugeFile));

    assert.equal((answer.sources as { result: boolean }[])[0]?.result, true);
    assert.deepEqual(await lab.ids(), [1, 2, 200, 201, 202]);
  });

  test("a table row behind the global row panics with 36001 as well", async () => {
    await open();
    await lab.start();
    await lab.pass(2);
    await lab.stopTask();
    await lab.setRows("binlog_name = 'mysql-bin.000001', binlog_pos = 4, binlog_gtid = ''", "cp_table = 'orders'");
    const answer = await lab.start();

    assert.match(JSON.stringify(answer.sources), /code=36001/);
    assert.deepEqual([stage(), codes()], ["Paused", [36001]]);
    await lab.passUntil("DM resumes by itself", () => stage() === "Running");
  });
});

describe("checkpoint rows", () => {
  test("are made in the form of the version, with the tables that belong to them", async () => {
    await open();
    await lab.start();
    await lab.pass(1);
    const [columns] = await lab.db.query(
      "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'dm_meta' AND table_name = 'dm_test_syncer_checkpoint' ORDER BY ordinal_position",
    );
    assert.deepEqual(
      (columns as { name: string }[]).map(({ name }) => name),
      [
        ...["id", "cp_schema", "cp_table", "binlog_name", "binlog_pos", "binlog_gtid", "exit_safe_binlog_name"],
        ...["exit_safe_binlog_pos", "exit_safe_binlog_gtid", "table_info", "is_global", "create_time", "update_time"],
      ],
    );
    const [tables] = await lab.db.query("SHOW TABLES FROM dm_meta");
    assert.deepEqual(
      (tables as object[]).flatMap((row) => Object.values(row)),
      ["dm_test_syncer_checkpoint", "dm_test_onlineddl", "dm_test_syncer_sharding_meta"],
    );
    const [info] = await lab.db.query(
      "SELECT table_info AS info FROM dm_meta.dm_test_syncer_checkpoint WHERE cp_table = 'orders'",
    );
    const { cols } = JSON.parse((info as { info: string }[])[0]!.info) as { cols: { name: { O: string } }[] };
    assert.deepEqual(
      cols.map(({ name }) => name.O),
      ["id", "note"],
    );
  });

  test("of v1.0 know neither GTIDs nor table structures", async () => {
    await open({ version: "v1.0.7", freeWorkers: 0 });
    await lab.start();
    await lab.pass(1);
    assert.deepEqual(
      (await lab.checkpoint()).map(({ of, gtid }) => [of, gtid]),
      [
        ["global", ""],
        ["shop.(schema)", ""],
        ["shop.orders", ""],
      ],
    );
    const [columns] = await lab.db.query("SHOW COLUMNS FROM dm_meta.dm_test_syncer_checkpoint");
    assert.equal((columns as object[]).length, 8);
  });

  const ways: Readonly<Record<string, { readonly rereads: boolean; readonly go: () => Promise<unknown> }>> = {
    "a pause and a resume": {
      rereads: false,
      go: async () => lab.call("PUT", "/apis/v1alpha1/tasks/dm_test", { op: 3 }),
    },
    "OpenAPI's stop and start": { rereads: false, go: async () => lab.call("POST", "/api/v1/tasks/dm_test/start", {}) },
    "a transfer": {
      rereads: true,
      go: async () => {
        await lab.call("POST", "/api/v1/sources/replica-1/transfer", { worker_name: "worker2" });
        await lab.call("PUT", "/apis/v1alpha1/tasks/dm_test", { op: 3 });
      },
    },
    "relay switched on": {
      rereads: true,
      go: async () => {
        await lab.call("POST", "/api/v1/sources/replica-1/relay/enable", {});
        await lab.call("PUT", "/apis/v1alpha1/tasks/dm_test", { op: 3 });
      },
    },
    "a crash of the worker": {
      rereads: true,
      go: async () => {
        lab.world.crashWorker("worker1");
        await lab.world.returnWorker("worker1");
        await lab.call("PUT", "/apis/v1alpha1/tasks/dm_test", { op: 3 });
      },
    },
  };
  for (const [name, { rereads, go }] of Object.entries(ways))
    test(`edited while the task is paused are ${rereads ? "read" : "not read"} after ${name}`, async () => {
      await open();
      await lab.start({ isSafe: true });
      await lab.pass(2);
      await lab.call("PUT", "/apis/v1alpha1/tasks/dm_test", { op: 2 });
      await lab.db.query("DELETE FROM shop.orders");
      await lab.setRows("binlog_name = 'mysql-bin.000001', binlog_pos = 4");
      await go();
      await lab.pass(3);

      assert.deepEqual(await lab.ids(), rereads ? [1, 2] : []);
    });

  test("edited before the worker let go are overwritten by its exit flush; the stop was answered long before", async () => {
    await open();
    await lab.start();
    await lab.pass(2);
    const before = await lab.checkpoint();
    await lab.call("PUT", "/apis/v1alpha1/tasks/dm_test", { op: 7 });
    const byTask = await lab.call("GET", "/apis/v1alpha1/status/dm_test");
    const bySource = await lab.status();
    await lab.setRows("binlog_pos = 4");
    await lab.passUntil("the worker let go", () => lab.subtask() === null);

    assert.match(String(byTask.msg), /not exist/);
    assert.equal(listed(bySource), 1);
    assert.deepEqual(listed(await lab.status()), 0);
    assert.deepEqual(await lab.checkpoint(), before);
  });
});

describe("DDL and rows that a table was given already", () => {
  test("are skipped up to the table's own point while the stream goes over them again", async () => {
    await open();
    await lab.start();
    await lab.pass(2);
    await lab.world.write("replica-1", ["ALTER TABLE shop.orders ADD COLUMN extra INT"]);
    await lab.world.write("replica-1", ["INSERT INTO shop.orders VALUES (3, 'three', 7)"]);
    await lab.pass(2);
    await lab.stopTask();
    await lab.db.query("DELETE FROM shop.orders WHERE id = 3");
    await lab.db.query("ALTER TABLE shop.orders DROP COLUMN extra");
    await lab.setRows("binlog_name = 'mysql-bin.000002', binlog_pos = 4", "is_global = 1");
    await lab.start();
    await lab.pass(3);

    assert.deepEqual([await lab.ids(), stage(), lab.subtask()?.synced], [[1, 2], "Running", true]);
  });

  test("a statement that the task does not replicate is passed over, a route leads elsewhere", async () => {
    await open();
    await lab.world.write("replica-1", ["CREATE DATABASE archive"]);
    await lab.world.write("replica-1", ["CREATE TABLE archive.old (id INT PRIMARY KEY)"]);
    await lab.start();
    await lab.pass(2);
    await assert.rejects(lab.db.query("SELECT * FROM archive.old"), { errno: 1049 });
    await lab.stopTask();
    const routed = lab
      .yaml()
      .replace("do-dbs:", "do-dbs:\n      - archive")
      .replace("syncer-config-name: sync", "syncer-config-name: sync\n    route-rules: [r]");
    const routes = "routes: { r: { schema-pattern: archive, target-schema: store } }\n";
    await lab.setRows("binlog_name = 'mysql-bin.000001', binlog_pos = 4");
    await lab.call("POST", "/apis/v1alpha1/tasks", { task: `${routed}${routes}` });
    await lab.pass(2);
    const [tables] = await lab.db.query("SHOW TABLES FROM store");
    assert.deepEqual(JSON.parse(JSON.stringify(tables)), [{ Tables_in_store: "old" }]);
  });
});

describe("rows that come twice", () => {
  /** Everything is downstream already; the rows are rewound to the second file's head. */
  async function replay(isSafe: boolean): Promise<void> {
    await open();
    await lab.start();
    await lab.pass(2);
    await lab.writeHuge();
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));
    await lab.stopTask();
    await lab.setRows("binlog_name = 'mysql-bin.000002', binlog_pos = 4");
    await lab.start({ isSafe });
  }

  test("meet 1062 when the automatic safe mode is over, and DM never resumes by itself", async () => {
    await replay(false);
    await lab.passUntil("it failed", () => stage() === "Paused");

    const [error] = lab.subtask()!.errors;
    assert.deepEqual([error?.code, error?.scope], [10006, "not-set"]);
    assert.match(String(error?.rawCause), /^Error 1062 \(23000\): Duplicate entry '200' for key 'orders\.PRIMARY/);
    assert.match(String(error?.message), /startLocation: \[position: \(mysql-bin.000002, \d+\), gtid-set: 0-101-\d+\]/);
    await lab.pass(400);
    assert.deepEqual([stage(), lab.subtask()?.isCanceled], ["Paused", false]);
  });

  test("replace what is there with safe mode on", async () => {
    await replay(true);
    await lab.passUntil("the file is passed again", () => lab.isPast(lab.hugeFile));
    assert.deepEqual([await lab.ids(), stage()], [[1, 2, 200, 202], "Running"]);
  });

  test("in safe mode an update replaces, and a table without key gets duplicates", async () => {
    await open();
    await lab.world.write("replica-1", ["CREATE TABLE shop.bare (note VARCHAR(10))"]);
    await lab.world.write("replica-1", [
      "INSERT INTO shop.bare VALUES ('x')",
      "UPDATE shop.orders SET note = 'new' WHERE id = 2",
    ]);
    await lab.start();
    await lab.pass(2);
    await lab.stopTask();
    await lab.db.query("DELETE FROM shop.orders WHERE id = 2");
    await lab.setRows("binlog_name = 'mysql-bin.000002', binlog_pos = 4");
    await lab.start({ isSafe: true });
    await lab.pass(3);

    const [bare] = await lab.db.query("SELECT note FROM shop.bare");
    const [orders] = await lab.db.query("SELECT note FROM shop.orders WHERE id = 2");
    assert.deepEqual(JSON.parse(JSON.stringify([bare, orders])), [[{ note: "x" }, { note: "x" }], [{ note: "new" }]]);
  });

  test("safe mode counts only in the syncer that the instance uses", async () => {
    await open();
    const yaml = lab.yaml({ isSafe: true }).replace("syncer-config-name: sync", "syncer-config-name: other");
    await lab.call("POST", "/apis/v1alpha1/tasks", { task: yaml });
    assert.equal(lab.world.tasks.get("dm_test")?.instances.get("replica-1")?.isSafe, false);
  });
});

describe("a file over 4 GiB and a relay", () => {
  const relayOf = async () => {
    const { sourceStatus, relayStatus } = (await lab.status()) as Record<
      string,
      { relayStatus?: unknown } & Record<string, unknown>
    >;
    return (relayStatus ?? sourceStatus?.relayStatus) as { stage: string; relayBinlog: string; result: unknown } & Record<
      string,
      unknown
    >;
  };
  const positionIn = (text: string): number => Number(/, (\d+)\)$/.exec(text)?.[1]);

  test("from v2.0 on it loops: the position rises, falls back, and its error shows for an instant only", async () => {
    await open({ relay: true, relayBytesPerSecond: 300_000_000 });
    await lab.start();
    await lab.writeHuge();
    const samples: { stage: string; position: number }[] = [];
    for (let count = 0; count < 60; count++) {
      await lab.pass(1);
      const { stage: shown, relayBinlog } = await relayOf();
      assert.match(relayBinlog, /^\(mysql-bin.000002, /);
      samples.push({ stage: shown, position: positionIn(relayBinlog) });
    }
    const failed = samples.filter((sample) => sample.stage === "Paused").length;
    const falls = samples.filter(({ position }, index) => index > 0 && position < samples[index - 1]!.position).length;
    assert.ok(failed > 0 && failed < samples.length / 3, `${failed} of ${samples.length} samples show the error`);
    assert.ok(falls >= 3, `${falls} falls`);
    assert.deepEqual(await lab.ids(), [1, 2, 200]);
    assert.deepEqual([stage(), lab.subtask()?.synced], ["Running", false]);
    const { sync } = ((await lab.status()).subTaskStatus as unknown as { sync: Record<string, string> }[])[0]!;
    assert.equal(sync.binlogType, "local");
    assert.match(String(sync.syncerBinlog), /^\(mysql-bin\|000001\.000002, /);
  });

  test("its error names the file, in the gateway and never in OpenAPI", async () => {
    await open({ relay: true, checkEnable: false });
    await lab.start();
    await lab.writeHuge();
    await lab.passUntil("relay failed", () => lab.source().relay?.stage === "Paused");

    const { result } = await relayOf();
    assert.match(JSON.stringify(result), /"ErrCode":30029.*event from \d+ in .*mysql-bin.000002 diff from passed-in event/);
    assert.doesNotMatch(JSON.stringify(await lab.call("GET", "/api/v1/sources/replica-1/status")), /30029/);
  });

  test("on v1.0 it stays paused with 30029, and the sync unit follows some seconds later with 11038", async () => {
    await open({ version: "v1.0.7", freeWorkers: 0 });
    await lab.start();
    await lab.writeHuge();
    await lab.passUntil("relay failed", () => lab.source().relay?.stage === "Paused");
    assert.equal(stage(), "Running");
    await lab.passUntil("the sync unit failed", () => stage() === "Paused", 10);
    await lab.pass(100);

    assert.deepEqual([codes(), lab.source().relay?.errors.map(({ code }) => code)], [[11038], [30029]]);
    assert.deepEqual(await lab.ids(), [1, 2, 200]);
  });

  test("repaired by hand, v8.1 loops on the copied file: Running, no error, a position that stands still", async () => {
    await open({ relay: true });
    await lab.start({ isSafe: true });
    await lab.writeHuge();
    await lab.passUntil("relay failed", () => lab.source().relay?.stage === "Paused");
    await lab.world.stopWorker("worker1");
    lab.world.repairRelay("replica-1");
    await lab.world.returnWorker("worker1");
    await lab.pass(200);

    assert.match((await relayOf()).relayBinlog, /000003/);
    assert.deepEqual([stage(), codes(), lab.subtask()?.sync?.flushed.global.file], ["Running", [], 2]);
    assert.ok(lab.subtask()!.sync!.resets > 3);
    assert.deepEqual(await lab.ids(), [1, 2, 200]);
  });

  test("repaired by hand, v1.0 stays at 11038 until its rows are rewound; then A and C arrive, B does not", async () => {
    await open({ version: "v1.0.7", freeWorkers: 0 });
    await lab.start();
    await lab.writeHuge();
    await lab.passUntil("the sync unit failed", () => stage() === "Paused");
    await lab.world.stopWorker("worker1");
    lab.world.repairRelay("replica-1");
    await lab.world.returnWorker("worker1");
    await lab.pass(5);
    assert.deepEqual([lab.source().relay?.stage, codes()], ["Running", [11038]]);

    await lab.stopTask();
    await lab.setRows("binlog_name = 'mysql-bin|000001.000002', binlog_pos = 4");
    await lab.start({ isSafe: true });
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));
    assert.deepEqual([await lab.ids(), stage()], [[1, 2, 200, 202], "Running"]);
  });

  test("switched off, the syncer reads the upstream; switched on again it begins where the task stands", async () => {
    await open({ relay: true });
    await lab.start();
    await lab.writeHuge();
    await lab.passUntil("relay failed", () => lab.source().relay?.stage === "Paused");
    await lab.call("POST", "/api/v1/sources/replica-1/relay/disable", { worker_name_list: [] });
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));
    assert.deepEqual(await lab.ids(), [1, 2, 200, 202]);

    await lab.call("POST", "/api/v1/sources/replica-1/relay/enable", {});
    assert.deepEqual([lab.source().relayFolder?.first, lab.source().relayFolder?.copied.size], [3, 0]);
    await lab.pass(2);
    assert.equal(lab.source().relay?.stage, "Running");
  });
});

describe("the road with the gateway alone, from the looping relay to the last row", () => {
  test("loses nothing, and the rows stand on the way where they were measured", async () => {
    await open({ relay: true, freeWorkers: 0, relayBytesPerSecond: 300_000_000 });
    await lab.start();
    await lab.pass(2);
    await lab.writeHuge();
    await lab.pass(40);
    assert.deepEqual(await lab.ids(), [1, 2, 200]);
    await lab.stopTask();
    const [global, schema, orders] = await lab.checkpoint();
    const [exit] = (
      await lab.db.query(
        "SELECT exit_safe_binlog_name AS name, exit_safe_binlog_gtid AS gtid FROM dm_meta.dm_test_syncer_checkpoint WHERE is_global = 1",
      )
    )[0] as { name: string; gtid: string }[];
    assert.deepEqual(
      [global?.file, schema?.file, orders?.file],
      ["mysql-bin|000001.000002", "mysql-bin.000001", "mysql-bin|000001.000002"],
    );
    assert.deepEqual(
      [orders!.position > 3.4e9, orders?.gtid, exit],
      [true, "0-101-5", { name: "mysql-bin|000001.000002", gtid: "0-101-5" }],
    );
    assert.equal(global?.gtid, "0-101-4");

    const sources = (body: object) => lab.call("PUT", "/apis/v1alpha1/sources", body);
    const from = { host: "127.0.0.1", port: lab.upstream!.port, user: "dm", password: "" };
    const settings = (gtid: boolean, relay: boolean) => [
      `source-id: replica-1\nenable-gtid: ${gtid}\nenable-relay: ${relay}\nfrom: ${JSON.stringify(from)}\n`,
    ];
    assert.equal((await sources({ op: 3, sourceID: ["replica-1"] })).result, true);
    assert.equal((await sources({ op: 1, config: settings(true, false) })).result, true);
    await lab.alignToGlobal();
    const meta = { "binlog-name": "mysql-bin.000002", "binlog-pos": global!.position, "binlog-gtid": global!.gtid };
    assert.equal((await lab.start({ isSafe: true, meta })).result, true);
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));
    assert.deepEqual(await lab.ids(), [1, 2, 200, 201, 202]);

    await lab.stopTask();
    await sources({ op: 3, sourceID: ["replica-1"] });
    await sources({ op: 1, config: settings(false, true) });
    assert.equal((await lab.start()).result, true);
    await lab.world.write("replica-1", ["INSERT INTO shop.orders VALUES (203, 'D')"]);
    await lab.passUntil("a new row arrives through the relay", async () => (await lab.ids()).includes(203), 120);
    assert.deepEqual([lab.source().relay?.stage, stage(), lab.subtask()?.errors], ["Running", "Running", []]);
  });
});

describe("statements that DM does not take", () => {
  const refuse = async (): Promise<void> => {
    await open();
    await lab.start();
    await lab.pass(2);
    await lab.world.writeRefusedDdl("replica-1", "ALTER TABLE shop.orders ADD COLUMN extra INT");
    await lab.world.write("replica-1", ["INSERT INTO shop.orders VALUES (3, 'three', 7)"]);
    await lab.pass(1);
  };
  const handle = (op: number, more: object = {}) => lab.call("PUT", "/apis/v1alpha1/errors", { op, task: "dm_test", ...more });
  const answers = async (op: number, more?: object) =>
    ((await handle(op, more)).sources as { result: boolean; msg: string }[])[0];

  test("pause the subtask with 44006; skipped, the downstream misses them", async () => {
    await refuse();
    assert.deepEqual([stage(), codes()], ["Paused", [44006]]);
    assert.equal((await answers(1))?.result, true);
    await lab.passUntil("the next row failed", () => codes()?.[0] === 10006, 10);

    assert.match(String(lab.subtask()?.errors[0]?.rawCause), /Error 1054 .*extra/);
  });

  test("replaced, what was given is run instead; what is ahead is listed, what is passed can not be taken back", async () => {
    await refuse();
    assert.deepEqual(await answers(5), { result: true, msg: "[]", source: "replica-1", worker: "worker1" });
    await lab.call("PUT", "/apis/v1alpha1/errors", {
      op: 2,
      task: "dm_test",
      sqls: ["ALTER TABLE orders ADD COLUMN extra BIGINT"],
    });
    assert.match(String((await answers(5))?.msg), /"op":"replace"/);
    await lab.pass(2);

    assert.deepEqual([stage(), await lab.ids()], ["Running", [1, 2, 3]]);
    assert.deepEqual(await answers(3), {
      result: false,
      msg: "source 'replica-1' has no error",
      source: "replica-1",
      worker: "",
    });
    assert.equal((await answers(5))?.msg, "[]");
  });

  test("a replacement that fails too is taken back while the statement still fails", async () => {
    await refuse();
    await answers(2, { sqls: ["ALTER TABLE orders DROP COLUMN nothing_like_it, ADD COLUMN"] });
    await lab.passUntil("it failed", () => codes()?.[0] === 10006, 10);
    assert.equal((await answers(3))?.result, true);
    await lab.passUntil("the statement itself failed again", () => codes()?.[0] === 44006, 10);
  });

  test("a DDL that the downstream refuses by itself pauses the subtask as well", async () => {
    await open();
    await lab.start();
    await lab.pass(2);
    await lab.db.query("DROP TABLE shop.orders");
    await lab.world.write("replica-1", ["ALTER TABLE shop.orders ADD COLUMN extra INT"]);
    await lab.pass(1);

    assert.deepEqual([stage(), codes()], ["Paused", [10006]]);
    assert.match(String(lab.subtask()?.errors[0]?.rawCause), /Error 1146/);
  });
});

describe("what a start needs", () => {
  const isRefused = (answer: Record<string, unknown>) => [
    answer.result,
    /code=(\d+)/.exec(`${answer.msg} ${answer.checkResult}`)?.[1],
  ];

  test("a place: without a checkpoint and without meta it is refused with 20022", async () => {
    await open();
    assert.deepEqual(isRefused(await lab.start({ meta: null })), [false, "20022"]);
    assert.equal(lab.world.tasks.size, 0);
  });

  test("meta that is still on the upstream: refused with 26005, and the task that was stopped stays gone", async () => {
    await open({ enableGtid: true });
    await lab.start();
    await lab.pass(2);
    await lab.stopTask();
    lab.upstream!.purgeBefore(2);

    assert.deepEqual(isRefused(await lab.start()), [false, "26005"]);
    assert.match(String((await lab.call("GET", "/apis/v1alpha1/status/dm_test")).msg), /not exist/);
    const good = { "binlog-name": "mysql-bin.000002", "binlog-pos": 4, "binlog-gtid": lab.source().side.binlog.gtidText(3) };
    assert.equal((await lab.start({ meta: good })).result, true);
  });

  test("meta is used only where no checkpoint is", async () => {
    await open();
    await lab.start();
    await lab.pass(2);
    await lab.stopTask();
    await lab.db.query("DELETE FROM shop.orders");
    await lab.start();
    await lab.pass(3);
    assert.deepEqual(await lab.ids(), []);
  });

  test("a binlog that is there: purged, it pauses with 36069 and is never resumed", async () => {
    await open();
    await lab.start();
    await lab.pass(2);
    await lab.call("PUT", "/apis/v1alpha1/tasks/dm_test", { op: 2 });
    await lab.source().side.rotate();
    lab.upstream!.purgeBefore(3);
    lab.world.crashWorker("worker1");
    await lab.world.returnWorker("worker1");
    await lab.call("PUT", "/apis/v1alpha1/tasks/dm_test", { op: 3 });
    await lab.pass(400);

    const [error] = lab.subtask()!.errors;
    assert.deepEqual([stage(), error?.code], ["Paused", 36069]);
    assert.match(String(error?.rawCause), /1236.*Could not find first log file name in binary log index file/);
  });
});

describe("a downstream that dies and comes back", () => {
  test("is met as a broken connection first, then as a refused one, then DM goes on where it was", async () => {
    await open();
    await lab.start();
    await lab.pass(2);
    await lab.downstream!.die();
    await lab.world.write("replica-1", ["INSERT INTO shop.orders VALUES (3, 'three')"]);
    await lab.pass(1);
    const first = lab.subtask()!.errors[0]!;
    await lab.passUntil("it tried again", () => codes()?.[0] === 10001);
    await lab.downstream!.comeBack();
    await lab.passUntil("it goes on", () => stage() === "Running" && lab.subtask()?.synced === true);

    assert.deepEqual([first.code, first.rawCause], [10006, "invalid connection"]);
    const again = await createConnection({
      host: "127.0.0.1",
      port: lab.downstream!.port,
      user: "root",
    });
    const [rows] = await again.query("SELECT id FROM shop.orders ORDER BY id");
    again.destroy();
    assert.deepEqual(
      (rows as { id: number }[]).map(({ id }) => id),
      [1, 2, 3],
    );
  });
});

describe("what the upstream shows of DM", () => {
  for (const { flavor, enableGtid, command } of [
    { flavor: "mysql", enableGtid: true, command: "Binlog Dump GTID" },
    { flavor: "mysql", enableGtid: false, command: "Binlog Dump" },
    { flavor: "mariadb", enableGtid: true, command: "Binlog Dump" },
  ] as const)
    test(`${flavor}, GTIDs ${enableGtid ? "on" : "off"}: a stream called ${command}`, async () => {
      await open({ flavor, enableGtid });
      await lab.start(enableGtid && flavor === "mysql" ? { meta: { "binlog-name": "mysql-bin.000001", "binlog-pos": 4 } } : {});
      await lab.pass(2);
      const upstream = await createConnection({
        host: "127.0.0.1",
        port: lab.upstream!.port,
        user: "probe",
      });
      const [rows] = await upstream.query(
        "SELECT command AS command FROM information_schema.processlist WHERE command LIKE 'Binlog%'",
      );
      upstream.destroy();
      assert.deepEqual(JSON.parse(JSON.stringify(rows)), [{ command }]);
      const global = (await lab.checkpoint())[0]!;
      assert.match(global.gtid, flavor === "mysql" ? /^[0-9a-f-]{36}:1-\d+$/ : /^0-101-\d+$/);
    });
});
