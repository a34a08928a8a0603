import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import type { Answer, Session } from "../mysql-server.ts";
import type { Value } from "../wire.ts";
import { Catalog } from "./catalog.ts";
import { asInput, asValue, type Cell } from "./cells.ts";
import { duplicateEntry } from "./duplicate-entry.ts";
import { registerFunctions } from "./functions.ts";
import { fillSchema, type Process } from "./information-schema.ts";
import { isDdl, runDdl } from "./run-ddl.ts";
import { setVariables, startTransaction } from "./session-statements.ts";
import { show } from "./show.ts";
import { inMysql } from "./sqlite-error.ts";
import { countedColumn, quoted } from "./table-definition.ts";
import { badSyntax, SqlRefusal } from "./tokens.ts";
import { translate } from "./translate.ts";

const BUSY = 5;
const LOCK_WAIT_MS = 2_000;

export interface EngineOptions {
  readonly version: string;
  readonly schemas: readonly string[];
  /** Whether texts compare without case unless a column says otherwise. */
  readonly isCaseless: boolean;
  readonly collation: string;
  /** INSERT … RETURNING, which MariaDB has. */
  readonly hasReturning: boolean;
  readonly variables: () => Readonly<Record<string, string | number>>;
  readonly processes: () => readonly Process[];
}

interface Connection {
  readonly database: DatabaseSync;
  readonly attached: Map<string, string>;
  readonly variables: Map<string, string | number>;
  /** `next`: only the transaction that comes. */
  readOnly: "session" | "next" | null;
  isReading: boolean;
}

/**
 * Schemas of tables that several sessions read and write at once, each in its own transaction: SQLite files that go with the
 * engine. A session sees what was committed when its transaction began; a second writer waits, then gets error 1205. What the
 * engine does not understand is bad syntax, never a wrong answer.
 */
export class SqlEngine {
  readonly catalog = new Catalog();
  readonly #options: EngineOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), "stand-in-db-"));
  /** The files by schema, in lower case. */
  readonly #files = new Map<string, string>();
  readonly #connections = new Map<number, Connection>();
  readonly #own: Connection;
  #made = 0;

  constructor(options: EngineOptions) {
    this.#options = options;
    for (const schema of options.schemas) this.#openSchema(schema);
    this.#own = this.#connect();
  }

  /** The owner's connection, for what happens without the protocol. */
  get database(): DatabaseSync {
    this.#attach(this.#own);
    return this.#own.database;
  }
  /** The owner creates tables in MySQL's words. */
  define(sql: string): void {
    this.#ddl(sql, this.#own, null);
  }

  /** One statement of a session; waits for locks, then answers with MySQL's number. */
  async ask(sql: string, values: readonly Value[], session: Session): Promise<Answer> {
    const connection = this.#of(session.id);
    const until = performance.now() + LOCK_WAIT_MS;
    for (;;) {
      try {
        this.#attach(connection);
        return this.#run(sql.replace(/^(?:\s*\/\*(?!!)[\s\S]*?\*\/)*\s*/, "").replace(/;?\s*$/, ""), values, session, connection);
      } catch (error) {
        if (error instanceof SqlRefusal) return { kind: "error", code: error.code, state: error.state, message: error.message };
        const { errcode } = error as { errcode?: number };
        if (errcode !== BUSY || performance.now() > until) return inMysql(error as Error & { errcode?: number });
        await wait(5);
      }
    }
  }

