/** What a right is wanted on. null: the whole server. Schema null: the server's words named the table alone. Table null: the schema. */
export type RightOn = { readonly schema: string | null; readonly table: string | null } | null;
/** `not-told`: the account's grants do not settle it (a role that is not in force here, columns alone, a schema that is not known). */
export type Granted = "yes" | "no" | "not-told";

export interface Grant {
  /** Upper case; those on columns alone apart. */
  readonly rights: readonly string[];
  readonly onColumns: readonly string[];
  readonly schema: string;
  readonly table: string;
  readonly isRevoked: boolean;
}

/** MariaDB 10.5 gave some rights new names and prints those; DM's and MySQL's words name the old ones. */
const SAME_RIGHT: readonly (readonly string[])[] = [
  ["REPLICATION CLIENT", "BINLOG MONITOR"],
  ["REPLICATION SLAVE", "REPLICATION REPLICA"],
  ["SLAVE MONITOR", "REPLICA MONITOR"],
];
const ALL: ReadonlySet<string> = new Set(["ALL", "ALL PRIVILEGES"]);
/** Printed like rights, and `ALL` holds none of them. */
const NONE: ReadonlySet<string> = new Set(["USAGE", "PROXY", "GRANT OPTION"]);

/**
 * Whether `SHOW GRANTS` of MySQL 5.7 to 9, MariaDB or TiDB gives one of these rights there. `anyOf` empty: any right at all would
 * do or not do, so that only a complete lack is an answer.
 */
export function isGranted(sentences: readonly string[], anyOf: readonly string[], on: RightOn): Granted {
  const grants = sentences.flatMap((sentence) => readGrant(sentence) ?? []);
  const answers = anyOf.length === 0 ? [ofRight(grants, null, on)] : anyOf.map((right) => ofRight(grants, right, on));
  if (answers.includes("yes")) return anyOf.length === 0 ? "not-told" : "yes";
  if (answers.includes("not-told")) return "not-told";
  return sentences.some(isRole) ? "not-told" : "no";
}

function ofRight(grants: readonly Grant[], right: string | null, on: RightOn): Granted {
  const has = (grant: Grant): boolean => grant.rights.some((one) => isSame(one, right));
  const everywhere = grants.filter(({ schema, table }) => schema === "*" && table === "*");
  if (everywhere.some((grant) => !grant.isRevoked && has(grant))) {
    const isTakenBack = grants.some((grant) => grant.isRevoked && has(grant) && on !== null && covers(grant, on) !== "no");
    return isTakenBack ? "not-told" : "yes";
  }
  if (on === null) return "no";
  const inForce = grants.filter(({ isRevoked, schema }) => !isRevoked && schema !== "*");
  const answers = inForce.flatMap((grant): Granted[] => {
    const covered = covers(grant, on);
    if (covered === "no") return [];
    if (has(grant)) return [covered];
    return grant.onColumns.some((one) => isSame(one, right)) ? ["not-told"] : [];
  });
  if (!answers.includes("yes")) return answers.length > 0 ? "not-told" : "no";
  // Of several patterns that fit a schema the server takes the narrowest alone.
  const ofSchema = inForce.filter((grant) => grant.table === "*" && covers(grant, on) === "yes");
  const byTable = inForce.some((grant) => grant.table !== "*" && covers(grant, on) === "yes" && has(grant));
  return byTable || ofSchema.every(has) ? "yes" : "not-told";
}

function isSame(held: string, right: string | null): boolean {
  if (NONE.has(held)) return held === right;
  if (right === null || ALL.has(held) || held === right) return true;
  return SAME_RIGHT.some((names) => names.includes(held) && names.includes(right));
}

