import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import type { RowChange } from "../databases/binlog.ts";
import { connectionRefused, executeFailed, invalidConnection } from "./errors.ts";
import { type DmErrorModel, isV1, type Task, type Version } from "./model.ts";
import { found, insertInto, keyOf, PLAIN_VALUES, sqlOf, tableText } from "./record-writes.ts";

/** What the downstream answered that DM stops for. */
export class TargetTrouble extends Error {
  readonly error: DmErrorModel;
  /** MySQL's number, 0 for a lost connection. */
  readonly errno: number;
  constructor(error: DmErrorModel, errno: number) {
    super(error.rawCause);
    this.error = error;
    this.errno = errno;
  }
}

const STATEMENT_MS = 5_000;

/** A subtask's connection to the downstream: made when it is needed, made anew after it broke. */
export class Target {
  readonly #login: Task["target"];
  readonly #version: Version;
  #connection: Connection | null = null;
  #isBroken = false;
  readonly #keys = new Map<string, readonly string[] | null>();

  constructor(login: Task["target"], version: Version) {
    this.#login = login;
    this.#version = version;
  }

  async rows(sql: string, values: readonly unknown[] = []): Promise<RowDataPacket[]> {
    const answer = await this.#ask(sql, values);
    return answer as RowDataPacket[];
  }
  async run(sql: string, values: readonly unknown[] = []): Promise<void> {
    await this.#ask(sql, values);
  }
  /** One transaction; rolled back when it fails. */
  async together(statements: readonly (readonly [string, readonly unknown[]])[]): Promise<void> {
    await this.run("BEGIN");
    try {
      for (const [sql, values] of statements) await this.run(sql, values);
      await this.run("COMMIT");
    } catch (error) {
      await this.#connection?.query("ROLLBACK").catch(() => this.close());
      throw error;
    }
  }

  /** One row change. In safe mode INSERT acts as REPLACE and UPDATE as DELETE and REPLACE, so that it may come twice. */
  async apply(change: RowChange, isSafe: boolean): Promise<void> {
    const table = tableText(change);
    const key = await this.#keyOf(change);
    if (change.kind === "insert") return this.run(...insertInto(isSafe ? "REPLACE" : "INSERT", table, change.after));
    const [where, values] = found(change.before, key);
    if (change.kind === "delete") return this.run(`DELETE FROM ${table} WHERE ${where} LIMIT 1`, values);
    if (isSafe) {
      await this.run(`DELETE FROM ${table} WHERE ${where} LIMIT 1`, values);
      return this.run(...insertInto("REPLACE", table, change.after));
    }
    const [sql] = sqlOf(change);
    const set = sql.slice(0, sql.indexOf(" WHERE "));
    return this.run(`${set} WHERE ${where} LIMIT 1`, [...Object.values(change.after), ...values]);
  }
  /** A table changed: its key is asked for again. */
  forgetKeys(): void {
    this.#keys.clear();
  }
  close(): void {
    this.#isBroken = false;
    this.#connection?.destroy();
    this.#connection = null;
  }

  async #keyOf(change: RowChange): Promise<readonly string[] | null> {
    const name = tableText(change);
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const key = await keyOf(await this.#connect(), change).catch((error: unknown) => this.#refuse(error));
    this.#keys.set(name, key);
    return key;
  }
  async #ask(sql: string, values: readonly unknown[]): Promise<unknown> {
    const connection = await this.#connect();
    try {
      const [answer] = await connection.query({ sql, values: [...values], timeout: STATEMENT_MS });
      return answer;
    } catch (error) {
      return this.#refuse(error, sql);
    }
  }
  async #connect(): Promise<Connection> {
    if (this.#isBroken) return this.#refuse(new Error("the connection broke while nobody used it"));
    if (this.#connection) return this.#connection;
    try {
      const fresh = await createConnection({ ...this.#login, ...PLAIN_VALUES, connectTimeout: 3_000, timezone: "Z" });
      fresh.on("error", () => {
        this.#isBroken = true;
      });
      await fresh.query("SET time_zone = '+00:00', innodb_lock_wait_timeout = 2");
      this.#connection = fresh;
      return fresh;
    } catch (error) {
      const { errno, sqlState } = error as { errno?: number; sqlState?: string };
      if (sqlState && errno) return this.#refuse(error);
      throw new TargetTrouble(connectionRefused(this.#login.port), 0);
    }
  }
  #refuse(error: unknown, sql = ""): never {
    const { errno, sqlState, sqlMessage, message } = error as {
      errno?: number;
      sqlState?: string;
      sqlMessage?: string;
      message: string;
    };
    if (!sqlState || !errno || errno < 1000) {
      this.close();
      throw new TargetTrouble(invalidConnection(), 0);
    }
    const text = sqlMessage ?? message;
    const cause = isV1(this.#version) ? `Error ${errno}: ${text}` : `Error ${errno} (${sqlState}): ${text}`;
    throw new TargetTrouble(executeFailed(sql, cause), errno);
  }
}