  /** A connection that ends in the middle of a transaction leaves nothing of it behind. */
  end(session: number): void {
    this.#connections.get(session)?.database.close();
    this.#connections.delete(session);
  }
  close(): void {
    for (const session of [...this.#connections.keys()]) this.end(session);
    if (this.#own.database.isOpen) this.#own.database.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(sql: string, values: readonly Value[], session: Session, connection: Connection): Answer {
    const { database } = connection;
    const verb = /^\(?\s*([a-z]+)/i.exec(sql)?.[1]?.toLowerCase() ?? "";
    switch (verb) {
      case "set":
        return setVariables(sql, {
          ...connection,
          known: this.#options.variables(),
          readOnly: (how) => this.#setReadOnly(connection, how),
        });
      case "use":
        return this.#use(sql, session);
      case "begin":
      case "start":
        return this.#begin(sql, connection);
      case "commit":
      case "rollback":
      case "savepoint":
      case "release":
        return endTransaction(sql, connection);
      case "show":
        return show(sql, this.#showContext(session)) ?? refuse(sql);
      case "desc":
      case "describe":
        return show(`SHOW COLUMNS FROM ${sql.replace(/^\w+\s+/, "")}`, this.#showContext(session)) ?? refuse(sql);
      case "select":
      case "insert":
      case "replace":
      case "update":
      case "delete":
        return this.#rows(sql, values, session, connection);
    }
    if (!isDdl(verb)) throw badSyntax(sql);
    // MySQL commits what is open before it changes a table.
    if (database.isTransaction) database.exec("COMMIT");
    this.#ddl(sql, connection, session.database || null);
    return { kind: "ok" };
  }

  #rows(sql: string, values: readonly Value[], session: Session, connection: Connection): Answer {
    const { database } = connection;
    const options = this.#options;
    const all = { ...options.variables(), ...Object.fromEntries(connection.variables) };
    const { text, locks, readsSchema, writes, inserted } = translate(sql, {
      catalog: this.catalog,
      database: session.database || null,
      hasReturning: options.hasReturning,
      variable: (name) => all[name] ?? null,
      session: { id: session.id, user: session.user, version: options.version },
    });
    if (writes && connection.isReading)
      throw new SqlRefusal(1792, "25006", "Cannot execute statement in a READ ONLY transaction.");
    if (readsSchema) fillSchema(database, sql, this.#schemaFacts());
    // Only a write takes SQLite's lock: an empty one does what FOR UPDATE promises.
    if (database.isTransaction) for (const table of locks) database.exec(`DELETE FROM ${table} WHERE 0`);
    const statement = database.prepare(text);
    const given = values.map(asInput);
    const columns = statement.columns();
    if (columns.length === 0) {
      const { changes, lastInsertRowid } = written(statement, given, (error) =>
        writes ? duplicateEntry(error, writes, inserted, database, given) : null,
      );
      const insertId = writes && /^(?:insert|replace)/i.test(sql) && countedColumn(writes) !== null ? Number(lastInsertRowid) : 0;
      return { kind: "ok", affectedRows: Number(changes), insertId, inTransaction: database.isTransaction };
    }
    statement.setReturnArrays(true);
    statement.setReadBigInts(true);
    const scales = columns.map(({ type }) => /^DECIMAL\(\d+, (\d+)\)$/.exec(type ?? "")?.[1]);
    const rows = (statement.all(...given) as unknown as Cell[][]).map((row) =>
      row.map((cell, index) => asValue(cell, scales[index])),
    );
    return { kind: "rows", columns: columns.map(({ name }) => name), rows };
  }

  #ddl(sql: string, connection: Connection, database: string | null): void {
    runDdl(sql, {
      catalog: this.catalog,
      database,
      connection: connection.database,
      isCaseless: this.#options.isCaseless,
      openSchema: (name) => this.#openSchema(name),
      closeSchema: (name) => {
        this.#files.delete(name.toLowerCase());
        this.catalog.removeSchema(name);
      },
    });
  }

  #use(sql: string, session: Session): Answer {
    const name = /^use\s+(`(?:[^`]|``)+`|\S+)$/i.exec(sql)?.[1]?.replace(/^`|`$/g, "").replaceAll("``", "`") ?? "";
    if (!this.catalog.hasSchema(name) && name.toLowerCase() !== "information_schema")
      throw new SqlRefusal(1049, "42000", `Unknown database '${name}'`);
    session.database = name;
    return { kind: "ok" };
  }
  #begin(sql: string, connection: Connection): Answer {
    const { database } = connection;
    if (database.isTransaction) database.exec("COMMIT");
    const { readOnly, isSnapshot } = startTransaction(sql);
    database.exec("BEGIN");
    // SQLite takes its snapshot with the first read.
    if (isSnapshot)
      for (const { schema, name } of this.catalog.tables())
        database.prepare(`SELECT 1 FROM ${quoted(schema)}.${quoted(name)} LIMIT 1`).get();
    connection.isReading = readOnly ?? connection.readOnly !== null;
    if (connection.readOnly === "next") connection.readOnly = null;
    return { kind: "ok", inTransaction: true };
  }
  #setReadOnly(connection: Connection, how: "session" | "next" | null): void {
    connection.readOnly = how;
    if (how !== "next") connection.isReading = how === "session";
  }
  #showContext(session: Session) {
    const { collation, variables, processes } = this.#options;
    const connection = this.#of(session.id);
    return {
      catalog: this.catalog,
      database: session.database || null,
      charset: collation.split("_")[0]!,
      processes,
      variables: () => ({ ...variables(), ...Object.fromEntries(connection.variables) }),
    };
  }
  #schemaFacts() {
    const { collation, processes, variables } = this.#options;
    return {
      ...{ catalog: this.catalog, collation, processes, variables },
      countRows: ({ schema, name }: { readonly schema: string; readonly name: string }) =>
        Number(this.database.prepare(`SELECT count(*) AS n FROM ${quoted(schema)}.${quoted(name)}`).get()?.n),
    };
  }

  #of(id: number): Connection {
    const known = this.#connections.get(id);
    if (known) return known;
    const connection = this.#connect();
    this.#connections.set(id, connection);
    return connection;
  }
  #connect(): Connection {
    const database = new DatabaseSync(":memory:", { timeout: 0, enableDoubleQuotedStringLiterals: false });
    registerFunctions(database);
    const connection: Connection = { database, attached: new Map(), variables: new Map(), readOnly: null, isReading: false };
    this.#attach(connection);
    return connection;
  }
  #openSchema(name: string): void {
    this.#files.set(name.toLowerCase(), join(this.#folder, `${this.#made++}.db`));
    this.catalog.addSchema(name);
    // The file is made before anybody looks for it.
    const file = new DatabaseSync(this.#files.get(name.toLowerCase())!);
    file.exec("PRAGMA journal_mode = WAL");
    file.close();
  }
  /** Schemas that came or went since the connection asked last. */
  #attach({ database, attached }: Connection): void {
    if (database.isTransaction) return;
    for (const [schema, file] of attached)
      if (this.#files.get(schema) !== file) {
        database.exec(`DETACH ${quoted(schema)}`);
        attached.delete(schema);
      }
    for (const [schema, file] of this.#files) {
      if (attached.has(schema)) continue;
      database.prepare(`ATTACH ? AS ${quoted(schema)}`).run(file);
      database.exec(`PRAGMA ${quoted(schema)}.journal_mode = WAL; PRAGMA ${quoted(schema)}.synchronous = OFF`);
      attached.set(schema, file);
    }
  }
}

/** Runs it; what `explain` knows better than SQLite is thrown instead. */
function written(statement: StatementSync, values: readonly SQLInputValue[], explain: (error: unknown) => SqlRefusal | null) {
  try {
    return statement.run(...values);
  } catch (error) {
    throw explain(error) ?? error;
  }
}

function refuse(sql: string): never {
  throw badSyntax(sql);
}

/** Outside of a transaction MySQL takes both without a word. */
function endTransaction(sql: string, connection: Connection): Answer {
  const { database } = connection;
  const plain = sql.replace(/\s+work\b/i, "").replace(/^rollback\s+to\s+(?:savepoint\s+)?/i, "ROLLBACK TO ");
  const isEnd = /^(?:commit|rollback)$/i.test(plain);
  if (!isEnd && !/^(?:savepoint|release savepoint|rollback to) `?\w+`?$/i.test(plain)) throw badSyntax(sql);
  if (isEnd) {
    if (database.isTransaction) database.exec(plain);
    connection.isReading = connection.readOnly === "session";
  } else if (database.isTransaction) database.exec(plain);
  return { kind: "ok", inTransaction: database.isTransaction };
}
