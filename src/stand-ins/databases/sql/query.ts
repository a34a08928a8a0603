import { type Translating, writeOne } from "./expressions.ts";
import { quoted } from "./table-definition.ts";
import { SqlRefusal, type Token, type TokenReader } from "./tokens.ts";

const CLAUSES = new Set(["where", "group", "order", "having", "limit", "union", "on"]);
const JOINS = new Set(["join", "inner", "left", "right", "outer", "cross", "natural"]);
const IGNORED = new Set([
  "sql_no_cache",
  "sql_cache",
  "sql_buffer_result",
  "sql_big_result",
  "sql_small_result",
  "high_priority",
  "low_priority",
  "straight_join",
]);

/** `labels`: the statement's own text, for columns that have no alias. */
export function writeQuery(of: Translating, locks: string[], labels: string | null): void {
  const { reader, out } = of;
  const tables: string[] = [];
  reader.expect("select");
  out.push("SELECT");
  let isList = true;
  let item = reader.at;
  while (!reader.isDone && !reader.isSymbol(")")) {
    if (reader.isWord("for") || reader.isWord("lock")) {
      readLock(reader, () => locks.push(...tables));
      break;
    }
    const word = reader.peek()!.kind === "word" ? reader.peek()!.text.toLowerCase() : "";
    if (IGNORED.has(word)) {
      reader.at++;
      item = reader.at;
    } else if (isList && (word === "from" || word === "limit" || word === "where" || word === "union" || reader.isSymbol(","))) {
      if (labels !== null) writeLabel(of, item, labels);
      if (reader.skipSymbol(",")) {
        out.push(",");
        item = reader.at;
        continue;
      }
      isList = false;
      if (word === "from") {
        reader.at++;
        if (reader.skip("dual")) continue;
        out.push("FROM");
        writeTables(of, tables);
      }
    } else if (word === "union") {
      reader.at++;
      out.push(reader.skip("all") ? "UNION ALL" : "UNION");
      return void writeQuery(of, locks, null);
    } else if (["group", "order"].includes(word)) {
      reader.at++;
      reader.expect("by");
      out.push(word.toUpperCase(), "BY");
    } else if (["where", "having", "limit", "offset"].includes(word)) {
      reader.at++;
      out.push(word.toUpperCase());
    } else writeOne(of, false);
  }
  if (isList && labels !== null) writeLabel(of, item, labels);
}

/** A column without an alias is called as it was written. */
function writeLabel({ reader, out }: Translating, from: number, sql: string): void {
  const tokens = reader.tokens
    .slice(from, reader.at)
    .filter((token) => !(token.kind === "word" && /^(?:distinct|all)$/i.test(token.text)));
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (!first || !last || last.text === "*") return;
  const isName = tokens.every((token, index) =>
    index % 2 === 0 ? token.kind === "word" || token.kind === "name" : token.text === ".",
  );
  const before = tokens.at(-2);
  const hasAlias =
    tokens.some((token, index) => token.kind === "word" && /^as$/i.test(token.text) && index === tokens.length - 2) ||
    (tokens.length > 1 &&
      (last.kind === "name" || last.kind === "word") &&
      !/^(?:null|true|false|end)$/i.test(last.text) &&
      isValueEnd(before!));
  if (hasAlias || (isName && last.kind !== "word") || (isName && !/^(?:null|true|false|current_timestamp)$/i.test(last.text)))
    return;
  out.push("AS", quoted(sql.slice(first.from, last.to)));
}

const isValueEnd = (token: Token): boolean =>
  token.text === ")" ||
  ["name", "string", "number", "parameter", "variable"].includes(token.kind) ||
  (token.kind === "word" &&
    !/^(?:and|or|not|is|like|in|between|collate|binary|mod|when|then|else|case|using)$/i.test(token.text));

function readLock(reader: TokenReader, lock: () => void): void {
  if (reader.skip("lock", "in", "share", "mode") || reader.skip("for", "share")) return;
  reader.expect("for", "update");
  lock();
  if (!reader.skip("nowait")) reader.skip("wait");
}

/** The tables behind FROM with their joins, up to the next clause. */
function writeTables(of: Translating, tables: string[]): void {
  const { reader, out } = of;
  writeTable(of, tables);
  while (!reader.isDone && !reader.isSymbol(")")) {
    const token = reader.peek()!;
    const word = token.kind === "word" ? token.text.toLowerCase() : "";
    if (reader.skipSymbol(",")) {
      out.push(",");
      writeTable(of, tables);
    } else if (JOINS.has(word)) {
      reader.at++;
      out.push(word.toUpperCase());
      if (word === "join") writeTable(of, tables);
    } else if (word === "on") {
      reader.at++;
      out.push("ON");
      writeCondition(of);
    } else if (word === "using") {
      reader.at++;
      out.push("USING", `(${reader.columnList().map(quoted).join(", ")})`);
    } else return;
  }
}

function writeCondition(of: Translating): void {
  const { reader } = of;
  for (;;) {
    const token = reader.peek();
    if (!token || reader.isDone || token.text === ")" || token.text === ",") return;
    const word = token.kind === "word" ? token.text.toLowerCase() : "";
    if (CLAUSES.has(word) || (JOINS.has(word) && !reader.isSymbol("(", 1)) || word === "for" || word === "lock") return;
    writeOne(of, false);
  }
}

function writeTable(of: Translating, tables: string[]): void {
  const { reader, out } = of;
  if (reader.skipSymbol("(")) {
    out.push("(");
    if (reader.isWord("select")) of.query(of);
    else writeTables(of, tables);
    reader.expectSymbol(")");
    out.push(")");
    writeAlias(of, null);
    return;
  }
  const { schema, name } = reader.qualified();
  if (
    schema?.toLowerCase() === "information_schema" ||
    (schema === null && of.context.database?.toLowerCase() === "information_schema")
  ) {
    out.push(quoted(`information_schema_${name.toLowerCase()}`));
    writeAlias(of, name);
    return;
  }
  const table = named(of, schema, name);
  tables.push(table);
  out.push(table);
  writeAlias(of, null);
}

export function writeAlias({ reader, out }: Translating, otherwise: string | null): void {
  const token = reader.peek();
  const isAs = reader.skip("as");
  const isBare =
    token?.kind === "name" ||
    (token?.kind === "word" &&
      !/^(?:where|group|order|having|limit|union|on|using|for|lock|set|force|use|ignore|partition)$/i.test(token.text) &&
      !JOINS.has(token.text.toLowerCase()));
  if (isAs || isBare) out.push("AS", quoted(reader.name()));
  else if (otherwise) out.push("AS", quoted(otherwise));
  while (reader.isWord("force") || reader.isWord("use") || reader.isWord("ignore")) {
    reader.at++;
    if (!reader.skip("index")) reader.expect("key");
    reader.columnList();
  }
}

/** A table as SQLite names it; throws MySQL's number where there is none. */
export function named({ context }: Translating, schema: string | null, name: string): string {
  const { catalog, database } = context;
  const of = schema ?? database;
  if (of === null) throw new SqlRefusal(1046, "3D000", "No database selected");
  if (!catalog.hasSchema(of)) throw new SqlRefusal(1049, "42000", `Unknown database '${of}'`);
  const table = catalog.table(of, name);
  return `${quoted(table.schema)}.${quoted(table.name)}`;
}
