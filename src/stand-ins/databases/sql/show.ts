import type { Answer } from "../mysql-server.ts";
import type { Value } from "../wire.ts";
import type { Catalog } from "./catalog.ts";
import { type Process, processCells } from "./information-schema.ts";
import { createText, type TableDefinition, typeText } from "./table-definition.ts";
import { SqlRefusal, TokenReader, tokensOf } from "./tokens.ts";

export interface ShowContext {
  readonly catalog: Catalog;
  readonly database: string | null;
  readonly charset: string;
  readonly processes: () => readonly Process[];
  readonly variables: () => Readonly<Record<string, string | number>>;
}

const rows = (columns: readonly string[], of: readonly (readonly Value[])[]): Answer => ({ kind: "rows", columns, rows: of });

/** The SHOW statements that both databases answer; null: it is another one. */
export function show(sql: string, context: ShowContext): Answer | null {
  const reader = new TokenReader(tokensOf(sql));
  reader.expect("show");
  const isFull = reader.skip("full");
  if (!reader.skip("global")) reader.skip("session");
  const what = reader.next().text.toLowerCase();
  switch (what) {
    case "databases":
    case "schemas":
      return rows(
        ["Database"],
        ["information_schema", ...context.catalog.schemas()].filter(pattern(reader)).map((name) => [name]),
      );
    case "tables":
      return tables(reader, context, isFull);
    case "columns":
    case "fields":
      return columns(reader, context, isFull);
    case "index":
    case "indexes":
    case "keys":
      return keys(reader, context);
    case "create": {
      reader.expect("table");
      const table = tableNamed(reader, context);
      return rows(["Table", "Create Table"], [[table.name, createText(table, context.charset)]]);
    }
    case "variables": {
      const matches = pattern(reader);
      const all = Object.entries(context.variables()).filter(([name]) => matches(name));
      return rows(
        ["Variable_name", "Value"],
        all.map(([name, value]) => [name, String(value)]),
      );
    }
    case "warnings":
    case "errors":
      return rows(["Level", "Code", "Message"], []);
    case "processlist":
      return rows(["Id", "User", "Host", "db", "Command", "Time", "State", "Info"], context.processes().map(processCells));
    default:
      return null;
  }
}

/** `LIKE 'x%'` at the end; without it everything matches. */
function pattern(reader: TokenReader): (name: string) => boolean {
  if (!reader.skip("like")) {
    reader.end();
    return () => true;
  }
  const like = reader.literal();
  reader.end();
  const source = [...like.matchAll(/\\(.)|[\s\S]/g)]
    .map(([letter, escaped]) => (letter === "%" ? ".*" : letter === "_" ? "." : literalOf(escaped ?? letter)))
    .join("");
  const matcher = new RegExp(`^${source}$`, "is");
  return (name) => matcher.test(name);
}

const literalOf = (letter: string): string => letter.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function schemaNamed(reader: TokenReader, { catalog, database }: ShowContext): string {
  const name = reader.skip("from") || reader.skip("in") ? reader.name() : database;
  if (name === null) throw new SqlRefusal(1046, "3D000", "No database selected");
  if (!catalog.hasSchema(name)) throw new SqlRefusal(1049, "42000", `Unknown database '${name}'`);
  return name;
}

function tables(reader: TokenReader, context: ShowContext, isFull: boolean): Answer {
  const schema = schemaNamed(reader, context);
  const found = context.catalog
    .tables(schema)
    .map(({ name }) => name)
    .filter(pattern(reader));
  return rows(
    [`Tables_in_${schema}`, ...(isFull ? ["Table_type"] : [])],
    found.map((name) => [name, ...(isFull ? ["BASE TABLE"] : [])]),
  );
}

function tableNamed(reader: TokenReader, { catalog, database }: ShowContext): TableDefinition {
  const { schema, name } = reader.qualified();
  const of = reader.skip("from") || reader.skip("in") ? reader.name() : (schema ?? database);
  if (of === null) throw new SqlRefusal(1046, "3D000", "No database selected");
  return catalog.table(of, name);
}

function columns(reader: TokenReader, context: ShowContext, isFull: boolean): Answer {
  if (!reader.skip("from")) reader.expect("in");
  const table = tableNamed(reader, context);
  const matches = pattern(reader);
  const of = table.columns
    .filter(({ name }) => matches(name))
    .map((column) => {
      const { name, type, isNullable, fallback, isAutoIncrement } = column;
      const isPrimary = table.keys.some((key) => key.name === "PRIMARY" && key.columns.includes(name));
      const value = fallback.kind === "now" ? "CURRENT_TIMESTAMP" : fallback.kind === "value" ? fallback.text : null;
      const plain = [
        name,
        typeText(type),
        isNullable ? "YES" : "NO",
        isPrimary ? "PRI" : "",
        value,
        isAutoIncrement ? "auto_increment" : "",
      ];
      return isFull
        ? [plain[0]!, plain[1]!, column.collation, ...plain.slice(2), "select,insert,update,references", column.comment]
        : plain;
    });
  const names = ["Field", "Type", "Null", "Key", "Default", "Extra"];
  return rows(isFull ? ["Field", "Type", "Collation", ...names.slice(2), "Privileges", "Comment"] : names, of);
}

function keys(reader: TokenReader, context: ShowContext): Answer {
  if (!reader.skip("from")) reader.expect("in");
  const table = tableNamed(reader, context);
  reader.end();
  return rows(
    ["Table", "Non_unique", "Key_name", "Seq_in_index", "Column_name", "Null"],
    table.keys.flatMap(({ name, isUnique, columns: of }) =>
      of.map((column, index) => {
        const isNullable = table.columns.find((candidate) => candidate.name === column)?.isNullable ?? false;
        return [table.name, isUnique ? 0 : 1, name, index + 1, column, isNullable ? "YES" : ""];
      }),
    ),
  );
}
