import type { DatabaseSync } from "node:sqlite";
import { alterTable } from "./alter-table.ts";
import type { Catalog } from "./catalog.ts";
import { readTable } from "./read-table.ts";
import { quoted, sqliteTable, type TableDefinition } from "./table-definition.ts";
import { SqlRefusal, TokenReader, tokensOf } from "./tokens.ts";

export interface DdlContext {
  readonly catalog: Catalog;
  readonly database: string | null;
  /** The connection of the session that asks. */
  readonly connection: DatabaseSync;
  readonly isCaseless: boolean;
  /** Opens a new schema in every connection. */
  readonly openSchema: (name: string) => void;
  readonly closeSchema: (name: string) => void;
}

const VERBS = new Set(["create", "alter", "drop", "rename", "truncate"]);
export const isDdl = (verb: string): boolean => VERBS.has(verb);

/** Changes what tables there are. Throws MySQL's refusals. */
export function runDdl(sql: string, context: DdlContext): void {
  const reader = new TokenReader(tokensOf(sql));
  const verb = reader.next().text.toLowerCase();
  if (verb === "create") create(reader, context);
  else if (verb === "alter") alter(reader, context);
  else if (verb === "drop") drop(reader, context);
  else if (verb === "truncate") truncate(reader, context);
  else rename(reader, context);
}

function create(reader: TokenReader, context: DdlContext): void {
  if (reader.skip("database") || reader.skip("schema")) return void createSchema(reader, context);
  const isUnique = reader.skip("unique");
  if (reader.skip("index")) return void createIndex(reader, context, isUnique);
  reader.expect("table");
  const mayExist = reader.skip("if", "not", "exists");
  const { schema, name } = located(reader, context);
  const definition = readDefinition(reader, context, schema, name);
  reader.end();
  if (context.catalog.find(schema, name)) {
    if (mayExist) return;
    throw new SqlRefusal(1050, "42S01", `Table '${name}' already exists`);
  }
  context.connection.exec(sqliteTable(definition, context));
  context.catalog.put(definition);
}

function readDefinition(reader: TokenReader, context: DdlContext, schema: string, name: string): TableDefinition {
  const bracketed = reader.isSymbol("(") && reader.isWord("like", 1);
  if (bracketed) reader.at++;
  if (!reader.skip("like")) return readTable(reader, schema, name);
  const from = located(reader, context);
  if (bracketed) reader.expectSymbol(")");
  return { ...context.catalog.table(from.schema, from.name), schema, name, foreignKeys: [] };
}

function createSchema(reader: TokenReader, { catalog, openSchema }: DdlContext): void {
  const mayExist = reader.skip("if", "not", "exists");
  const name = reader.name();
  while (!reader.isDone) reader.next(); // character set and collation
  if (!catalog.hasSchema(name)) openSchema(name);
  else if (!mayExist) throw new SqlRefusal(1007, "HY000", `Can't create database '${name}'; database exists`);
}

function createIndex(reader: TokenReader, context: DdlContext, isUnique: boolean): void {
  const name = reader.name();
  reader.expect("on");
  const { schema, name: table } = located(reader, context);
  const columns = reader.columnList();
  reader.end();
  const before = context.catalog.table(schema, table);
  if (before.keys.some((key) => key.name === name)) throw new SqlRefusal(1061, "42000", `Duplicate key name '${name}'`);
  rebuild(context, before, { ...before, keys: [...before.keys, { name, isUnique, columns }] });
}

function alter(reader: TokenReader, context: DdlContext): void {
  reader.expect("table");
  const { schema, name } = located(reader, context);
  const before = context.catalog.table(schema, name);
  const { table, from } = alterTable(reader, before);
  reader.end();
  rebuild(context, before, table, from);
}

