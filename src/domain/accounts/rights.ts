import { isGranted, readGrant } from "../diagnosis/grants.ts";

/** `table` null: the whole schema; `schema` null: the whole server. */
export interface Right {
  readonly right: string;
  readonly schema: string | null;
  readonly table: string | null;
}

export interface Lacking {
  /** Given by no sentence of SHOW GRANTS. */
  readonly missing: readonly Right[];
  /** What roles, columns or partial revokes leave open. */
  readonly notTold: readonly Right[];
}

/** Which of these rights the account does not have, by the sentences of SHOW GRANTS. */
export function lacking(sentences: readonly string[], needed: readonly Right[]): Lacking {
  const answer = ({ right, schema, table }: Right) => isGranted(sentences, [right], schema === null ? null : { schema, table });
  return {
    missing: needed.filter((right) => answer(right) === "no"),
    notTold: needed.filter((right) => answer(right) === "not-told"),
  };
}

/** Rights that change nothing. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...["USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "PROCESS", "REPLICATION CLIENT", "REPLICATION SLAVE"],
  ...["BINLOG MONITOR", "SLAVE MONITOR", "REPLICA MONITOR", "SHOW CREATE ROUTINE"],
]);

/** What the account may change besides `allowed`, as `DROP ON shop.*`: each is more than its work needs. Roles are not looked into. */
export function beyond(sentences: readonly string[], allowed: readonly Right[]): readonly string[] {
  return sentences.flatMap((sentence) => {
    const grant = readGrant(sentence);
    if (!grant || grant.isRevoked) return [];
    const { schema, table } = grant;
    const passesOn = /\bWITH\b.*\bGRANT OPTION\b/i.test(sentence) ? ["GRANT OPTION"] : [];
    return [...grant.rights, ...grant.onColumns, ...passesOn]
      .filter((right) => !HARMLESS.has(right) && !allowed.some((one) => one.right === right && isWithin({ schema, table }, one)))
      .map((right) => `${right} ON ${schema}.${table}`);
  });
}

/** The grant (`*`: all) reaches no further than the right that is allowed. */
function isWithin(grant: { readonly schema: string; readonly table: string }, { schema, table }: Right): boolean {
  if (schema === null) return true;
  // A name that was granted without its escape is a pattern, and meant as the name.
  return grant.schema.replace(/\\([_%])/g, "$1") === schema && (table === null || grant.table === table);
}

export const rightText = ({ right, schema, table }: Right): string =>
  `${right} ON ${schema === null ? "*" : `\`${schema}\``}.${table === null ? "*" : `\`${table}\``}`;
