import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, beforeEach, describe, test } from "node:test";
import { createConnection } from "mysql2/promise";
import { createDownstreamProbe } from "../../../src/adapters/databases/downstream-probe.ts";
import { createMetaWriter } from "../../../src/adapters/databases/meta-writer.ts";
import type { DatabaseLogin, MetaChange, MetaDecision } from "../../../src/app/ports/databases.ts";
import type { CheckpointRow } from "../../../src/domain/binlog/checkpoint-row.ts";
import { rewriteRows, sameRows } from "../../../src/domain/binlog/rewrite-checkpoint.ts";
import { CHECKPOINT_COLUMNS, CHECKPOINT_COLUMNS_V1_0 } from "../../support/checkpoint-columns.ts";
import { type CuttingProxy, startCuttingProxy } from "../../support/cutting-proxy.ts";
import { type MariaDb, startMariaDb } from "../../support/mariadb.ts";
import { startMortalWire } from "../../support/mortal-wire.ts";
import { skipWithout } from "../../support/services.ts";

const signal = new AbortController().signal;
const TASK = "t-Ë!s`t";
const TABLE = "`dm_meta`.`t-Ë!s``t_syncer_checkpoint`";
const BACKUP = "bak_r7";
const place = { metaSchema: "dm_meta", task: TASK, source: "replica-1" };
describe("the fenced write of checkpoint rows, on a real MariaDB", { skip: skipWithout("mariadb"), timeout: 120_000 }, () => {
  let database: MariaDb;
  let proxy: CuttingProxy;
  let account: DatabaseLogin;
  const writer = (timeoutMs = 3_000) => createMetaWriter({ login: account, timeoutMs });
  const probe = () => createDownstreamProbe({ login: account, timeoutMs: 3_000 });
  const rowsNow = async (): Promise<readonly CheckpointRow[]> => {
    const answer = await probe().checkpointRows(place, signal);
    assert.equal(answer.kind, "known", JSON.stringify(answer));
    return answer.kind === "known" ? answer.value : [];
  };
  const aligned = (rows: readonly CheckpointRow[]): MetaDecision => {
    const rewritten = rewriteRows(rows, { form: "align" });
    if (rewritten.kind === "refused") return { kind: "refused", why: rewritten.why.key };
    return sameRows(rows, rewritten.rows) ? { kind: "already" } : { kind: "write", changes: rewritten.changes };
  };
  const change = (more: Partial<MetaChange> = {}, timeoutMs = 3_000) =>
    writer(timeoutMs).change({ place, backupTable: BACKUP, fence: { name: "shop", value: 5 }, decide: aligned, ...more }, signal);

  const whileLocked = async <T>(work: () => Promise<T>): Promise<T> => {
    const other = await createConnection({ ...account });
    try {
      await other.query("BEGIN");
      await other.query(`SELECT * FROM ${TABLE} WHERE id = 'replica-1' FOR UPDATE`);
      return await work();
    } finally {
      other.destroy();
    }
  };

  before(async () => {
    // The server's own limit is a day: a lock that a failed test left would hang the next one.
    database = await startMariaDb({ serverOptions: ["--lock-wait-timeout=20"] });
    proxy = await startCuttingProxy(database.port);
    await database.asRoot("CREATE DATABASE dm_meta");
    account = await database.user("writer", ["GRANT SELECT, INSERT, UPDATE, CREATE ON dm_meta.*"]);
  });
  after(async () => {
    await proxy.stop();
    await database.stop();
  });
  beforeEach(async () => {
    for (const table of [TABLE, "`dm_meta`.`bak_r7`", "`dm_meta`.`dm_medic_fence`"])
      await database.asRoot(`DROP TABLE IF EXISTS ${table}`);
    await database.asRoot(`CREATE TABLE ${TABLE} (${CHECKPOINT_COLUMNS})`);
    const insert = `INSERT INTO ${TABLE} (id, cp_schema, cp_table, binlog_name, binlog_pos, binlog_gtid, table_info, is_global) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
    // As the lab found them (over-4gib-lab).
    for (const row of [
      ["replica-1", "", "", "mysql-bin|000001.000004", 894, "0-101-17", "null", 1],
      ["replica-1", "shop", "", "mysql-bin.000004", 4, "0-101-14", "null", 0],
      ["replica-1", "shop", "orders", "mysql-bin|000001.000004", 3_400_144_046, "0-101-18", '{"cols":[{"name":{"O":"id"}}]}', 0],
      ["replica-2", "", "", "mysql-bin.000009", 4_000, "0-202-1", "null", 1],
    ])
      await database.asRoot(insert, row);
    assert.deepEqual(await writer().prepare({ place, backupTable: BACKUP }, signal), { kind: "ready" });
  });

  test("whoever stands still inside the transaction loses it to the server, and its COMMIT comes to nothing", async () => {
    const before = await rowsNow();
    const wire = await startMortalWire();
    wire.leadsTo(database.port);
    try {
      const frozen = wire.holdNext("COMMIT");
      const slow = createMetaWriter({ login: { ...account, port: wire.port }, timeoutMs: 2_000 });
      const outcome = slow.change({ place, backupTable: BACKUP, fence: { name: "shop", value: 5 }, decide: aligned }, signal);
      await frozen.isHeld;

      // The next owner waits for the locks no longer than the server lets the other one stand still.
      const next = await change({ fence: { name: "shop", value: 6 }, decide: () => ({ kind: "already" }) }, 8_000);
      frozen.letGo();

      assert.equal(next.kind, "already", JSON.stringify(next));
      assert.ok(["unknown", "failed"].includes((await outcome).kind), JSON.stringify(await outcome));
      assert.deepEqual(await rowsNow(), before);
    } finally {
      await wire.stop();
    }
  });

  test("writes the rows of its source alone, keeps their images, and reads them back", async () => {
    const before = await rowsNow();
    const outcome = await change();

    assert.equal(outcome.kind, "written", JSON.stringify(outcome));
    if (outcome.kind !== "written") return;
    assert.ok(sameRows(outcome.before, before));
    assert.ok(sameRows(await rowsNow(), outcome.after));
    for (const row of outcome.after)
      assert.deepEqual([row.file, row.position, row.gtid], ["mysql-bin|000001.000004", 894, "0-101-17"]);
    assert.equal(outcome.after.find(({ table }) => table === "orders")?.tableInfo, '{"cols":[{"name":{"O":"id"}}]}');
    const kept = (await database.asRoot("SELECT binlog_pos AS p FROM dm_meta.bak_r7 ORDER BY p")) as { p: number }[];
    assert.deepEqual(
      kept.map(({ p }) => p),
      [4, 894, 3_400_144_046],
    );
    const [other] = (await database.asRoot(`SELECT binlog_pos AS p FROM ${TABLE} WHERE id = 'replica-2'`)) as { p: number }[];
    assert.equal(other?.p, 4_000);
  });

  test("asked again it is already so; a refusal and a changed mind write nothing", async () => {
    await change();
    assert.equal((await change()).kind, "already");

    const refused = await change({ decide: () => ({ kind: "refused", why: "somebody else was here" }) });
    assert.deepEqual(refused, { kind: "refused", why: "somebody else was here" });
  });

  test("an owner with an older fence is refused, also when it comes back to life after a newer one wrote", async () => {
    assert.equal((await change({ fence: { name: "shop", value: 6 } })).kind, "written");

    assert.deepEqual(await change({ fence: { name: "shop", value: 5 } }), { kind: "fenced-off", by: 6 });
    assert.equal((await change({ fence: { name: "elsewhere", value: 1 } })).kind, "already");
  });

  test("rows that somebody else has locked are not waited for for ever, and nothing is written", async () => {
    const outcome = await whileLocked(() => change({}, 700));

    assert.equal(outcome.kind, "failed", JSON.stringify(outcome));
    assert.equal((await rowsNow()).find(({ table }) => table === "orders")?.position, 3_400_144_046);
  });

  test("who waits for a lock is told by the server before its own time is over, and leaves no lock behind", async () => {
    const outcome = await whileLocked(() => change({}, 2_500));

    assert.match(outcome.kind === "failed" ? outcome.why : "", /lock wait timeout/i);
    assert.equal((await change()).kind, "written");
  });

  test("a connection that is killed in the middle has written nothing", async () => {
    const outcome = await change({
      decide(rows) {
        // Nothing else may run meanwhile, so another process does it.
        const kill = spawnSync(
          "mariadb",
          [
            "--no-defaults",
            "--host=127.0.0.1",
            `--port=${database.port}`,
            "--user=root",
            "--execute=KILL CONNECTION USER writer",
          ],
          { encoding: "utf8" },
        );
        assert.equal(kill.status, 0, kill.stderr);
        return aligned(rows);
      },
    });

    assert.equal(outcome.kind, "failed", JSON.stringify(outcome));
    assert.equal((await rowsNow()).find(({ table }) => table === "orders")?.position, 3_400_144_046);
  });

  test("a server that freezes in the middle costs the time-out, and nothing is written when it thaws", async () => {
    const began = performance.now();
    const outcome = await change(
      {
        decide(rows) {
          database.freeze();
          return aligned(rows);
        },
      },
      800,
    );
    const tookMs = performance.now() - began;
    database.thaw();

    assert.equal(outcome.kind, "failed", JSON.stringify(outcome));
    assert.ok(tookMs < 5_000, `${tookMs} ms`);
    assert.equal((await rowsNow()).find(({ table }) => table === "orders")?.position, 3_400_144_046);
  });

  test("who is told to give up before the COMMIT has written nothing", async () => {
    const giveUp = new AbortController();
    const outcome = await writer().change(
      {
        ...{ place, backupTable: BACKUP, fence: { name: "shop", value: 5 } },
        decide(rows) {
          giveUp.abort();
          return aligned(rows);
        },
      },
      giveUp.signal,
    );

    assert.equal(outcome.kind, "failed", JSON.stringify(outcome));
    assert.equal((await rowsNow()).find(({ table }) => table === "orders")?.position, 3_400_144_046);
  });

  test("images that a run kept are never written over: the same again is fine, others are refused", async () => {
    await change();
    await database.asRoot(`UPDATE ${TABLE} SET binlog_pos = 77 WHERE cp_table = 'orders'`);

    const other = await change();
    assert.match(other.kind === "refused" ? other.why : JSON.stringify(other), /bak_r7.*other images/);
    const kept = (await database.asRoot("SELECT binlog_pos AS p FROM dm_meta.bak_r7 WHERE cp_table = 'orders'")) as {
      p: number;
    }[];
    assert.deepEqual(
      kept.map(({ p }) => p),
      [3_400_144_046],
    );

    await database.asRoot(`UPDATE ${TABLE} t JOIN dm_meta.bak_r7 b USING (id, cp_schema, cp_table)
      SET t.binlog_name = b.binlog_name, t.binlog_pos = b.binlog_pos, t.binlog_gtid = b.binlog_gtid`);
    assert.equal((await change()).kind, "written");
  });

  test("what does not read back as it was to be written is rolled back", async () => {
    for (const wrong of [
      { schema: "shop", table: "gone", file: "mysql-bin.000004", position: 4, gtid: undefined },
      { schema: "", table: "", file: "mysql-bin.000004", position: 2 ** 32, gtid: undefined },
      { schema: "", table: "", file: "x".repeat(200), position: 4, gtid: undefined },
    ]) {
      const outcome = await change({ decide: () => ({ kind: "write", changes: [wrong] }) });
      assert.equal(outcome.kind, "failed", JSON.stringify(outcome));
    }
    const [global] = await rowsNow();
    assert.deepEqual([global?.file, global?.position], ["mysql-bin|000001.000004", 894]);
  });

  test("a fence whose name does not fit is no fence", async () => {
    const outcome = await change({ fence: { name: "x".repeat(200), value: 1 } });

    assert.match(outcome.kind === "failed" ? outcome.why : JSON.stringify(outcome), /fence/);
  });

  test("two owners at once: one after the other, and the older one loses wherever it stands", async () => {
    const [newer, older] = await Promise.all([
      change({ fence: { name: "both", value: 9 } }),
      change({ fence: { name: "both", value: 8 } }),
    ]);

    assert.ok(newer.kind === "written" || newer.kind === "already", JSON.stringify(newer));
    assert.ok(["written", "fenced-off"].includes(older.kind), JSON.stringify(older));
    assert.deepEqual(await change({ fence: { name: "both", value: 8 } }), { kind: "fenced-off", by: 9 });
  });

  test("times are told in UTC whatever the server's zone, and stay when nothing is written", async () => {
    await database.asRoot("SET GLOBAL time_zone = '+09:00'");
    await database.asRoot(`UPDATE ${TABLE} SET update_time = FROM_UNIXTIME(1795600000) WHERE id = 'replica-1'`);

    const [global] = await rowsNow();
    await database.asRoot("SET GLOBAL time_zone = 'SYSTEM'");

    assert.equal(global?.updatedAt, new Date(1_795_600_000_000).toISOString().slice(0, 19).replace("T", " "));
  });

  test("names are only names: backticks, quotes, backslashes, also where the server takes a backslash for text", async () => {
    await database.asRoot("SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES'");
    const odd = { ...place, source: "x' OR 1=1 -- \\" };
    const answer = await probe().checkpointRows(odd, signal);
    const none = await probe().checkpointRows({ ...place, task: "`; DROP TABLE x; --" }, signal);
    await database.asRoot("SET GLOBAL sql_mode = DEFAULT");

    assert.deepEqual(answer, { kind: "known", value: [] });
    assert.deepEqual(none, { kind: "known", value: [] });
  });

  test("a database that goes away before the COMMIT has written nothing; a reply to the COMMIT that is lost is unknown, then already so", async () => {
    account = { ...account, port: proxy.port };
    proxy.cutAfter("UPDATE `dm_meta`.`t-");
    assert.equal((await change()).kind, "failed");
    assert.equal((await rowsNow()).find(({ table }) => table === "orders")?.position, 3_400_144_046);

    proxy.cutAfter("COMMIT");
    assert.equal((await change()).kind, "unknown");
    assert.equal((await change()).kind, "already");
    account = { ...account, port: database.port };
  });

  test("v1.0's table, which has no GTIDs, is read and rewritten", async () => {
    await database.asRoot(`DROP TABLE ${TABLE}`);
    await database.asRoot(`CREATE TABLE ${TABLE} (${CHECKPOINT_COLUMNS_V1_0})`);
    await database.asRoot(
      `INSERT INTO ${TABLE} (id, cp_schema, cp_table, binlog_name, binlog_pos, is_global) VALUES ('replica-1', '', '', 'mysql-bin|000001.000001', 305228545, 1)`,
    );
    await database.asRoot("DROP TABLE dm_meta.bak_r7");
    await writer().prepare({ place, backupTable: BACKUP }, signal);

    const outcome = await change({
      decide(rows) {
        assert.equal(rows[0]?.gtid, null);
        const rewritten = rewriteRows(rows, { form: "rewind", file: "mysql-bin.000001", previousGtids: null });
        return rewritten.kind === "changes" ? { kind: "write", changes: rewritten.changes } : { kind: "refused", why: "" };
      },
    });

    assert.equal(outcome.kind, "written", JSON.stringify(outcome));
    assert.deepEqual(
      (await rowsNow()).map(({ file, position }) => [file, position]),
      [["mysql-bin|000001.000001", 4]],
    );
  });

  test("an account says which right it lacks before anything is written", async () => {
    const rights: readonly [name: string, grants: readonly string[]][] = [
      ["reader", ["GRANT SELECT ON dm_meta.*"]],
      ["creator", ["GRANT SELECT, CREATE ON dm_meta.*"]],
      ["inserter", ["GRANT SELECT, CREATE, INSERT ON dm_meta.*"]],
      ["fencer", ["GRANT SELECT, CREATE, INSERT ON dm_meta.*", "GRANT UPDATE ON dm_meta.dm_medic_fence"]],
    ];
    for (const [name, grants] of rights) {
      const login = await database.user(name, grants);
      const prepared = await createMetaWriter({ login, timeoutMs: 3_000 }).prepare({ place, backupTable: BACKUP }, signal);
      assert.equal(prepared.kind, "refused", `${name}: ${JSON.stringify(prepared)}`);
      if (prepared.kind === "refused") assert.equal(prepared.lacks, "SELECT, INSERT, UPDATE, CREATE ON `dm_meta`.*");
    }
  });

  test("a meta schema without the tables has nothing unfinished, no rows, and no backup", async () => {
    const none = { ...place, task: "never-started" };

    assert.deepEqual(await probe().unfinishedDdl(none, signal), { kind: "known", value: { onlineDdls: 0, shardGroups: 0 } });
    assert.deepEqual(await probe().checkpointRows(none, signal), { kind: "known", value: [] });
    assert.equal((await probe().globalCheckpoint(none, signal)).kind, "no-table");
    assert.equal((await writer().prepare({ place: none, backupTable: "bak_none" }, signal)).kind, "failed");
  });

  test("open shard groups and online DDLs under way are counted for the source alone", async () => {
    await database.asRoot("CREATE TABLE IF NOT EXISTS dm_meta.`t-Ë!s``t_onlineddl` (id VARCHAR(32), ghost_table VARCHAR(128))");
    await database.asRoot(
      "CREATE TABLE IF NOT EXISTS dm_meta.`t-Ë!s``t_syncer_sharding_meta` (source_id VARCHAR(32), active_index INT)",
    );
    await database.asRoot("INSERT INTO dm_meta.`t-Ë!s``t_onlineddl` VALUES ('replica-1', '_a_gho'), ('replica-2', '_b_gho')");
    await database.asRoot("INSERT INTO dm_meta.`t-Ë!s``t_syncer_sharding_meta` VALUES ('replica-1', 0), ('replica-1', 2)");

    const unfinished = await probe().unfinishedDdl(place, signal);
    assert.deepEqual(unfinished, { kind: "known", value: { onlineDdls: 1, shardGroups: 1 } });
  });
});