/** The rows go over into a new table. */
function rebuild(
  context: DdlContext,
  before: TableDefinition,
  after: TableDefinition,
  from?: ReadonlyMap<string, string | null>,
): void {
  const { connection, catalog } = context;
  const temporary = { ...after, name: `#sql-${after.name}` };
  const columns = after.columns.flatMap(({ name }) => {
    const old = from ? (from.get(name) ?? null) : name;
    return old === null ? [] : [{ name, old }];
  });
  connection.exec("BEGIN IMMEDIATE");
  try {
    connection.exec(sqliteTable(temporary, context));
    const filled = after.columns.filter(({ name }) => !columns.some((column) => column.name === name));
    const added = filled.filter(({ isNullable, fallback }) => !isNullable && fallback.kind === "none");
    const names = [...columns.map(({ name }) => name), ...added.map(({ name }) => name)].map(quoted).join(", ");
    const values = [
      ...columns.map(({ old }) => quoted(old)),
      ...added.map(({ type }) => (/char|text|enum|set/.test(type.base) ? "''" : "0")),
    ];
    const target = `${quoted(after.schema)}.${quoted(temporary.name)}`;
    if (values.length > 0)
      connection.exec(
        `INSERT INTO ${target} (${names}) SELECT ${values.join(", ")} FROM ${quoted(before.schema)}.${quoted(before.name)}`,
      );
    connection.exec(`DROP TABLE ${quoted(before.schema)}.${quoted(before.name)}`);
    connection.exec(`ALTER TABLE ${target} RENAME TO ${quoted(after.name)}`);
    connection.exec("COMMIT");
  } catch (error) {
    connection.exec("ROLLBACK");
    throw error;
  }
  catalog.remove(before.schema, before.name);
  catalog.put(after);
}

function drop(reader: TokenReader, context: DdlContext): void {
  const { catalog, connection, closeSchema } = context;
  if (reader.skip("database") || reader.skip("schema")) {
    const mayMiss = reader.skip("if", "exists");
    const name = reader.name();
    reader.end();
    if (catalog.hasSchema(name)) return void closeSchema(name);
    if (!mayMiss) throw new SqlRefusal(1008, "HY000", `Can't drop database '${name}'; database doesn't exist`);
    return;
  }
  if (reader.skip("index")) return void dropIndex(reader, context);
  reader.expect("table");
  const mayMiss = reader.skip("if", "exists");
  do {
    const { schema, name } = located(reader, context);
    if (catalog.find(schema, name)) {
      connection.exec(`DROP TABLE ${quoted(schema)}.${quoted(name)}`);
      catalog.remove(schema, name);
    } else if (!mayMiss) throw new SqlRefusal(1051, "42S02", `Unknown table '${schema}.${name}'`);
  } while (reader.skipSymbol(","));
  reader.end();
}

function dropIndex(reader: TokenReader, context: DdlContext): void {
  const name = reader.name();
  reader.expect("on");
  const { schema, name: table } = located(reader, context);
  const before = context.catalog.table(schema, table);
  const keys = before.keys.filter((key) => key.name !== name);
  if (keys.length === before.keys.length)
    throw new SqlRefusal(1091, "42000", `Can't DROP '${name}'; check that column/key exists`);
  rebuild(context, before, { ...before, keys });
}

function truncate(reader: TokenReader, context: DdlContext): void {
  reader.skip("table");
  const { schema, name } = located(reader, context);
  reader.end();
  context.catalog.table(schema, name);
  context.connection.exec(`DELETE FROM ${quoted(schema)}.${quoted(name)}`);
}

function rename(reader: TokenReader, context: DdlContext): void {
  reader.expect("table");
  do {
    const from = located(reader, context);
    reader.expect("to");
    const to = located(reader, context);
    if (to.schema !== from.schema) reader.refuse();
    const table = context.catalog.table(from.schema, from.name);
    if (context.catalog.find(to.schema, to.name)) throw new SqlRefusal(1050, "42S01", `Table '${to.name}' already exists`);
    context.connection.exec(`ALTER TABLE ${quoted(from.schema)}.${quoted(from.name)} RENAME TO ${quoted(to.name)}`);
    context.catalog.remove(from.schema, from.name);
    context.catalog.put({ ...table, name: to.name });
  } while (reader.skipSymbol(","));
  reader.end();
}

function located(reader: TokenReader, { catalog, database }: DdlContext): { readonly schema: string; readonly name: string } {
  const { schema, name } = reader.qualified();
  const of = schema ?? database;
  if (of === null) throw new SqlRefusal(1046, "3D000", "No database selected");
  if (!catalog.hasSchema(of)) throw new SqlRefusal(1049, "42000", `Unknown database '${of}'`);
  return { schema: of, name };
}
