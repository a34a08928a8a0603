import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { RowDataPacket } from "mysql2/promise";
import { createRowWriter } from "../../../src/adapters/databases/row-writer.ts";
import { type CopyParts, copyMissingRows } from "../../../src/app/compare/copy-missing-rows.ts";
import { readDifferences } from "../../../src/app/compare/read-differences.ts";
import { undoCopiedRows } from "../../../src/app/compare/undo-copied-rows.ts";
import type { RowWriter } from "../../../src/app/ports/rows.ts";
import { type Comparison, verdictOf } from "../../../src/domain/comparison/comparison.ts";
import { renderCsv, renderSql } from "../../../src/domain/comparison/render-differences.ts";
import { countRows, newRowCopy, type RowCopy } from "../../../src/domain/comparison/row-copy.ts";
import { startLateReplica } from "../../support/late-replica.ts";
import { someRules } from "../../support/row-rules.ts";
import { type RowStage, startRowStage } from "../../support/row-stage.ts";
import { skipWithout } from "../../support/services.ts";

/** Every kind that came up, with its number. */
const counted = (copy: RowCopy) => Object.fromEntries(Object.entries(countRows(copy)).filter(([, count]) => count > 0));

describe("copy-missing-rows on two real servers", { skip: skipWithout("mariadb"), timeout: 170_000 }, () => {
  let stage: RowStage;
  let writer: RowWriter;
  before(async () => {
    stage = await startRowStage();
    const login = { host: "127.0.0.1", port: stage.downServer.port, user: "medic", password: "medic-secret" };
    writer = createRowWriter({ login, connectTimeoutMs: 2_000, statementTimeoutMs: 5_000 });
  });
  after(async () => {
    await writer?.close();
    await stage?.stop();
  });
  beforeEach(async () => {
    await stage.both("DROP DATABASE IF EXISTS shop; CREATE DATABASE shop; USE shop");
    await stage.down.query(
      "DROP DATABASE IF EXISTS dm_meta; CREATE DATABASE dm_meta; CREATE TABLE dm_meta.dm_medic_fence (name VARCHAR(180) PRIMARY KEY, fence BIGINT NOT NULL)",
    );
  });

  const fence = { metaSchema: "dm_meta", name: "active", value: 7 };
  const parts = (more: Partial<CopyParts> = {}): CopyParts => ({
    ...stage.parts(),
    writer,
    fence,
    ...more,
    keep: more.keep ?? (async () => {}),
  });
  const copyOf = (comparison: Comparison): RowCopy => {
    const copy = newRowCopy(comparison, { at: 1, atMostSeconds: 60 });
    assert.ok(copy.kind === "row-copy", JSON.stringify(copy));
    return copy;
  };
  const dump = async (side: "up" | "down", table = "t"): Promise<string> => {
    const [rows] = await stage[side].query<RowDataPacket[]>(`SELECT * FROM ${table} ORDER BY 1`);
    return JSON.stringify(rows);
  };

  test("brings back rows of every type exactly, and nothing else", async () => {
    await stage.both(
      "CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, n BIGINT UNSIGNED, z INT(5) UNSIGNED ZEROFILL, b BIT(9), y YEAR, d DECIMAL(20,6), f FLOAT, x DOUBLE, day DATE, at DATETIME(3), ts TIMESTAMP(6) NULL, tm TIME(1), s VARCHAR(90) COLLATE utf8mb4_unicode_ci, l VARCHAR(20) CHARACTER SET latin1, e ENUM('a','ä'), o SET('x','y'), r BINARY(4), v VARBINARY(9), big LONGBLOB, g BIGINT AS (id + 1) VIRTUAL)",
    );
    const columns = "(id, n, z, b, y, d, f, x, day, at, ts, tm, s, l, e, o, r, v, big)";
    await stage.both(
      `INSERT INTO t ${columns} VALUES (0, 18446744073709551615, 42, b'101', 1999, -1.5, 16777217, 0.1, '0000-00-00', '2024-02-30 00:00:00', '2024-01-01 00:00:00.123456', '-838:59:59', 'it''s \\\\ "q" 😀 \\n', 'café', 'ä', 'x,y', X'00', X'00FF', REPEAT(X'1F27', 70000)), (2, 1, 1, 1, 2024, 1, 1e-30, 1e300, '2024-01-01', '2024-01-01', NULL, '1:00', '', '', 'a', '', '', '', '')`.replace(
        "2024-02-30",
        "2024-02-28",
      ),
    );
    await stage.both(`INSERT INTO t ${columns} VALUES (3${", NULL".repeat(18)})`);
    await stage.down.query("DELETE FROM t");

    const copied = await copyMissingRows(parts(), copyOf(await stage.compare()));

    assert.deepEqual([copied.ended?.kind, counted(copied)], ["finished", { proven: 3 }]);
    assert.equal(await dump("down"), await dump("up"));
    assert.deepEqual(verdictOf(await stage.compare()), { kind: "equal" });
  });

  test("leaves differing and extra rows as they are", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2)");
    await stage.down.query("DELETE FROM t WHERE id = 1; UPDATE t SET v = 9 WHERE id = 2; INSERT INTO t VALUES (3, 3)");

    await copyMissingRows(parts(), copyOf(await stage.compare()));

    assert.equal(
      await dump("down"),
      JSON.stringify([
        { id: 1, v: 1 },
        { id: 2, v: 9 },
        { id: 3, v: 3 },
      ]),
    );
  });

  test("leaves a row alone that appeared meanwhile, one that is gone, and one that another unique key refuses", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY, u INT, UNIQUE (u)); INSERT INTO t SELECT seq, seq FROM seq_1_to_4");
    await stage.down.query("DELETE FROM t");
    const copy = copyOf(await stage.compare());
    await stage.down.query("INSERT INTO t VALUES (1, 100), (9, 3)");
    await stage.up.query("DELETE FROM t WHERE id = 2");

    const copied = await copyMissingRows(parts(), copy);

    assert.deepEqual(counted(copied), { "there-already": 2, "gone-upstream": 1, proven: 1 });
    assert.equal(
      await dump("down"),
      JSON.stringify([
        { id: 1, u: 100 },
        { id: 4, u: 4 },
        { id: 9, u: 3 },
      ]),
    );
  });

  test("refuses a row that does not fit, and brings the others", async () => {
    await stage.up.query(
      "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(9)); INSERT INTO t VALUES (1, 'a'), (2, 'too long'), (3, 'c')",
    );
    await stage.down.query("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(3))");

    const copied = await copyMissingRows(parts(), copyOf(await stage.compare()));

    assert.deepEqual(counted(copied), { proven: 2, refused: 1 });
    assert.equal(
      await dump("down"),
      JSON.stringify([
        { id: 1, v: "a" },
        { id: 3, v: "c" },
      ]),
    );
  });

  test("takes back a row that the upstream deleted while it was inserted, and renews one that it changed", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)");
    await stage.down.query("DELETE FROM t");
    const copy = copyOf(await stage.compare());
    let once = true;
    /** The upstream moves right before the INSERT; DM's own DELETE and UPDATE find no row below. */
    const racing: RowWriter = {
      ...writer,
      async insert(call, signal) {
        if (once) await stage.up.query("DELETE FROM t WHERE id = 1; UPDATE t SET v = 20 WHERE id = 2");
        once = false;
        return writer.insert(call, signal);
      },
    };

    const copied = await copyMissingRows(parts({ writer: racing }), copy);

    assert.deepEqual(counted(copied), { "taken-back": 1, proven: 2 });
    assert.equal(await dump("down"), await dump("up"));
  });

  test("brings rows back while others move and replication is late", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t SELECT seq, seq FROM seq_1_to_400");
    const replica = startLateReplica(stage, 60);
    for (let id = 1001; id <= 1060; id++) await replica.write(`INSERT INTO t VALUES (${id}, 1)`, "lost");
    await replica.caughtUp();
    const copy = copyOf(await stage.compare({ parts: { hasPassed: replica.hasPassed } }));
    let running = true;
    const traffic = (async () => {
      for (let at = 0; running; at++) {
        await replica.write(`UPDATE t SET v = v + 1 WHERE id = ${(at % 400) + 1}`);
        if (at % 5 === 0) await replica.write(`UPDATE t SET v = v + 1 WHERE id = ${1001 + (at % 60)}`);
      }
    })();

    const copied = await copyMissingRows(parts({ hasPassed: replica.hasPassed }), copy);

    running = false;
    await traffic;
    await replica.caughtUp();
    await replica.stop();
    const { proven = 0, "changed-since": since = 0, "kept-changing": changing = 0 } = counted(copied);
    assert.equal(proven + since + changing, 60, JSON.stringify(counted(copied)));
    const neverInserted = copied.tables[0]!.rows.filter(
      ({ state }) => state.kind === "kept-changing" && state.fingerprint === null,
    );
    const after = await stage.compare();
    assert.equal(after.tables[0]!.counts.missing, neverInserted.length, "only what never stood still may be missing yet");
  });

  test("is undone to the row: what it inserted goes while it is unchanged, everything else stays", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t SELECT seq, seq FROM seq_1_to_5");
    await stage.down.query("DELETE FROM t WHERE id < 5");
    const copied = await copyMissingRows(parts(), copyOf(await stage.compare()));
    await stage.down.query("UPDATE t SET v = 100 WHERE id = 2; DELETE FROM t WHERE id = 3");

    const undone = await undoCopiedRows({ writer, fence, signal: new AbortController().signal, keep: async () => {} }, copied);
    const again = await undoCopiedRows(
      { writer, fence, signal: new AbortController().signal, keep: async () => {} },
      undone.copy,
    );

    assert.deepEqual([undone.stoppedBy, counted(undone.copy)], [null, { undone: 2, "gone-since": 1, "not-undone": 1 }]);
    assert.deepEqual(again.copy, undone.copy);
    assert.equal(
      await dump("down"),
      JSON.stringify([
        { id: 2, v: 100 },
        { id: 5, v: 5 },
      ]),
    );
  });

  test("goes on from any kept state, inserts nothing twice, and leaves out of an undo what it cannot be sure of", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t SELECT seq, seq FROM seq_1_to_120");
    await stage.down.query("DELETE FROM t");
    const begun = copyOf(await stage.compare());
    const states: { readonly state: string; readonly below: string }[] = [];
    const keep = async (state: RowCopy): Promise<void> => {
      const [rows] = await stage.down.query<RowDataPacket[]>("SELECT id FROM t ORDER BY id");
      states.push({ state: JSON.stringify(state), below: rows.map(({ id }) => `(${Number(id)}, ${Number(id)})`).join(",") });
    };
    await copyMissingRows(parts({ keep }), begun);
    assert.ok(states.length >= 9);
    const whole = await dump("up");

    for (const { state, below } of states)
      for (const committed of [false, true]) {
        const copy = JSON.parse(state) as RowCopy;
        await stage.down.query(`DELETE FROM t${below === "" ? "" : `; INSERT INTO t VALUES ${below}`}`);
        const open = copy.tables[0]!.rows.filter((row) => row.state.kind === "inserting").map(({ key }) => key[0]);
        // The crash may have come before or after the COMMIT of what was about to be inserted.
        if (committed && open.length > 0)
          await stage.down.query(`INSERT INTO t SELECT id, id FROM (SELECT seq AS id FROM seq_1_to_120) s WHERE id IN (${open})`);

        const done = await copyMissingRows(parts(), copy);

        assert.equal(await dump("down"), whole);
        assert.equal(counted(done)["whose-not-known"] ?? 0, committed ? open.length : 0);
      }
  });

  test("writes nothing when a newer owner holds the fence, and says so", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1)");
    await stage.down.query("DELETE FROM t; INSERT INTO dm_meta.dm_medic_fence VALUES ('active', 8)");
    const copy = copyOf(await stage.compare());

    const copied = await copyMissingRows(parts(), copy);

    assert.deepEqual([copied.ended?.kind, counted(copied), await dump("down")], ["fenced-off", { "to-do": 1 }, "[]"]);
    const later = await copyMissingRows(parts({ fence: { ...fence, value: 9 } }), { ...copied, ended: null });
    const [[row]] = await stage.down.query<RowDataPacket[]>("SELECT fence FROM dm_meta.dm_medic_fence");
    assert.deepEqual([counted(later), row!.fence], [{ proven: 1 }, 9]);
  });

  test("writes nothing when it is cut in the middle, and asks what became of a COMMIT without an answer", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
    await stage.down.query("DELETE FROM t");
    const copy = copyOf(await stage.compare());
    const lostReply: RowWriter = {
      ...writer,
      async insert(call, signal) {
        await writer.insert(call, signal);
        return { kind: "unknown", why: "the reply was lost" };
      },
    };

    const cut = await copyMissingRows(parts({ writer: lostReply }), copy);

    assert.deepEqual([cut.ended?.kind, counted(cut)], ["gave-up", { "whose-not-known": 2 }]);
    assert.equal(await dump("down"), await dump("up"));
  });

  test("brings a row again whose taking back was done and never answered", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1)");
    await stage.down.query("DELETE FROM t");
    const states: RowCopy[] = [];
    await copyMissingRows(parts({ keep: async (state) => void states.push(state) }), copyOf(await stage.compare()));
    const inserted = states.find((state) => counted(state).inserted === 1)!;
    await stage.down.query("DELETE FROM t");

    const done = await copyMissingRows(parts(), inserted);

    assert.deepEqual([counted(done), await dump("down")], [{ proven: 1 }, await dump("up")]);
  });

  test("holds back nothing of others: a locked row ends the batch without a write", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
    await stage.down.query("DELETE FROM t");
    const copy = copyOf(await stage.compare());
    await stage.down.query("START TRANSACTION; INSERT INTO t VALUES (2)");

    const running = copyMissingRows(parts(), copy);
    await wait(50);
    const copied = await running;

    await stage.down.query("ROLLBACK");
    assert.deepEqual([copied.ended?.kind, counted(copied), await dump("down")], ["gave-up", { "to-do": 2 }, "[]"]);
  });

  test("leaves a key alone that stands in two upstream tables of a merge", async () => {
    await stage.up.query(
      "CREATE TABLE a (id INT PRIMARY KEY, v INT); CREATE TABLE b LIKE a; INSERT INTO a VALUES (1, 1), (2, 2); INSERT INTO b VALUES (1, 9)",
    );
    await stage.down.query("CREATE TABLE t (id INT PRIMARY KEY, v INT)");
    const rules = someRules("s1", {
      routes: [
        { name: "r", schemaPattern: "shop", tablePattern: "?", targetSchema: "shop", targetTable: "t", extractedColumns: [] },
      ],
    });

    const copied = await copyMissingRows(parts(), copyOf(await stage.compare({ rules: [rules] })));

    assert.deepEqual(counted(copied), { "in-several-tables": 1, proven: 1 });
  });

  test("is refused where nothing is missing, where rows cannot be named, and before the comparison ended", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE bare (v INT)");
    const equal = await stage.compare();
    await stage.up.query("INSERT INTO bare VALUES (1)");
    const bare = await stage.compare();
    const at = { at: 1, atMostSeconds: 1 };

    assert.deepEqual(newRowCopy(equal, at), { kind: "refused", why: "nothing-missing" });
    assert.deepEqual(newRowCopy(bare, at), { kind: "refused", why: "nothing-missing" });
    assert.deepEqual(newRowCopy({ ...equal, ended: null }, at), { kind: "refused", why: "not-ended" });
  });

  test("gives an SQL file that makes the sides equal when a person runs it, and a CSV file of the same rows", async () => {
    await stage.both(
      "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(90), b VARBINARY(9)); INSERT INTO t VALUES (1, 'a', X'00'), (2, 'b', NULL), (4, '=1+1', X'27'), (5, 'it''s; -- \\n', NULL)",
    );
    await stage.down.query(
      "DELETE FROM t WHERE id IN (1, 5); UPDATE t SET v = NULL WHERE id = 4; INSERT INTO t VALUES (3, '@x', NULL)",
    );
    const comparison = await stage.compare();

    const read = await readDifferences(stage.parts(), comparison);

    assert.ok(read.kind === "read");
    const sql = renderSql("t", read.tables);
    const csv = renderCsv(read.tables);
    assert.match(sql, /NOT EXECUTED/);
    assert.deepEqual(csv.split("\r\n").slice(1, -1), [
      '"shop.t","missing","id = 1","","(row)","(no row)"',
      '"shop.t","extra","id = 3","","(no row)","(row)"',
      `"shop.t","differing","id = 4","v","'=1+1","NULL"`,
      '"shop.t","missing","id = 5","","(row)","(no row)"',
    ]);
    await stage.down.query(sql);
    assert.deepEqual(verdictOf(await stage.compare()), { kind: "equal" });
    await stage.down.query("SET SESSION time_zone = '+03:00', sql_mode = 'NO_AUTO_VALUE_ON_ZERO'");
  });
});