/** Whether a grant on a schema or table is about this place; names that differ by case alone are the same on some servers only. */
function covers(grant: Grant, { schema, table }: NonNullable<RightOn>): Granted {
  // A grant on a table names its schema as it is; only one on a whole schema is a pattern.
  const bySchema = schema === null ? "not-told" : grant.table === "*" ? fits(grant.schema, schema) : isName(grant.schema, schema);
  if (grant.table === "*" || bySchema === "no") return bySchema;
  const byTable = table === null ? "no" : isName(grant.table, table);
  return byTable === "yes" ? bySchema : byTable;
}

function isName(granted: string, name: string): Granted {
  if (granted === name) return "yes";
  return granted.toLowerCase() === name.toLowerCase() ? "not-told" : "no";
}

/** `_` and `%` stand for any letter or letters, `\_` and `\%` for themselves. */
function fits(pattern: string, name: string): Granted {
  const source = pattern.replace(/\\([_%])|([_%])|([\\.*+?^${}()|[\]])/g, (_, escaped, wild, special) =>
    escaped ? escaped : wild === "_" ? "." : wild === "%" ? ".*" : `\\${special}`,
  );
  if (new RegExp(`^${source}$`, "su").test(name)) return "yes";
  return new RegExp(`^${source}$`, "isu").test(name) ? "not-told" : "no";
}

const HEAD = /^(GRANT|REVOKE) (.+)$/is;
const NAME = /`((?:[^`]|``)*)`|"((?:[^"]|"")*)"|'((?:[^']|'')*)'|(\*)|([^\s.`"'*]+)/y;

/** null: a role, a routine, a proxy, or no grant at all. */
export function readGrant(sentence: string): Grant | null {
  const [, verb = "", rest = ""] = HEAD.exec(sentence.trim()) ?? [];
  const at = onIndex(rest);
  if (at === -1) return null;
  const place = readPlace(rest.slice(at + 4).trimStart());
  if (!place) return null;
  const rights = splitRights(rest.slice(0, at));
  return {
    ...place,
    isRevoked: verb.toUpperCase() === "REVOKE",
    rights: rights.filter((right) => !right.includes("(")),
    onColumns: rights.filter((right) => right.includes("(")).map((right) => right.slice(0, right.indexOf("(")).trim()),
  };
}

/** Where ` ON ` stands outside of quotes and brackets; -1: nowhere. */
function onIndex(text: string): number {
  let quote = "";
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    if (quote !== "") quote = letter === quote ? "" : quote;
    else if (letter === "`" || letter === '"' || letter === "'") quote = letter;
    else if (letter === "(") depth++;
    else if (letter === ")") depth--;
    else if (depth === 0 && /^\sON\s/i.test(text.slice(at, at + 4))) return at;
  }
  return -1;
}

function splitRights(text: string): string[] {
  return Array.from(text.matchAll(/(?:[^,(]|\((?:[^()`"]|`[^`]*`|"[^"]*")*\))+/g), ([right]) => right.trim().toUpperCase());
}

function readPlace(text: string): Pick<Grant, "schema" | "table"> | null {
  if (/^(?:FUNCTION|PROCEDURE|PACKAGE)\b/i.test(text)) return null;
  const schema = readName(text.replace(/^TABLE\s+/i, ""));
  if (!schema?.rest.startsWith(".")) return null;
  const table = readName(schema.rest.slice(1));
  return table && /^\s+(?:TO|FROM)\s/i.test(table.rest) ? { schema: schema.name, table: table.name } : null;
}

function readName(text: string): { readonly name: string; readonly rest: string } | null {
  NAME.lastIndex = 0;
  const [whole, back, double, single, star, bare] = NAME.exec(text) ?? [];
  if (whole === undefined) return null;
  const name = back?.replaceAll("``", "`") ?? double?.replaceAll('""', '"') ?? single?.replaceAll("''", "'") ?? star ?? bare!;
  return { name, rest: text.slice(whole.length) };
}

/** `GRANT role TO user`: what it gives is printed beside it where it is in force (MySQL, TiDB, MariaDB's current role). */
const isRole = (sentence: string): boolean => /^GRANT /i.test(sentence) && onIndex(sentence.slice(6)) === -1;
