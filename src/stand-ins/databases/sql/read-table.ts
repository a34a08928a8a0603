import type {
  ColumnDefault,
  ColumnDefinition,
  ColumnType,
  ForeignKey,
  KeyDefinition,
  TableDefinition,
} from "./table-definition.ts";
import { sortOf } from "./table-definition.ts";
import { SqlRefusal, type TokenReader } from "./tokens.ts";

type Draft = { columns: ColumnDefinition[]; keys: KeyDefinition[]; foreignKeys: ForeignKey[] };

/** What stands in the brackets of CREATE TABLE, and the options behind them. */
export function readTable(reader: TokenReader, schema: string, name: string): TableDefinition {
  const draft: Draft = { columns: [], keys: [], foreignKeys: [] };
  reader.expectSymbol("(");
  do readPart(reader, draft, schema);
  while (reader.skipSymbol(","));
  reader.expectSymbol(")");
  return { schema, name, ...checked(draft), comment: readOptions(reader) };
}

/** Keys name columns that are there; the columns of a primary key are NOT NULL. */
export function checked({ columns, keys, foreignKeys }: Draft): Draft {
  const known = new Map(columns.map((column) => [column.name.toLowerCase(), column]));
  for (const key of keys)
    for (const name of key.columns)
      if (!known.has(name.toLowerCase())) throw new SqlRefusal(1072, "42000", `Key column '${name}' doesn't exist in table`);
  const primary = new Set(keys.find(({ name }) => name === "PRIMARY")?.columns.map((name) => name.toLowerCase()));
  return {
    keys: [...keys].sort((a, b) => Number(b.name === "PRIMARY") - Number(a.name === "PRIMARY")),
    foreignKeys,
    columns: columns.map((column) =>
      primary.has(column.name.toLowerCase()) ? { ...column, isNullable: false, fallback: withoutNull(column.fallback) } : column,
    ),
  };
}

const withoutNull = (fallback: ColumnDefault): ColumnDefault =>
  fallback.kind === "value" && fallback.text === null ? { kind: "none" } : fallback;

function readPart(reader: TokenReader, draft: Draft, schema: string): void {
  const constraint = reader.skip("constraint") && !isKeyWord(reader) ? reader.name() : null;
  const key = readKey(reader, draft, constraint);
  if (key) draft.keys.push(key);
  else if (reader.skip("foreign", "key"))
    draft.foreignKeys.push(readForeignKey(reader, schema, constraint, draft.foreignKeys.length));
  else readColumn(reader, draft);
}

const isKeyWord = (reader: TokenReader): boolean =>
  ["primary", "unique", "foreign", "key", "index"].some((word) => reader.isWord(word));

/** A primary, unique or plain key; null when something else comes. */
export function readKey(
  reader: TokenReader,
  { keys }: { readonly keys: readonly KeyDefinition[] },
  constraint: string | null,
): KeyDefinition | null {
  if (reader.isWord("primary") && reader.isWord("key", 1)) {
    reader.expect("primary", "key");
    if (reader.skip("using")) reader.name();
    const columns = reader.columnList();
    keyOptions(reader);
    return { name: "PRIMARY", isUnique: true, columns };
  }
  const isUnique = reader.skip("unique");
  if (!(reader.skip("key") || reader.skip("index") || isUnique)) return null;
  const given = reader.isSymbol("(") ? null : reader.name();
  if (reader.skip("using")) reader.name();
  const columns = reader.columnList();
  keyOptions(reader);
  const taken = new Set(keys.map(({ name }) => name));
  let name = given ?? constraint ?? columns[0]!;
  for (let number = 2; taken.has(name); number++) name = `${columns[0]!}_${number}`;
  return { name, isUnique, columns };
}

/** TiDB writes how a key is stored into comments that it runs itself. */
function keyOptions(reader: TokenReader): void {
  for (;;) {
    if (reader.skip("using") || reader.skip("comment")) reader.next();
    else if (!(reader.skip("clustered") || reader.skip("nonclustered"))) return;
  }
}

function readForeignKey(reader: TokenReader, schema: string, constraint: string | null, index: number): ForeignKey {
  const given = reader.isSymbol("(") ? null : reader.name();
  const columns = reader.columnList();
  reader.expect("references");
  const target = reader.qualified();
  const toColumns = reader.columnList();
  while (reader.skip("on")) {
    if (!reader.skip("delete")) reader.expect("update");
    if (!(reader.skip("cascade") || reader.skip("restrict") || reader.skip("set", "null"))) reader.expect("no", "action");
  }
  const name = constraint ?? given ?? `fk_${index + 1}`;
  return { name, columns, toSchema: target.schema ?? schema, toTable: target.name, toColumns };
}

