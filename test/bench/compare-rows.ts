import { createConnection } from "mysql2/promise";
import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import { createRowReader } from "../../src/adapters/databases/row-reader.ts";
import { runComparison } from "../../src/app/compare/compare-rows.ts";
import { prepareComparison } from "../../src/app/compare/prepare-comparison.ts";
import { verdictOf } from "../../src/domain/comparison/comparison.ts";
import { startMariaDb } from "../support/mariadb.ts";
import { someLimits, someRules } from "../support/row-rules.ts";
import type { Figure } from "./measure.ts";

const ROWS = 1_000_000;
const ROUNDS = 9;
const COLUMNS = "id,customer,code,amount,note,state,created,updated";

/** A table of eight columns on one server, as upstream and, routed to another schema, as downstream. */
async function fill(port: number): Promise<void> {
  const root = await createConnection({ host: "127.0.0.1", port, user: "root", multipleStatements: true });
  await root.query(
    "CREATE DATABASE up; CREATE DATABASE down; USE up; CREATE TABLE orders (id BIGINT PRIMARY KEY, customer INT NOT NULL, code VARCHAR(40) NOT NULL, amount DECIMAL(12,2) NOT NULL, note VARCHAR(200), state TINYINT NOT NULL, created DATETIME NOT NULL, updated TIMESTAMP(3) NULL) CHARACTER SET utf8mb4",
  );
  await root.query(
    `INSERT INTO orders SELECT seq, seq % 9973, CONCAT('order-', MD5(seq)), seq / 7, IF(seq % 5 = 0, NULL, REPEAT(CONCAT('n', seq), 4)), seq % 4, '2024-01-01' + INTERVAL seq SECOND, '2024-01-01' + INTERVAL seq * 7 SECOND FROM seq_1_to_${ROWS}`,
  );
  await root.query("CREATE TABLE down.orders LIKE up.orders; INSERT INTO down.orders SELECT * FROM up.orders");
  await root.end();
}

/** Milliseconds of each, the middle round by their ratio: by turns, so that what else the machine does weighs on both alike. */
async function byTurns(
  ours: () => Promise<void>,
  bare: () => Promise<void>,
): Promise<{ readonly oursMs: number; readonly bareMs: number }> {
  const rounds: { readonly oursMs: number; readonly bareMs: number }[] = [];
  await bare();
  for (let round = 0; round < ROUNDS; round++) {
    const [begun, between] = [performance.now(), await timed(ours)];
    rounds.push({ oursMs: between - begun, bareMs: (await timed(bare)) - between });
  }
  return rounds.toSorted((a, b) => a.oursMs / a.bareMs - b.oursMs / b.bareMs)[Math.floor(ROUNDS / 2)]!;
}

async function timed(work: () => Promise<void>): Promise<number> {
  await work();
  return performance.now();
}

export async function benchCompareRows(): Promise<Figure[]> {
  const server = await startMariaDb({ serverOptions: ["--innodb-buffer-pool-size=512M"] });
  await fill(server.port);
  const login = { host: "127.0.0.1", port: server.port, user: "medic", password: "medic-secret" };
  const bare = await Promise.all([createConnection(login), createConnection(login)]);
  const reader = () => createRowReader({ login, connectTimeoutMs: 5_000, statementTimeoutMs: 60_000 });
  const [upstream, downstream] = [reader(), reader()];
  const signal = new AbortController().signal;
  const routes = [
    { name: "r", schemaPattern: "up", tablePattern: "", targetSchema: "down", targetTable: "", extractedColumns: [] },
  ];
  const allow = { doSchemas: ["up"], ignoreSchemas: [], doTables: [], ignoreTables: [] };
  let grewBytes = 0;

  async function ours(): Promise<void> {
    const parts = { upstreams: new Map([["s1", upstream]]), downstream, clock: systemClock, signal };
    const prepared = await prepareComparison(parts, {
      task: "t",
      rules: [someRules("s1", { routes, allow })],
      mergesShards: false,
      only: null,
      limits: someLimits(),
    });
    if (prepared.kind !== "prepared") throw new Error(prepared.detail);
    global.gc?.();
    const idle = process.memoryUsage().rss;
    const done = await runComparison(
      {
        ...parts,
        hasPassed: async () => true,
        pollMs: 10,
        passAtMostSeconds: 10,
        keep: async () => {
          grewBytes = Math.max(grewBytes, process.memoryUsage().rss - idle);
        },
      },
      prepared.comparison,
    );
    if (verdictOf(done).kind !== "equal" || done.tables[0]!.rowsUpstream !== ROWS) throw new Error(JSON.stringify(done));
  }
  async function bareStatement(): Promise<void> {
    const sql = (schema: string) => `SELECT COUNT(*), BIT_XOR(CRC32(CONCAT_WS(',', ${COLUMNS}))) FROM ${schema}.orders`;
    await Promise.all([bare[0].query(sql("up")), bare[1].query(sql("down"))]);
  }

  const { oursMs, bareMs } = await byTurns(ours, bareStatement);
  await Promise.all([upstream.close(), downstream.close(), ...bare.map((connection) => connection.end())]);
  await server.stop();
  const grewMiB = grewBytes / 1_048_576;
  return [
    {
      name: "comparing 1,000,000 rows / a bare checksum of both sides at once",
      ratio: oursMs / bareMs,
      bound: 1.5,
      unit: "at most",
      detail: `${oursMs.toFixed(0)} ms / ${bareMs.toFixed(0)} ms`,
    },
    {
      name: "memory over idle while comparing them, in MiB / 20",
      ratio: grewMiB / 20,
      bound: 1,
      unit: "at most",
      detail: `${grewMiB.toFixed(1)} MiB`,
    },
  ];
}
