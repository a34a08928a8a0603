import { type Connection, createConnection } from "mysql2/promise";
import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import { createRowReader } from "../../src/adapters/databases/row-reader.ts";
import { runComparison } from "../../src/app/compare/compare-rows.ts";
import type { ComparisonParts } from "../../src/app/compare/comparison-parts.ts";
import { prepareComparison } from "../../src/app/compare/prepare-comparison.ts";
import type { RowReader } from "../../src/app/ports/rows.ts";
import type { Comparison, ComparisonLimits, UpstreamPosition } from "../../src/domain/comparison/comparison.ts";
import type { ReplicationRules, TableName } from "../../src/domain/comparison/replication-rules.ts";
import { type MariaDb, startMariaDb } from "./mariadb.ts";
import { someLimits, someRules } from "./row-rules.ts";

export const isPast = (a: UpstreamPosition, b: UpstreamPosition): boolean =>
  a.file === b.file ? a.position >= b.position : a.file > b.file;

export interface RowStage {
  readonly up: Connection;
  readonly down: Connection;
  readonly upServer: MariaDb;
  readonly downServer: MariaDb;
  /** On both sides alike. */
  both(sql: string): Promise<void>;
  reader(side: "up" | "down", statementTimeoutMs?: number): RowReader;
  parts(more?: Partial<ComparisonParts>): ComparisonParts;
  compare(more?: Partial<CompareOptions>): Promise<Comparison>;
  stop(): Promise<void>;
}

export interface CompareOptions {
  readonly rules: readonly ReplicationRules[];
  readonly limits: Partial<ComparisonLimits>;
  readonly parts: Partial<ComparisonParts>;
  readonly only: TableName | null;
  readonly mergesShards: boolean;
}

/** Two servers: an upstream with a binlog and a downstream; everything passes at once unless a test says otherwise. */
export async function startRowStage(): Promise<RowStage> {
  const upServer = await startMariaDb({ serverOptions: ["--log-bin=mysql-bin", "--binlog-format=ROW", "--server-id=101"] });
  const downServer = await startMariaDb().catch(async (error: unknown) => {
    await upServer.stop();
    throw error;
  });
  const connect = (port: number) =>
    createConnection({ host: "127.0.0.1", port, user: "root", multipleStatements: true, charset: "utf8mb4" });
  const [up, down] = [await connect(upServer.port), await connect(downServer.port)];
  for (const connection of [up, down])
    await connection.query("SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+03:00'");
  const readers: RowReader[] = [];
  const reader = (side: "up" | "down", statementTimeoutMs = 20_000): RowReader => {
    const { port } = side === "up" ? upServer : downServer;
    const login = { host: "127.0.0.1", port, user: "medic", password: "medic-secret" };
    const made = createRowReader({ login, connectTimeoutMs: 2_000, statementTimeoutMs });
    readers.push(made);
    return made;
  };
  const parts = (more: Partial<ComparisonParts> = {}): ComparisonParts => ({
    upstreams: new Map([["s1", reader("up")]]),
    downstream: reader("down"),
    hasPassed: async () => true,
    clock: systemClock,
    signal: new AbortController().signal,
    pollMs: 20,
    passAtMostSeconds: 20,
    keep: async () => {},
    ...more,
  });
  return {
    up,
    down,
    upServer,
    downServer,
    async both(sql) {
      await Promise.all([up.query(sql), down.query(sql)]);
    },
    reader,
    parts,
    async compare({ rules = [someRules("s1")], limits = {}, parts: some = {}, only = null, mergesShards = false } = {}) {
      const all = parts(some);
      const prepared = await prepareComparison(all, { task: "t", rules, mergesShards, only, limits: someLimits(limits) });
      if (prepared.kind !== "prepared") throw new Error(`${prepared.why}: ${prepared.detail}`);
      return runComparison(all, prepared.comparison);
    },
    async stop() {
      for (const made of readers) await made.close();
      await up.end();
      await down.end();
      await Promise.all([upServer.stop(), downServer.stop()]);
    },
  };
}
