import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createConnection } from "mysql2/promise";
import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import { createRowReader } from "../../src/adapters/databases/row-reader.ts";
import { createRowWriter } from "../../src/adapters/databases/row-writer.ts";
import { runComparison } from "../../src/app/compare/compare-rows.ts";
import type { ComparisonParts } from "../../src/app/compare/comparison-parts.ts";
import { copyMissingRows } from "../../src/app/compare/copy-missing-rows.ts";
import { prepareComparison } from "../../src/app/compare/prepare-comparison.ts";
import { undoCopiedRows } from "../../src/app/compare/undo-copied-rows.ts";
import { type Comparison, isDifferent, verdictOf } from "../../src/domain/comparison/comparison.ts";
import { newRowCopy } from "../../src/domain/comparison/row-copy.ts";
import { type Downstream, startDownstream } from "../../src/stand-ins/databases/downstream.ts";
import { startUpstream, type Upstream } from "../../src/stand-ins/databases/upstream.ts";
import { someLimits, someRules } from "../support/row-rules.ts";

const TABLES = `CREATE TABLE shop.orders (id BIGINT NOT NULL PRIMARY KEY, customer VARCHAR(40) NOT NULL, amount DECIMAL(10,2) NOT NULL,
  placed_at DATETIME NOT NULL, weight DOUBLE, raw VARBINARY(8), note TEXT);
CREATE TABLE shop.lines (order_id INT NOT NULL, line INT NOT NULL, what VARCHAR(20), PRIMARY KEY (order_id, line));
CREATE TABLE shop.codes (code VARCHAR(12) NOT NULL PRIMARY KEY, meaning VARCHAR(20));
CREATE TABLE shop.bare (note VARCHAR(20));
CREATE TABLE shop.documents (id INT NOT NULL PRIMARY KEY, body JSON)`;

