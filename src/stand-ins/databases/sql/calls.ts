import { type SqlContext, type Translating, writeBrackets, writeOne } from "./expressions.ts";
import { FUNCTIONS } from "./functions.ts";
import { quoted, text } from "./table-definition.ts";
import { SqlRefusal } from "./tokens.ts";

/** A call with its arguments: a function that is known here, or a refusal. */
export function writeCall(of: Translating, word: string, isTextual: boolean): void {
  const { reader, out, context } = of;
  const special = SPECIAL[word];
  if (special) {
    reader.at++;
    return void special(of, isTextual);
  }
  const known = FUNCTIONS[word];
  if (!known) throw new SqlRefusal(1305, "42000", `FUNCTION ${context.database ?? ""}.${word} does not exist`);
  reader.at++;
  out.push(known.as);
  const isNeutral = ["ifnull", "coalesce", "if", "nullif"].includes(word);
  writeBrackets(of, known.isTextual || (isNeutral && isTextual));
}

/** A call without arguments that is known before the statement runs. */
const constant =
  (value: (context: SqlContext) => string) =>
  ({ reader, out, context }: Translating): void => {
    reader.expectSymbol("(");
    reader.expectSymbol(")");
    out.push(value(context));
  };

/** A time in UTC: with as many digits behind the second as are asked for. */
function now({ reader, out }: Translating): void {
  reader.expectSymbol("(");
  const digits = reader.isSymbol(")") ? 0 : Number(reader.literal());
  reader.expectSymbol(")");
  out.push(digits === 0 ? "CURRENT_TIMESTAMP" : `substr(strftime('%Y-%m-%d %H:%M:%f', 'now') || '000', 1, ${20 + digits})`);
}

function cast(of: Translating, isTextual: boolean): void {
  const { reader, out } = of;
  reader.expectSymbol("(");
  const begin = out.length;
  while (!(reader.isWord("as") || reader.isSymbol(")"))) writeOne(of, true);
  reader.expect("as");
  asType(of, out.splice(begin).join(" "), isTextual);
  reader.expectSymbol(")");
}

/** `CONVERT(x USING utf8mb4)` and `CONVERT(x, CHAR)`. */
function convert(of: Translating, isTextual: boolean): void {
  const { reader, out } = of;
  reader.expectSymbol("(");
  const begin = out.length;
  while (!(reader.isWord("using") || reader.isSymbol(",") || reader.isSymbol(")"))) writeOne(of, true);
  const value = out.splice(begin).join(" ");
  if (reader.skip("using")) {
    const charset = reader.name().toLowerCase();
    if (charset !== "binary" && !charset.startsWith("utf8")) reader.refuse();
    out.push(charset === "binary" ? `(MY_TEXT(${value}) COLLATE BINARY)` : `CAST(MY_TEXT(${value}) AS TEXT)`);
  } else {
    reader.expectSymbol(",");
    asType(of, value, isTextual);
  }
  reader.expectSymbol(")");
}

function asType({ reader, out }: Translating, value: string, isTextual: boolean): void {
  const type = reader.name().toLowerCase();
  const bracket: string[] = [];
  if (reader.skipSymbol("(")) {
    do bracket.push(reader.literal());
    while (reader.skipSymbol(","));
    reader.expectSymbol(")");
  }
  if (reader.skip("character", "set") || reader.skip("charset")) reader.name();
  switch (type) {
    case "signed":
    case "unsigned":
      reader.skip("integer");
      out.push(`CAST(${value} AS INTEGER)`);
      return;
    case "char":
      out.push(bracket[0] ? `MY_LEFT(${value}, ${Number(bracket[0])})` : `MY_TEXT(${value})`);
      return;
    case "binary":
      out.push(`(MY_TEXT(${value}) COLLATE BINARY)`);
      return;
    case "decimal":
      out.push(isTextual ? `MY_DECIMAL(${value}, ${Number(bracket[1] ?? 0)})` : `MY_ROUND(${value}, ${Number(bracket[1] ?? 0)})`);
      return;
    case "double":
    case "float":
    case "real":
      out.push(`CAST(${value} AS REAL)`);
      return;
    case "date":
      out.push(`date(${value})`);
      return;
    case "datetime":
    case "time":
      out.push(`MY_TIME(${value}, ${Number(bracket[0] ?? 0)}, ${type === "datetime" ? 1 : 0})`);
      return;
    default:
      reader.refuse();
  }
}

/** `GROUP_CONCAT([DISTINCT] x [ORDER BY y] [SEPARATOR ','])`. */
function groupConcat(of: Translating): void {
  const { reader, out } = of;
  reader.expectSymbol("(");
  out.push("group_concat(");
  const isDistinct = reader.skip("distinct");
  if (isDistinct) out.push("DISTINCT");
  while (!(reader.isWord("order") || reader.isWord("separator") || reader.isSymbol(")"))) writeOne(of, true);
  const begin = out.length;
  if (reader.skip("order", "by")) {
    out.push("ORDER BY");
    while (!(reader.isWord("separator") || reader.isSymbol(")"))) writeOne(of, false);
  }
  const order = out.splice(begin);
  const separator = reader.skip("separator") ? reader.literal() : ",";
  if (isDistinct && separator !== ",") reader.refuse(); // SQLite takes no separator there
  out.push(...(isDistinct ? [] : [",", text(separator)]), ...order, ")");
  reader.expectSymbol(")");
}

function isNull(of: Translating, isTextual: boolean): void {
  of.out.push("(");
  writeBrackets(of, isTextual);
  of.out.push("IS NULL )");
}

/** VALUES(x) in ON DUPLICATE KEY UPDATE. */
function values({ reader, out, inConflict }: Translating): void {
  if (!inConflict) reader.refuse();
  reader.expectSymbol("(");
  out.push(`excluded.${quoted(reader.name())}`);
  reader.expectSymbol(")");
}

function unixTime(of: Translating): void {
  const { reader, out } = of;
  out.push("unixepoch");
  if (reader.isSymbol(")", 1)) {
    reader.at += 2;
    out.push("('now')");
  } else writeBrackets(of, true);
}

const SPECIAL: Readonly<Record<string, (of: Translating, isTextual: boolean) => void>> = {
  cast,
  convert,
  isnull: isNull,
  values,
  group_concat: groupConcat,
  now,
  current_timestamp: now,
  utc_timestamp: now,
  sysdate: now,
  localtimestamp: now,
  unix_timestamp: unixTime,
  database: constant(({ database }) => (database === null ? "NULL" : text(database))),
  schema: constant(({ database }) => (database === null ? "NULL" : text(database))),
  version: constant(({ session }) => text(session.version)),
  connection_id: constant(({ session }) => String(session.id)),
  user: constant(({ session }) => text(`${session.user}@127.0.0.1`)),
  session_user: constant(({ session }) => text(`${session.user}@127.0.0.1`)),
  current_user: constant(({ session }) => text(`${session.user}@%`)),
};
