/** One sentence of SHOW GRANTS that gives rights to a scope. */
export interface Grant {
  /** In capitals: `SELECT`, `ALL PRIVILEGES`; `GRANT OPTION` where the account may pass them on. */
  readonly rights: readonly string[];
  /** null: every schema. Otherwise as the server keeps it: with `table` null a pattern in which `_` and `%` stand for letters. */
  readonly schema: string | null;
  readonly table: string | null;
}

export interface Grants {
  readonly grants: readonly Grant[];
  /** Roles, partial revokes and sentences of another shape: what they add or take is not told here. */
  readonly untold: readonly string[];
}

/** `table` null: the whole schema; `schema` null: everything. */
export interface Right {
  readonly right: string;
  readonly schema: string | null;
  readonly table: string | null;
}

const SENTENCE = /^GRANT (.+?) ON (?:TABLE )?(`(?:[^`]|``)*`|[^\s.`]+)\.(`(?:[^`]|``)*`|[^\s.`]+) TO (.*)$/is;

/** Reads the sentences of MySQL, MariaDB and TiDB. */
export function readGrants(sentences: readonly string[]): Grants {
  const grants: Grant[] = [];
  const untold: string[] = [];
  for (const sentence of sentences) {
    const [, rights, schema, table, rest] = SENTENCE.exec(sentence.trim()) ?? [];
    if (rights === undefined || schema === undefined || table === undefined) untold.push(sentence);
    else
      grants.push({
        rights: [...wordsOf(rights), ...(/WITH GRANT OPTION/i.test(rest ?? "") ? ["GRANT OPTION"] : [])],
        schema: nameOf(schema),
        table: nameOf(table),
      });
  }
  return { grants, untold };
}

/** A right for some columns only (`SELECT (a, b)`) is none for the table. */
const wordsOf = (rights: string): string[] =>
  rights
    .replace(/[A-Z ]+\([^)]*\)/gi, "")
    .split(",")
    .map((right) => right.trim().toUpperCase())
    .filter((right) => right !== "")
    .map((right) => (right === "ALL" ? "ALL PRIVILEGES" : right));

function nameOf(text: string): string | null {
  if (text === "*") return null;
  return text.startsWith("`") ? text.slice(1, -1).replaceAll("``", "`") : text;
}

/** MariaDB's names for rights that MySQL calls otherwise. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  "REPLICATION CLIENT": ["BINLOG MONITOR", "SUPER"],
  "REPLICATION SLAVE": ["BINLOG MONITOR"],
};

/** Which of these rights no sentence gives. With untold sentences the answer may be wrong: say so. */
export const lacking = ({ grants }: Grants, needed: readonly Right[]): readonly Right[] =>
  needed.filter((right) => !grants.some((grant) => gives(grant, right)));

function gives(grant: Grant, { right, schema, table }: Right): boolean {
  const named = [right, ...(ALSO[right] ?? []), "ALL PRIVILEGES"].some((word) => grant.rights.includes(word));
  return named && covers(grant, schema, table);
}

function covers(grant: Grant, schema: string | null, table: string | null): boolean {
  if (grant.schema === null) return true;
  if (schema === null) return false;
  if (grant.table !== null) return table !== null && sameName(grant.schema, schema) && sameName(grant.table, table);
  return likePattern(grant.schema).test(schema);
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** `dm\_meta` is the name with an underscore, `dm_meta` any letter in its place. */
function likePattern(pattern: string): RegExp {
  const source = pattern.replace(/\\([\s\S])|([%_])|([\s\S])/g, (_, escaped?: string, wild?: string, plain?: string) =>
    wild === undefined ? (escaped ?? plain ?? "").replace(/[.*+?^${}()|[\]\\/]/g, "\\$&") : wild === "%" ? ".*" : ".",
  );
  return new RegExp(`^${source}$`, "is");
}

/** Rights that change nothing. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...["USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "PROCESS", "REPLICATION CLIENT", "REPLICATION SLAVE"],
  ...["BINLOG MONITOR", "SLAVE MONITOR", "REPLICA MONITOR", "SHOW CREATE ROUTINE"],
]);

/** What the account may change besides `allowed`, as `DROP ON shop.*`: each is more than its work needs. */
export function beyond({ grants }: Grants, allowed: readonly Right[]): readonly string[] {
  return grants.flatMap((grant) =>
    grant.rights
      .filter((right) => !HARMLESS.has(right) && !allowed.some((one) => one.right === right && within(grant, one)))
      .map((right) => `${right} ON ${grant.schema ?? "*"}.${grant.table ?? "*"}`),
  );
}

/** The grant reaches no further than the right that is allowed. */
function within(grant: Grant, { schema, table }: Right): boolean {
  if (schema === null) return true;
  if (grant.schema === null) return false;
  const plain = grant.schema.replace(/\\([\s\S])/g, "$1");
  return sameName(plain, schema) && (table === null || (grant.table !== null && sameName(grant.table, table)));
}

export const rightText = ({ right, schema, table }: Right): string =>
  `${right} ON ${schema === null ? "*" : `\`${schema}\``}.${table === null ? "*" : `\`${table}\``}`;