/** One column with what follows its type; a key that it declares is added to the draft. */
export function readColumn(reader: TokenReader, draft: Pick<Draft, "columns" | "keys">): void {
  const name = reader.name();
  const type = readType(reader);
  const column = {
    name,
    type,
    isNullable: true,
    fallback: { kind: "none" } as ColumnDefault,
    updatesToNow: false,
    isAutoIncrement: false,
    collation: null as string | null,
    comment: "",
  };
  for (;;) {
    if (reader.skip("not", "null")) column.isNullable = false;
    else if (reader.skip("null")) column.isNullable = true;
    else if (reader.skip("default")) column.fallback = readDefault(reader);
    else if (reader.skip("on", "update")) {
      readNow(reader);
      column.updatesToNow = true;
    } else if (reader.skip("auto_increment")) column.isAutoIncrement = true;
    else if (reader.skip("comment")) column.comment = reader.literal();
    else if (reader.skip("collate")) column.collation = reader.name();
    else if (reader.skip("character", "set") || reader.skip("charset")) reader.name();
    else if (reader.skip("primary", "key")) draft.keys.push({ name: "PRIMARY", isUnique: true, columns: [name] });
    else if (reader.skip("unique")) {
      reader.skip("key");
      draft.keys.push({ name, isUnique: true, columns: [name] });
    } else break;
  }
  if (column.isAutoIncrement) column.isNullable = false;
  draft.columns.push(column);
}

const TWO_WORDS: Readonly<Record<string, string>> = { double: "precision", character: "varying", national: "varchar" };

function readType(reader: TokenReader): ColumnType {
  const base = reader.name().toLowerCase();
  if (TWO_WORDS[base]) reader.skip(TWO_WORDS[base]);
  const bracket: string[] = [];
  if (reader.skipSymbol("(")) {
    do bracket.push(reader.literal());
    while (reader.skipSymbol(","));
    reader.expectSymbol(")");
  }
  let isUnsigned = false;
  while (reader.isWord("unsigned") || reader.isWord("signed") || reader.isWord("zerofill"))
    isUnsigned = reader.next().text.toLowerCase() === "unsigned" || isUnsigned;
  const plain = base === "integer" ? "int" : base === "bool" || base === "boolean" ? "tinyint" : base;
  const type = { base: plain, bracket: base.startsWith("bool") ? ["1"] : bracket, isUnsigned };
  if (sortOf(type) === null)
    throw new SqlRefusal(1064, "42000", `You have an error in your SQL syntax near '${base}': no column type that is known here`);
  return type;
}

function readDefault(reader: TokenReader): ColumnDefault {
  if (reader.skip("null")) return { kind: "value", text: null };
  if (reader.isWord("current_timestamp") || reader.isWord("now")) {
    readNow(reader);
    return { kind: "now" };
  }
  if (reader.skip("true")) return { kind: "value", text: "1" };
  if (reader.skip("false")) return { kind: "value", text: "0" };
  const sign = reader.skipSymbol("-") ? "-" : "";
  const token = reader.next();
  if (token.kind !== "string" && token.kind !== "number") {
    reader.at--;
    reader.refuse();
  }
  return { kind: "value", text: sign + token.text };
}

function readNow(reader: TokenReader): void {
  if (!reader.skip("current_timestamp")) reader.expect("now");
  if (!reader.skipSymbol("(")) return;
  if (!reader.isSymbol(")")) reader.next();
  reader.expectSymbol(")");
}

/** `ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='…'`: only the comment is kept. */
function readOptions(reader: TokenReader): string {
  let comment = "";
  while (!reader.isDone) {
    reader.skipSymbol(",");
    reader.skip("default");
    const name = reader.name().toLowerCase();
    if (name === "character") reader.expect("set");
    if (!["engine", "charset", "character", "collate", "comment", "auto_increment", "row_format"].includes(name)) {
      reader.at--;
      reader.refuse();
    }
    reader.skipSymbol("=");
    const value = reader.literal();
    if (name === "comment") comment = value;
  }
  return comment;
}
