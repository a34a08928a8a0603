import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { systemClock } from "../../../src/adapters/clock/system-clock.ts";
import { createRowReader } from "../../../src/adapters/databases/row-reader.ts";
import { runComparison, stopComparison } from "../../../src/app/compare/compare-rows.ts";
import { prepareComparison } from "../../../src/app/compare/prepare-comparison.ts";
import type { RowReader, Rows } from "../../../src/app/ports/rows.ts";
import { type Comparison, progressOf, verdictOf } from "../../../src/domain/comparison/comparison.ts";
import { startLateReplica } from "../../support/late-replica.ts";
import { someLimits, someRules } from "../../support/row-rules.ts";
import { type RowStage, startRowStage } from "../../support/row-stage.ts";
import { skipWithout } from "../../support/services.ts";

const keysOf = ({ tables }: Comparison, at = 0): readonly string[] =>
  tables[at]!.listed.map(({ kind, key }) => `${kind} ${key.join()}`).toSorted();

describe("compare-rows while rows move", { skip: skipWithout("mariadb"), timeout: 170_000 }, () => {
  let stage: RowStage;
  before(async () => {
    stage = await startRowStage();
  });
  after(() => stage?.stop());
  beforeEach(() => stage.both("DROP DATABASE IF EXISTS shop; CREATE DATABASE shop; USE shop"));

  /** Writes without a pause into a table of `rows` rows until it is stopped. */
  function traffic(write: (sql: string) => Promise<void>, rows: number) {
    let running = true;
    let next = rows + 1;
    const loop = (async () => {
      for (let at = 1; running; at++) {
        const id = ((at * 7_919) % rows) + 1;
        await write(
          at % 3 === 0
            ? `INSERT INTO t VALUES (${next++}, 1, 'new')`
            : at % 3 === 1
              ? `UPDATE t SET v = v + 1 WHERE id = ${id}`
              : `DELETE FROM t WHERE id = ${id} AND id % 10 > 2`,
        );
      }
    })();
    return async () => {
      running = false;
      await loop;
    };
  }

  test("takes no row for different that is only on its way", async () => {
    await stage.both(
      "CREATE TABLE t (id BIGINT PRIMARY KEY, v INT, w VARCHAR(9)); INSERT INTO t SELECT seq, seq, 'x' FROM seq_1_to_6000",
    );
    const replica = startLateReplica(stage, 150);
    const stop = traffic(replica.write, 6_000);
    await wait(200);

    let suspected = 0;
    const keep = async (state: Comparison): Promise<void> => {
      suspected = Math.max(suspected, progressOf(state).suspects);
    };

    const done = await stage.compare({ limits: { chunkRows: 500 }, parts: { hasPassed: replica.hasPassed, keep } });

    await stop();
    await replica.stop();
    assert.ok(suspected > 0, "rows moved");
    assert.deepEqual(verdictOf(done), { kind: "equal" }, JSON.stringify(done.tables[0]!.listed));
    assert.ok(done.tables[0]!.chunks >= 10);
  });

  test("finds among rows that move those that are lost: missing, differing and extra", async () => {
    await stage.both(
      "CREATE TABLE t (id BIGINT PRIMARY KEY, v INT, w VARCHAR(9)); INSERT INTO t SELECT seq, seq, 'x' FROM seq_1_to_6000",
    );
    const replica = startLateReplica(stage, 100);
    // Rows that the traffic leaves alone: it deletes only ids that end with 3 to 9, and updates by a fixed stride.
    await replica.write("INSERT INTO t VALUES (900001, 1, 'lost')", "lost");
    await replica.write("UPDATE t SET w = 'changed' WHERE id = 4000", "lost");
    await replica.write("DELETE FROM t WHERE id = 2000", "lost");
    const stop = traffic(replica.write, 6_000);
    await wait(100);

    const done = await stage.compare({ limits: { chunkRows: 500 }, parts: { hasPassed: replica.hasPassed } });

    await stop();
    await replica.stop();
    assert.deepEqual(keysOf(done), ["differing 4000", "extra 2000", "missing 900001"]);
    assert.deepEqual(done.tables[0]!.listed.find(({ kind }) => kind === "differing")!.columns, ["w"]);
  });

  test("waits for the syncer before it looks again, and says so when the syncer stands still", async () => {
    await stage.both("CREATE TABLE t (id BIGINT PRIMARY KEY)");
    await stage.up.query("INSERT INTO t VALUES (1)");
    let asked = 0;
    const passesLater = async (): Promise<boolean> => {
      asked++;
      if (asked === 3) await stage.down.query("INSERT INTO t VALUES (1)");
      return asked >= 3;
    };

    const done = await stage.compare({ parts: { hasPassed: passesLater } });
    await stage.down.query("DELETE FROM t");
    const never = await stage.compare({ parts: { hasPassed: async () => false, passAtMostSeconds: 0.2 } });

    assert.deepEqual([verdictOf(done), asked], [{ kind: "equal" }, 3]);
    assert.deepEqual(verdictOf(never), { kind: "incomplete", why: "gave-up" });
    assert.ok(never.ended?.kind === "gave-up" && never.ended.why === "syncer-stands-still");
    assert.equal(progressOf(never).suspects, 1);
  });

  test("says that a row kept moving when it did at every look", async () => {
    await stage.both("CREATE TABLE t (id BIGINT PRIMARY KEY, v INT); CREATE TABLE bare (v INT)");
    await stage.up.query("INSERT INTO t VALUES (1, 0), (2, 0); INSERT INTO bare VALUES (0)");
    const changes = async (): Promise<boolean> => {
      await stage.up.query("UPDATE t SET v = v + 1 WHERE id = 1; UPDATE bare SET v = v + 1");
      return true;
    };

    const done = await stage.compare({ parts: { hasPassed: changes } });

    const [bare, keyed] = done.tables;
    assert.deepEqual([bare!.unsettled, bare!.wholeDiffers], [1, null]);
    assert.deepEqual([keyed!.unsettled, keysOf(done, 1)], [1, ["missing 2"]]);
  });

  describe("kept after every step", () => {
    const prepared = async (): Promise<Comparison> => {
      await stage.both(
        "CREATE TABLE a (id BIGINT PRIMARY KEY, v INT); CREATE TABLE b (c VARCHAR(9) COLLATE utf8mb4_bin PRIMARY KEY, v INT); CREATE TABLE c (v INT)",
      );
      await stage.both(
        "INSERT INTO a SELECT seq, seq FROM seq_1_to_1200; INSERT INTO b SELECT seq, seq FROM seq_1_to_700; INSERT INTO c VALUES (1), (2)",
      );
      await stage.down.query("DELETE FROM a WHERE id IN (3, 900); UPDATE b SET v = 0 WHERE c = '77'; DELETE FROM c WHERE v = 1");
      const parts = stage.parts();
      const made = await prepareComparison(parts, {
        task: "t",
        rules: [someRules("s1")],
        mergesShards: false,
        only: null,
        limits: someLimits({ chunkRows: 200 }),
      });
      assert.ok(made.kind === "prepared");
      return made.comparison;
    };
    const outcome = (done: Comparison) => [
      verdictOf(done),
      keysOf(done, 0),
      keysOf(done, 1),
      done.tables.map(({ rowsUpstream, counts, wholeDiffers }) => [rowsUpstream, counts, wholeDiffers]),
    ];

    test("goes on from any kept state to the same result, through JSON and in another process's hands", async () => {
      const begun = await prepared();
      const states: string[] = [JSON.stringify(begun)];
      const whole = await runComparison(stage.parts({ keep: async (state) => void states.push(JSON.stringify(state)) }), begun);
      assert.ok(states.length > 12);
      assert.deepEqual(verdictOf(whole), { kind: "different" });

      for (const state of states) {
        const resumed = await runComparison(stage.parts(), JSON.parse(state) as Comparison);
        assert.deepEqual(outcome(resumed), outcome(whole));
      }
    });

    test("is left as it was when the signal is given, and goes on from there", async () => {
      const begun = await prepared();
      const abort = new AbortController();
      let steps = 0;
      const cut = await runComparison(
        stage.parts({
          signal: abort.signal,
          keep: async () => {
            steps++;
            if (steps === 3) abort.abort();
          },
        }),
        begun,
      );
      assert.deepEqual([cut.ended, verdictOf(cut)], [null, { kind: "incomplete", why: "under-way" }]);

      const done = await runComparison(stage.parts(), cut);

      assert.deepEqual(outcome(done), outcome(await runComparison(stage.parts(), begun)));
    });

    test("tells what was covered when a person stops it or its time is over", async () => {
      const begun = await prepared();
      const stopped = stopComparison(begun, "UOP", 5);
      const short = await runComparison(stage.parts(), { ...begun, limits: { ...begun.limits, atMostSeconds: 0 } });

      assert.deepEqual(
        [stopped.ended, verdictOf(stopped)],
        [
          { kind: "stopped", at: 5, by: "UOP" },
          { kind: "incomplete", why: "stopped" },
        ],
      );
      assert.deepEqual(verdictOf(short), { kind: "incomplete", why: "time-over" });
      assert.equal(stopComparison(stopped, "else", 9), stopped);
    });
  });

  test("keeps to its rate", async () => {
    await stage.both("CREATE TABLE t (id BIGINT PRIMARY KEY); INSERT INTO t SELECT seq FROM seq_1_to_20000");
    let now = 0;
    const clock = {
      ...systemClock,
      monotonic: () => now,
      sleep: async (milliseconds: number) => {
        now += milliseconds;
      },
    };

    const done = await stage.compare({ limits: { rowsPerSecond: 5_000 }, parts: { clock } });

    assert.deepEqual([verdictOf(done), done.tables[0]!.chunks], [{ kind: "equal" }, 6]);
    assert.ok(now >= 4_000 && now < 4_100, String(now));
    assert.equal(done.spentMs, Math.round(now));
  });

  describe("and servers fail", () => {
    /** Fails one kind of question the first times it is asked. */
    const failing = (reader: RowReader, method: "checksum" | "boundary" | "keys" | "rows", times: number): RowReader => {
      let left = times;
      const why: Rows<never> = { kind: "failed", why: "connection", detail: "gone" };
      return new Proxy(reader, {
        get: (target, name: keyof RowReader) =>
          name === method && left > 0
            ? async () => {
                left--;
                return why;
              }
            : target[name],
      });
    };
    const fast = { ...systemClock, sleep: async () => {} };
    const lost = async (): Promise<void> => {
      await stage.both("CREATE TABLE t (id BIGINT PRIMARY KEY, v INT); INSERT INTO t SELECT seq, 1 FROM seq_1_to_900");
      await stage.down.query("DELETE FROM t WHERE id = 500");
    };

    for (const method of ["checksum", "boundary", "keys", "rows"] as const)
      test(`asks again when a connection breaks in the middle of ${method}`, async () => {
        await lost();
        const parts = {
          clock: fast,
          upstreams: new Map([["s1", failing(stage.reader("up"), method, 4)]]),
          downstream: failing(stage.reader("down"), method === "boundary" ? "checksum" : method, 2),
        };

        assert.deepEqual(keysOf(await stage.compare({ limits: { chunkRows: 200 }, parts })), ["missing 500"]);
      });

    test("gives up in words when a side stays silent, and keeps what it had", async () => {
      await lost();
      const parts = { clock: fast, downstream: failing(stage.reader("down"), "keys", 99) };

      const done = await stage.compare({ parts });

      assert.ok(done.ended?.kind === "gave-up" && done.ended.why === "downstream-silent");
      assert.deepEqual([verdictOf(done), done.tables[0]!.rowsUpstream], [{ kind: "incomplete", why: "gave-up" }, 900]);
    });

    test("makes a new connection after the server killed the old one", async () => {
      await lost();
      const reader = stage.reader("up");
      await reader.tables(new AbortController().signal);
      const [rows] = await stage.up.query<RowDataPacket[]>("SELECT id FROM information_schema.processlist WHERE user = 'medic'");
      for (const { id } of rows) await stage.up.query(`KILL ${Number(id)}`);

      assert.deepEqual(keysOf(await stage.compare({ parts: { upstreams: new Map([["s1", reader]]) } })), ["missing 500"]);
    });

    test("takes smaller chunks when a statement takes too long, then says that the table is too slow", async () => {
      await stage.both("CREATE TABLE t (id BIGINT PRIMARY KEY)");
      const holder = await createConnection({ host: "127.0.0.1", port: stage.upServer.port, user: "root" });
      await holder.query("LOCK TABLES shop.t WRITE");
      const upstreams = new Map([["s1", stage.reader("up", 1_000)]]);

      // Reading the table's shape needs no lock of its rows; reading rows does.
      const done = await stage.compare({ limits: { chunkRows: 400 }, parts: { upstreams } });

      await holder.end();
      assert.deepEqual(done.tables[0]!.state.kind === "not-comparable" && done.tables[0]!.state.why, "too-slow");
    });

    test("ends the statement on the server when it is given up here", async () => {
      await stage.both("CREATE TABLE t (id BIGINT PRIMARY KEY)");
      const holder = await createConnection({ host: "127.0.0.1", port: stage.upServer.port, user: "root" });
      await holder.query("LOCK TABLES shop.t WRITE");
      const abort = new AbortController();
      const running = stage.compare({ parts: { signal: abort.signal } });
      const waiting = async (): Promise<number> => {
        const [rows] = await stage.up.query<RowDataPacket[]>(
          "SELECT id FROM information_schema.processlist WHERE user = 'medic' AND info LIKE '%shop%'",
        );
        return rows.length;
      };
      while ((await waiting()) === 0) await wait(10);

      abort.abort();
      const done = await running;

      while ((await waiting()) > 0) await wait(10);
      await holder.end();
      assert.equal(done.ended, null);
    });

    test("needs the right to read positions only when something differs, and then names what is missing", async () => {
      await lost();
      await stage.up.query("CREATE USER IF NOT EXISTS poor IDENTIFIED BY 'p'; GRANT SELECT ON *.* TO poor");
      const login = { host: "127.0.0.1", port: stage.upServer.port, user: "poor", password: "p" };
      const poor = createRowReader({ login, connectTimeoutMs: 2_000, statementTimeoutMs: 5_000 });

      const done = await stage.compare({ parts: { upstreams: new Map([["s1", poor]]) } });
      await stage.down.query("INSERT INTO t VALUES (500, 1)");
      const equal = await stage.compare({ parts: { upstreams: new Map([["s1", poor]]) } });

      await poor.close();
      assert.ok(done.ended?.kind === "gave-up" && done.ended.why === "position-not-known");
      assert.match(done.ended.detail, /BINLOG MONITOR/);
      assert.deepEqual(verdictOf(equal), { kind: "equal" });
    });

    test("says which table was changed under it", async () => {
      await stage.both("CREATE TABLE t (id BIGINT PRIMARY KEY, v INT); INSERT INTO t SELECT seq, 1 FROM seq_1_to_900");
      const parts = stage.parts();
      const made = await prepareComparison(parts, {
        task: "t",
        rules: [someRules("s1")],
        mergesShards: false,
        only: null,
        limits: someLimits(),
      });
      assert.ok(made.kind === "prepared");
      await stage.up.query("ALTER TABLE t DROP COLUMN v");

      const done = await runComparison(parts, made.comparison);

      assert.deepEqual(verdictOf(done), { kind: "not-comparable", why: ["shop.t: changed-meanwhile"] });
    });

    test("waits for a server that accepts and says nothing only so long", async () => {
      const mute = createServer(() => {}).listen(0, "127.0.0.1");
      await once(mute, "listening");
      const { port } = mute.address() as { port: number };
      const login = { host: "127.0.0.1", port, user: "medic", password: "x" };
      const nobody = createRowReader({ login, connectTimeoutMs: 300, statementTimeoutMs: 300 });
      const begun = performance.now();

      const answer = await nobody.tables(new AbortController().signal);

      mute.close();
      assert.ok(answer.kind === "failed" && answer.why === "connection");
      assert.ok(performance.now() - begun < 5_000);
    });

    test("says that nobody answers before anything is compared", async () => {
      const login = { host: "127.0.0.1", port: 1, user: "medic", password: "hush-hush" };
      const nobody = createRowReader({ login, connectTimeoutMs: 500, statementTimeoutMs: 500 });

      const made = await prepareComparison(stage.parts({ clock: fast, downstream: nobody }), {
        task: "t",
        rules: [someRules("s1")],
        mergesShards: false,
        only: null,
        limits: someLimits(),
      });

      assert.ok(made.kind === "not-possible");
      assert.ok(!JSON.stringify(made).includes("hush-hush"));
    });
  });

  test("compares JSON by value: order of keys, spaces and numbers do not count, a changed value does", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY, doc LONGTEXT, n INT)");
    await stage.up.query(
      `INSERT INTO t VALUES (1, '{"b":1,"aa":[1.0,2]}', 1), (2, NULL, 1), (3, '{"a":12345678901234567890}', 1), (4, '{"a":1,"b":2}', 1)`,
    );
    await stage.down.query(
      `INSERT INTO t VALUES (1, '{"aa": [1, 2], "b": 1}', 1), (2, NULL, 1), (3, '{"a": 12345678901234567890}', 1), (4, '{"b": 2, "a": 1}', 1)`,
    );
    /** MariaDB has no JSON type of its own: this downstream says that it has, as TiDB does. */
    const withJson = (reader: RowReader): RowReader => ({
      ...reader,
      async shapes(tables, signal) {
        const answer = await reader.shapes(tables, signal);
        if (answer.kind === "failed") return answer;
        const value = answer.value.map((table) => ({
          ...table,
          columns: table.columns.map((one) =>
            one.name === "doc" ? { ...one, dataType: "json", columnType: "json", charset: null, collation: null } : one,
          ),
        }));
        return { kind: "answered", value };
      },
    });
    const compare = () => stage.compare({ parts: { downstream: withJson(stage.reader("down")) } });
    assert.deepEqual(verdictOf(await compare()), { kind: "equal" });

    await stage.down.query(
      `UPDATE t SET doc = '{"b": 1, "a": 2}' WHERE id = 4; UPDATE t SET doc = '{"a": 12345678901234567891}' WHERE id = 3; UPDATE t SET doc = 'null' WHERE id = 2`,
    );
    const done = await compare();

    assert.deepEqual(keysOf(done), ["differing 2", "differing 3", "differing 4"]);
    assert.deepEqual(
      done.tables[0]!.listed.map(({ columns }) => columns),
      [["doc"], ["doc"], ["doc"]],
    );
    assert.deepEqual(done.tables[0]!.plan!.notes, [{ kind: "json-read", columns: ["doc"] }]);
  });
});