describe("the row comparison between two stand-in databases", () => {
  let upstream: Upstream;
  let downstream: Downstream;
  let parts: ComparisonParts;
  const undo: (() => Promise<void>)[] = [];
  const on = async (port: number, sql: string): Promise<void> => {
    const connection = await createConnection({ host: "127.0.0.1", port, user: "root" });
    for (const statement of sql.split(/;\s*\n/)) await connection.query(statement);
    await connection.end();
  };
  const both = async (sql: string): Promise<void> => {
    await on(upstream.port, sql);
    await on(downstream.port, sql);
  };
  before(async () => {
    upstream = await startUpstream({ schemas: ["shop"] });
    downstream = await startDownstream({ schemas: ["shop"] });
    const reader = (port: number) => {
      const made = createRowReader({
        login: { host: "127.0.0.1", port, user: "probe", password: "" },
        connectTimeoutMs: 2_000,
        statementTimeoutMs: 20_000,
      });
      undo.push(() => made.close());
      return made;
    };
    parts = {
      upstreams: new Map([["s1", reader(upstream.port)]]),
      downstream: reader(downstream.port),
      ...{ hasPassed: async () => true, clock: systemClock, signal: new AbortController().signal },
      ...{ pollMs: 20, passAtMostSeconds: 20, keep: async () => {} },
    };
    await both(TABLES);
    const orders = Array.from({ length: 500 }, (_, index) => {
      const id = index + 1;
      return `(${id}, 'c${id % 7}', ${id}.5, '2026-01-01 00:00:${String(id % 60).padStart(2, "0")}', ${id % 3 === 0 ? "NULL" : `0.${id}`}, ${id % 5 === 0 ? "NULL" : `X'${String(id).padStart(4, "0")}'`}, 'n☃${id}')`;
    });
    await both(`INSERT INTO shop.orders VALUES ${orders.join(", ")}`);
    await both("INSERT INTO shop.lines VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 1, 'c'), (3, 9, NULL)");
    await both("INSERT INTO shop.codes VALUES ('a', 'x'), ('ab', 'y'), ('b', NULL), ('ü', 'z')");
    await both("INSERT INTO shop.bare VALUES ('one'), ('two')");
    await on(upstream.port, `INSERT INTO shop.documents VALUES (1, '{"a": 1, "b": [1, 2]}')`);
    await on(downstream.port, `INSERT INTO shop.documents VALUES (1, '{"b":[1,2],"a":1.0}')`);
  });
  after(async () => {
    for (const one of undo) await one();
    await upstream.stop();
    await downstream.stop();
  });
  const compare = async (chunkRows = 100) => {
    const question = { task: "t", rules: [someRules("s1")], mergesShards: false, only: null, limits: someLimits({ chunkRows }) };
    const prepared = await prepareComparison(parts, question);
    if (prepared.kind !== "prepared") throw new Error(`${prepared.why}: ${prepared.detail}`);
    return runComparison(parts, prepared.comparison);
  };
  const told = (done: Comparison) =>
    Object.fromEntries(
      done.tables
        .filter((table) => isDifferent(table) || table.state.kind !== "done")
        .map(({ compared, counts, listed, wholeDiffers, state }) => [
          compared.target.table,
          state.kind === "done"
            ? [
                counts.missing,
                counts.differing,
                counts.extra,
                wholeDiffers === null ? listed.map(({ key }) => key.join("/")).sort() : "whole",
              ]
            : JSON.stringify(state),
        ]),
    );

  test("finds the same rows equal, whatever the columns' types", async () => {
    const done = await compare();

    assert.deepEqual([told(done), verdictOf(done)], [{}, { kind: "equal" }]);
    assert.equal(
      done.tables.reduce((sum, { rowsUpstream }) => sum + rowsUpstream, 0),
      511,
    );
  });

  test("tells missing, differing and extra rows apart, by keys of numbers, texts and several columns", async () => {
    await on(
      downstream.port,
      `DELETE FROM shop.orders WHERE id IN (17, 401);
UPDATE shop.orders SET amount = 1 WHERE id = 200;
INSERT INTO shop.orders SELECT 9000, customer, amount, placed_at, weight, raw, note FROM shop.orders WHERE id = 1;
DELETE FROM shop.lines WHERE order_id = 1 AND line = 2;
UPDATE shop.codes SET meaning = 'other' WHERE code = 'ü';
INSERT INTO shop.bare VALUES ('three');
UPDATE shop.documents SET body = '{"a":2}'`,
    );

    for (const chunkRows of [100, 2]) {
      const done = await compare(chunkRows);
      assert.deepEqual(told(done), {
        orders: [2, 1, 1, ["17", "200", "401", "9000"]],
        lines: [1, 0, 0, ["1/2"]],
        codes: [0, 1, 0, ["C3BC"]],
        bare: [0, 0, 0, "whole"],
        documents: [0, 1, 0, ["1"]],
      });
    }
  });

  test("brings missing rows back, and takes exactly those away again", async () => {
    const writer = createRowWriter({
      login: { host: "127.0.0.1", port: downstream.port, user: "writer", password: "" },
      connectTimeoutMs: 2_000,
      statementTimeoutMs: 5_000,
    });
    await on(downstream.port, "CREATE TABLE dm_meta.dm_medic_fence (name VARCHAR(180) PRIMARY KEY, fence BIGINT NOT NULL)");
    const copy = newRowCopy(await compare(), { at: 1, atMostSeconds: 60 });
    assert.ok(copy.kind === "row-copy", JSON.stringify(copy));
    const all = { ...parts, writer, fence: { metaSchema: "dm_meta", name: "active", value: 7 }, keep: async () => {} };
    const done = await copyMissingRows(all, copy);

    assert.deepEqual([done.ended?.kind, told(await compare())], ["finished", { ...DIFFERING, ...REST }]);
    await undoCopiedRows(all, done);
    assert.deepEqual(told(await compare()).lines, [1, 0, 0, ["1/2"]]);
    await writer.close();
  });
});

const DIFFERING = { orders: [0, 1, 1, ["200", "9000"]], codes: [0, 1, 0, ["C3BC"]] };
const REST = { bare: [0, 0, 0, "whole"], documents: [0, 1, 0, ["1"]] };
