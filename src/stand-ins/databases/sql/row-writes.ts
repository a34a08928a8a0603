import { type Translating, writeOne } from "./expressions.ts";
import { named, writeAlias } from "./query.ts";
import { quoted, type TableDefinition } from "./table-definition.ts";
import { SqlRefusal } from "./tokens.ts";

function target(of: Translating): { readonly sql: string; readonly table: TableDefinition } {
  const { schema, name } = of.reader.qualified();
  const sql = named(of, schema, name);
  return { sql, table: of.context.catalog.table(schema ?? of.context.database!, name) };
}

export function writeInsert(of: Translating): TableDefinition {
  const { reader, out } = of;
  const verb = reader.next().text.toUpperCase();
  if (!reader.skip("low_priority")) reader.skip("high_priority");
  out.push(verb, ...(reader.skip("ignore") ? ["OR IGNORE"] : []), "INTO");
  reader.skip("into");
  const { sql, table } = target(of);
  out.push(sql);
  let columns = table.columns.map(({ name }) => name);
  if (reader.isSymbol("(") && !reader.isWord("select", 1)) {
    columns = reader.columnList();
    for (const name of columns) knownColumn(table, name);
    out.push(`(${columns.map(quoted).join(", ")})`);
  }
  if (reader.skip("set")) writeInsertSet(of);
  else if (reader.isWord("select")) {
    out.push("SELECT * FROM (");
    of.query(of);
    out.push(") WHERE true");
  } else {
    if (!reader.skip("values")) reader.expect("value");
    out.push("VALUES");
    const begin = out.length;
    while (!reader.isDone && !reader.isWord("on") && !reader.isWord("returning")) writeOne(of, false);
    of.inserted = { columns, rows: out.slice(begin).join(" ") };
  }
  if (reader.skip("on", "duplicate", "key", "update")) {
    out.push("ON CONFLICT DO UPDATE SET");
    of.inConflict = true;
    writeAssignments(of, table, ["returning"]);
    of.inConflict = false;
  }
  writeReturning(of);
  return table;
}

function writeInsertSet(of: Translating): void {
  const { reader, out } = of;
  const columns: string[] = [];
  const begin = out.length;
  do {
    columns.push(quoted(reader.name()));
    reader.expectSymbol("=");
    if (columns.length > 1) out.push(",");
    while (!reader.isDone && !reader.isSymbol(",") && !reader.isWord("on")) writeOne(of, false);
  } while (reader.skipSymbol(","));
  const values = out.splice(begin);
  out.push(`(${columns.join(", ")})`, "VALUES (", ...values, ")");
}

function writeReturning(of: Translating): void {
  const { reader, out, context } = of;
  if (!reader.isWord("returning")) return;
  if (!context.hasReturning) reader.refuse();
  reader.at++;
  out.push("RETURNING");
  while (!reader.isDone) writeOne(of, false);
}

function knownColumn({ columns }: TableDefinition, name: string): void {
  if (!columns.some((column) => column.name.toLowerCase() === name.toLowerCase()))
    throw new SqlRefusal(1054, "42S22", `Unknown column '${name}' in 'field list'`);
}

/** MySQL sets columns from left to right; where a later one reads an earlier one SQLite would do something else. */
function writeAssignments(of: Translating, table: TableDefinition, until: readonly string[]): void {
  const { reader, out } = of;
  const set = new Set<string>();
  do {
    const { schema, name } = reader.qualified();
    if (schema !== null && schema.toLowerCase() !== table.name.toLowerCase()) reader.refuse();
    knownColumn(table, name);
    reader.expectSymbol("=");
    if (set.size > 0) out.push(",");
    out.push(quoted(name), "=");
    while (!reader.isDone && !reader.isSymbol(",") && !until.some((word) => reader.isWord(word))) {
      const token = reader.peek()!;
      if ((token.kind === "word" || token.kind === "name") && set.has(token.text.toLowerCase()) && !of.inConflict)
        reader.refuse();
      writeOne(of, false);
    }
    set.add(name.toLowerCase());
  } while (reader.skipSymbol(","));
  for (const { name, updatesToNow } of table.columns)
    if (updatesToNow && !set.has(name.toLowerCase())) out.push(",", quoted(name), "= CURRENT_TIMESTAMP");
}

export function writeUpdate(of: Translating): TableDefinition {
  const { reader, out } = of;
  reader.expect("update");
  reader.skip("low_priority");
  out.push("UPDATE", ...(reader.skip("ignore") ? ["OR IGNORE"] : []));
  const { sql, table } = target(of);
  out.push(sql);
  writeAlias(of, null);
  reader.expect("set");
  out.push("SET");
  writeAssignments(of, table, ["where", "order", "limit"]);
  writeWhere(of, sql);
  return table;
}

export function writeDelete(of: Translating): TableDefinition {
  const { reader, out } = of;
  reader.expect("delete");
  reader.skip("low_priority");
  reader.expect("from");
  out.push("DELETE FROM");
  const { sql, table } = target(of);
  out.push(sql);
  writeAlias(of, null);
  writeWhere(of, sql);
  return table;
}

/** WHERE, ORDER BY and LIMIT of a statement that writes; SQLite takes a limit only in a query. */
function writeWhere(of: Translating, sql: string): void {
  const { reader, out } = of;
  const begin = out.length;
  let isLimited = false;
  while (!reader.isDone && !reader.isWord("returning")) {
    if (reader.skip("where")) out.push("WHERE");
    else if (reader.skip("order", "by")) out.push("ORDER BY");
    else if (reader.skip("limit")) {
      isLimited = true;
      out.push("LIMIT");
    } else writeOne(of, false);
  }
  const clause = out.splice(begin);
  out.push(...(isLimited ? ["WHERE rowid IN (SELECT rowid FROM", sql, ...clause, ")"] : clause));
  writeReturning(of);
}
