import type { Binlog, Content, RowChange } from "../databases/binlog.ts";

/** A statement for an upstream: SQL, a row change, or bytes of tables that nobody replicates. */
export type Statement = string | RowChange | { readonly kind: "bytes"; readonly bytes: number };

export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** One source's upstream as the stand-in DM has it: its binlog, and the database behind it where there is one. */
export interface UpstreamSide {
  readonly binlog: Binlog;
  /** The database that writes go to; null: a binlog without a database. */
  readonly login: Login | null;
  isUp(): boolean;
  /** For an upstream without a database. */
  setUp(isUp: boolean): void;
  /** Runs the statements in one transaction (a DDL in one of its own) and logs what they changed. */
  write(statements: readonly Statement[], options?: { readonly isRefused?: boolean }): Promise<void>;
  /** Closes the file and begins the next one. */
  rotate(): Promise<void>;
  /** One transaction larger than 4 GiB; the file ends behind it. */
  writeHuge(parts: readonly Statement[]): Promise<void>;
  /** Looks what others wrote. */
  refresh(): Promise<void>;
  /** Columns of its tables, empty where nobody can be asked. */
  columnsOf(schema: string, table: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A binlog without a database: positions move, row changes are taken as they are told. */
export function binlogOnly(binlog: Binlog): UpstreamSide {
  let isUp = true;
  async function write(statements: readonly Statement[], { isRefused = false } = {}): Promise<void> {
    const ddl = statements.find((statement) => typeof statement === "string");
    if (ddl === undefined) binlog.append(statements.map((statement) => contentOf(statement as Exclude<Statement, string>)));
    else if (statements.length > 1) throw new Error("a DDL is a transaction of its own");
    else binlog.append([{ kind: "ddl", ...placeOfDdl(ddl), sql: ddl, columns: null, isRefused }]);
  }
  return {
    binlog,
    login: null,
    isUp: () => isUp,
    setUp: (now) => {
      isUp = now;
    },
    write,
    async writeHuge(parts) {
      await write(parts);
      binlog.rotate();
    },
    rotate: async () => binlog.rotate(),
    refresh: async () => {},
    columnsOf: async () => [],
    close: async () => {},
  };
}

export const contentOf = (statement: Exclude<Statement, string>): Content =>
  statement.kind === "bytes" ? statement : { kind: "row", change: statement };

const NAME = "(?:`((?:[^`]|``)+)`|([\\w$]+))";
const QUALIFIED = `${NAME}(?:\\s*\\.\\s*${NAME})?`;
const unquoted = (quotedName: string | undefined, bare: string | undefined): string =>
  quotedName?.replaceAll("``", "`") ?? bare ?? "";

/** The first name after these words, as schema and table; `schema` is used where none is written. */
export function nameAfter(
  words: RegExp,
  sql: string,
  schema: string,
): { readonly schema: string; readonly table: string } | null {
  const begin = words.exec(sql);
  if (!begin) return null;
  const found = new RegExp(`^\\s*${QUALIFIED}`).exec(sql.slice(begin.index + begin[0].length));
  if (!found) return null;
  const first = unquoted(found[1], found[2]);
  const second = unquoted(found[3], found[4]);
  return second === "" ? { schema, table: first } : { schema: first, table: second };
}

export const isDdl = (sql: string): boolean => /^\s*(?:create|alter|drop|truncate|rename)\b/i.test(sql);

/** What a DDL is about; its table null: a schema. */
export function placeOfDdl(sql: string, schema = ""): { readonly schema: string; readonly table: string | null } {
  const database = nameAfter(/^\s*(?:create|drop|alter)\s+(?:database|schema)\s+(?:if\s+(?:not\s+)?exists\s+)?/i, sql, "");
  if (database) return { schema: database.table, table: null };
  const index = nameAfter(/^\s*(?:create|drop)\s+(?:unique\s+)?index\s+\S+\s+on\s+/i, sql, schema);
  const table = nameAfter(
    /^\s*(?:create|alter|drop|truncate|rename)\s+(?:table\s+)?(?:if\s+(?:not\s+)?exists\s+)?/i,
    sql,
    schema,
  );
  return index ?? table ?? { schema, table: null };
}
