import type { Catalog } from "./catalog.ts";
import { type ColumnDefinition, quoted, scaleOf, sortOf, type TableDefinition, text } from "./table-definition.ts";
import { SqlRefusal, type Token, type TokenReader } from "./tokens.ts";

/** What a statement may ask of the session that it runs in. */
export interface SqlContext {
  readonly catalog: Catalog;
  readonly database: string | null;
  readonly hasReturning: boolean;
  /** null: there is no such variable. */
  readonly variable: (name: string) => string | number | bigint | null;
  readonly session: { readonly id: number; readonly user: string; readonly version: string };
}

export interface Inserted {
  readonly columns: readonly string[];
  readonly rows: string;
}

/** A statement on its way from MySQL's words to SQLite's. */
export interface Translating {
  readonly reader: TokenReader;
  readonly context: SqlContext;
  readonly out: string[];
  /** The tables that it names, for how their columns print. */
  readonly tables: readonly TableDefinition[];
  /** Inside ON DUPLICATE KEY UPDATE, where VALUES(x) is the row that was refused. */
  inConflict: boolean;
  /** What an INSERT with VALUES writes: its columns and its rows, in SQLite's words. */
  inserted: Inserted | null;
  /** Writes a SELECT up to its end or the bracket that closes it. */
  readonly query: (of: Translating) => void;
  /** Writes a function's call; the reader stands at its name. */
  readonly call: (of: Translating, name: string, isTextual: boolean) => void;
}

const AS_THEY_ARE = new Set(
  "and or not in is null like between case when then else end as distinct all exists asc desc escape true false current_timestamp current_date current_time".split(
    " ",
  ),
);
const BEFORE_BRACKET = new Set(
  "and or not in like between when then else case exists distinct all any as on by where having select set limit offset values union except".split(
    " ",
  ),
);

const isExpressionWord = (token: Token): boolean => token.kind === "word" && AS_THEY_ARE.has(token.text.toLowerCase());

/** Writes up to the bracket that closes; the bracket stays. */
export function writeInside(of: Translating, isTextual: boolean): void {
  while (!of.reader.isDone && !of.reader.isSymbol(")")) writeOne(of, isTextual);
}

export function writeBrackets(of: Translating, isTextual: boolean): void {
  const { reader, out } = of;
  reader.expectSymbol("(");
  out.push("(");
  if (reader.isWord("select")) of.query(of);
  else writeInside(of, isTextual);
  reader.expectSymbol(")");
  out.push(")");
}

/** Writes the next piece of an expression: an operator, a value, a name with its dots, a call with its arguments. */
export function writeOne(of: Translating, isTextual: boolean): void {
  const { reader, out, context } = of;
  const token = reader.peek();
  if (!token) return;
  switch (token.kind) {
    case "string":
      reader.at++;
      out.push(token.text.includes("\0") ? `CAST(X'${Buffer.from(token.text).toString("hex")}' AS TEXT)` : text(token.text));
      return;
    case "hex":
      reader.at++;
      out.push(`X'${token.text.length % 2 ? "0" : ""}${token.text}'`);
      return;
    case "number":
      reader.at++;
      // A decimal literal prints all its digits.
      out.push(isTextual && token.text.includes(".") ? text(token.text) : token.text);
      return;
    case "parameter":
      reader.at++;
      out.push(token.text);
      return;
    case "variable":
      reader.at++;
      out.push(variableText(context, token.text));
      return;
    case "symbol":
      return void writeSymbol(of, token.text, isTextual);
    case "name":
      return void writeName(of, isTextual);
    case "word":
      return void writeWord(of, token.text.toLowerCase(), isTextual);
    default:
      token satisfies never;
  }
}

function variableText(context: SqlContext, name: string): string {
  const plain = name.replace(/^@@(?:(?:global|session|local)\.)?/i, "").toLowerCase();
  const value = name.startsWith("@@") ? context.variable(plain) : null;
  if (name.startsWith("@@") && value === null) throw new SqlRefusal(1193, "HY000", `Unknown system variable '${plain}'`);
  return value === null ? "NULL" : typeof value === "string" ? text(value) : String(value);
}

const SAME: Readonly<Record<string, string>> = { "&&": "AND", "||": "OR", "<=>": "IS", "!": "NOT" };
const REFUSED = new Set(["^", "/", "->", "->>", ":="]);

