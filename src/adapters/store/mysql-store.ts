import { Kysely, MysqlDialect, sql } from "kysely";
import { createPool, type PoolOptions } from "mysql2";
import type { Hashing } from "../../app/ports/identifiers.ts";
import { ChangedMeanwhile, type Store, type StoreParts } from "../../app/ports/store.ts";
import type { Db, Engine } from "./engine.ts";
import { migrate } from "./migrations.ts";
import { partsOf } from "./parts.ts";
import { wrapSeveral } from "./sqlite-store.ts";
import type { Tables } from "./tables.ts";

/** 1062 a unique key, 1061 an index of that name. */
const DUPLICATE: ReadonlySet<number> = new Set([1062, 1061]);
/** Deadlock, lock wait time-out, TiDB's write conflicts: the whole transaction is run again. */
const AGAIN: ReadonlySet<number> = new Set([1213, 1205, 8002, 8022, 9007]);
const ATTEMPTS_AT_MOST = 5;

const MYSQL: Engine = {
  name: "mysql",
  forUpdate: sql`for update`,
  now: async (db) => {
    const answer = await sql<{ now: string | number }>`SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED) AS now`.execute(db);
    return Number(answer.rows[0]!.now);
  },
  isDuplicate: (error) => DUPLICATE.has(numberOf(error)),
};

export interface MysqlStoreOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly ssl?: PoolOptions["ssl"];
  readonly hashing: Hashing;
}

/** The store for teams: MySQL, MariaDB or TiDB; any number of copies share it. Throws when it cannot be reached at the start. */
export async function openMysqlStore({ hashing, ...connection }: MysqlStoreOptions): Promise<Store> {
  const pool = createPool({
    ...connection,
    connectionLimit: 8,
    charset: "utf8mb4_bin",
    timezone: "Z",
    connectTimeout: 10_000,
    supportBigNumbers: true,
  });
  pool.on("connection", (fresh) => {
    // The pool runs these before the first statement of the connection's user: they queue on the same connection.
    fresh.query("SET SESSION sql_mode = 'STRICT_TRANS_TABLES', SESSION time_zone = '+00:00'", () => {});
    fresh.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", () => {});
  });
  const db: Db = new Kysely<Tables>({ dialect: new MysqlDialect({ pool }) });
  await migrate(db, MYSQL);
  async function transaction<T>(work: (tx: StoreParts) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await db.transaction().execute((tx) => work(partsOf(tx, MYSQL, hashing)));
      } catch (error) {
        if (attempt >= ATTEMPTS_AT_MOST || !(error instanceof ChangedMeanwhile || AGAIN.has(numberOf(error)))) throw error;
      }
    }
  }
  return { ...wrapSeveral(partsOf(db, MYSQL, hashing), transaction), transaction, close: () => db.destroy() };
}

function numberOf(error: unknown): number {
  return error !== null && typeof error === "object" && "errno" in error ? Number(error.errno) : 0;
}
