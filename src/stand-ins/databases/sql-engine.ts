import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import type { Answer } from "./mysql-server.ts";
import { inSqlite, tableLike } from "./sql-dialect.ts";
import type { Value } from "./wire.ts";

const BUSY = 5;
const BUSY_SNAPSHOT = 517;
const LOCK_WAIT_MS = 2_000;

/**
 * Schemas of tables that several sessions read and write at once, each in its own transaction: SQLite files that go with the
 * engine. A session sees what was committed when its transaction began; a second writer waits, then gets error 1205.
 */
export class SqlEngine {
  readonly #folder = mkdtempSync(join(tmpdir(), "stand-in-db-"));
  readonly #schemas: readonly string[];
  readonly #sessions = new Map<number, DatabaseSync>();
  readonly #own: DatabaseSync;

  constructor(schemas: readonly string[]) {
    this.#schemas = schemas;
    this.#own = this.#open();
  }

  /** The owner's connection, for what happens without the protocol. */
  get database(): DatabaseSync {
    return this.#own;
  }

  async ask(sql: string, values: readonly Value[], session: number): Promise<Answer> {
    const database = this.#session(session);
    const until = performance.now() + LOCK_WAIT_MS;
    for (;;) {
      try {
        return run(database, sql, values);
      } catch (error) {
        const { errcode } = error as { errcode?: number };
        if (errcode !== BUSY || performance.now() > until) return inMysql(error as Error & { errcode?: number });
        await wait(5);
      }
    }
  }

  /** A connection that ends in the middle of a transaction leaves nothing of it behind. */
  end(session: number): void {
    this.#sessions.get(session)?.close();
    this.#sessions.delete(session);
  }
  close(): void {
    for (const session of [...this.#sessions.keys()]) this.end(session);
    if (this.#own.isOpen) this.#own.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #session(id: number): DatabaseSync {
    const known = this.#sessions.get(id);
    if (known) return known;
    const database = this.#open();
    this.#sessions.set(id, database);
    return database;
  }
  #open(): DatabaseSync {
    const database = new DatabaseSync(":memory:", { timeout: 0, enableDoubleQuotedStringLiterals: true });
    for (const [index, schema] of this.#schemas.entries()) {
      database.prepare(`ATTACH ? AS ${quoted(schema)}`).run(join(this.#folder, `${index}.db`));
      database.exec(`PRAGMA ${quoted(schema)}.journal_mode = WAL; PRAGMA ${quoted(schema)}.synchronous = OFF`);
    }
    return database;
  }
}

export const quoted = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

function run(database: DatabaseSync, sql: string, values: readonly Value[]): Answer {
  const like = tableLike(database, sql);
  const { text, locks } = inSqlite(like ?? sql);
  // Only a write takes SQLite's lock: an empty one does what FOR UPDATE promises.
  if (locks && database.isTransaction) database.exec(`DELETE FROM ${locks} WHERE 0`);
  const statement = database.prepare(text);
  const given = values.map(asInput);
  const columns = statement.columns();
  if (columns.length === 0) {
    const { changes } = statement.run(...given);
    return { kind: "ok", affectedRows: Number(changes), inTransaction: database.isTransaction };
  }
  statement.setReturnArrays(true);
  const rows = statement.all(...given) as unknown as Value[][];
  return { kind: "rows", columns: columns.map(({ name }) => name), rows };
}

function asInput(value: Value): SQLInputValue {
  return value instanceof Date ? value.toISOString().slice(0, 19).replace("T", " ") : value;
}

/** SQLite's complaint under the number that TiDB gives it. */
function inMysql({ message, errcode }: Error & { readonly errcode?: number }): Extract<Answer, { kind: "error" }> {
  const told = (code: number, state: string, text: string) => ({ kind: "error" as const, code, state, message: text });
  if (errcode === BUSY_SNAPSHOT) return told(9007, "HY000", "Write conflict [try again later]");
  if (errcode === BUSY) return told(1205, "HY000", "Lock wait timeout exceeded; try restarting transaction");
  const unreadable = /^near "(.*)": syntax error/.exec(message)?.[1];
  if (unreadable !== undefined) return told(1064, "42000", `You have an error in your SQL syntax near '${unreadable}'`);
  const table = /no such table: (.+)/.exec(message)?.[1];
  if (table) return told(1146, "42S02", `Table '${table}' doesn't exist`);
  const column = /no such column: (.+)/.exec(message)?.[1];
  if (column) return told(1054, "42S22", `Unknown column '${column}' in 'field list'`);
  if (/UNIQUE constraint/.test(message)) return told(1062, "23000", `Duplicate entry for key: ${message}`);
  if (/already exists/.test(message)) return told(1050, "42S01", message);
  if (/NOT NULL constraint/.test(message)) return told(1048, "23000", message);
  return told(1064, "42000", `You have an error in your SQL syntax: ${message}`);
}