/** SQLite takes a list of rows, `(a, b) IN ((1, 2), …)`, only as a table of VALUES. */
function writeIn(of: Translating, isTextual: boolean): void {
  const { reader, out } = of;
  out.push("IN");
  reader.at++;
  if (!reader.isSymbol("(", 1) || out.at(-2) !== ")") return void writeBrackets(of, isTextual);
  reader.expectSymbol("(");
  out.push("(", "VALUES");
  writeInside(of, isTextual);
  reader.expectSymbol(")");
  out.push(")");
}

function writeSymbol(of: Translating, symbol: string, isTextual: boolean): void {
  if (symbol === "(") return void writeBrackets(of, isTextual);
  if (REFUSED.has(symbol) || symbol === ";") of.reader.refuse();
  of.reader.at++;
  of.out.push(SAME[symbol] ?? symbol);
}

/** `a`, `t.a`, `s.t.a`, `t.*`. */
function writeName(of: Translating, isTextual: boolean): void {
  const { reader, out } = of;
  const parts = [reader.name()];
  while (reader.skipSymbol(".")) parts.push(reader.skipSymbol("*") ? "*" : reader.name());
  const last = parts.at(-1)!;
  const sql = parts.map((part) => (part === "*" ? part : quoted(part))).join(".");
  const column = isTextual ? columnNamed(of, last) : null;
  out.push(column && sortOf(column.type) === "exact" ? `MY_DECIMAL(${sql}, ${scaleOf(column.type)})` : sql);
}

function columnNamed({ tables }: Translating, name: string): ColumnDefinition | null {
  for (const { columns } of tables)
    for (const column of columns) if (column.name.toLowerCase() === name.toLowerCase()) return column;
  return null;
}

function writeWord(of: Translating, word: string, isTextual: boolean): void {
  const { reader } = of;
  const token = reader.peek()!;
  const isCall = reader.isSymbol("(", 1);
  if (word === "binary" && !isCall) return void writeBinary(of, isTextual);
  if (word === "collate") return void writeCollation(of);
  if (word === "mod" && !isCall) return void replaceWord(of, "%");
  if (/^_utf8(?:mb[34])?$/.test(word)) return void writeIntroduced(of);
  if (
    ["interval", "div", "xor", "rlike", "regexp", "any", "some", "over", "glob", "match", "notnull", "isnull"].includes(word) &&
    !(word === "isnull" && isCall)
  )
    reader.refuse();
  if (isCall && word === "in") return void writeIn(of, isTextual);
  if (isCall && word === "values" && of.inConflict) return void of.call(of, word, isTextual);
  if (isCall && !BEFORE_BRACKET.has(word) && !isExpressionWord(token)) return void of.call(of, word, isTextual);
  if (isExpressionWord(token)) {
    // CURRENT_TIMESTAMP is a word and a call.
    if (isCall && word.startsWith("current_")) return void of.call(of, word, isTextual);
    return void replaceWord(of, word.toUpperCase());
  }
  writeName(of, isTextual);
}

/** `_utf8mb4 X'61'`: bytes that are a text. */
function writeIntroduced({ reader, out }: Translating): void {
  reader.at++;
  const token = reader.next();
  if (token.kind === "string") out.push(text(token.text));
  else if (token.kind === "hex") out.push(`CAST(X'${token.text}' AS TEXT)`);
  else reader.refuse();
}

function replaceWord(of: Translating, by: string): void {
  of.reader.at++;
  of.out.push(by);
}

/** `BINARY x` compares byte by byte; as SQLite's blobs never equal a text, it is said by a collation. */
function writeBinary(of: Translating, isTextual: boolean): void {
  of.reader.at++;
  of.out.push("(");
  writeOne(of, isTextual);
  of.out.push("COLLATE BINARY )");
}

function writeCollation(of: Translating): void {
  const { reader, out } = of;
  reader.at++;
  const name = reader.name().toLowerCase();
  if (name === "binary" || name.endsWith("_bin")) out.push("COLLATE BINARY");
  else if (name.endsWith("_ci")) out.push("COLLATE NOCASE");
  else throw new SqlRefusal(1273, "HY000", `Unknown collation: '${name}'`);
}
