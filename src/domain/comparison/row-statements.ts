import type { Key, KeyRange } from "./key.ts";
import type { TableName } from "./replication-rules.ts";
import { keyTerm, readTerm, rowChecksum, rowFingerprint } from "./row-expression.ts";
import { bytesLiteral, numberLiteral, quoted, quotedTable, textLiteral, timeLiteral } from "./sql-text.ts";
import type { KeyColumn, TablePlan } from "./table-plan.ts";

/** Every statement that reads rows, as text. docs/compare-rows.md lists their forms. */

/** The key of the `rows`-th row after a key: where a chunk ends. No row: fewer are left. */
export function boundaryStatement(table: TableName, key: readonly KeyColumn[], range: KeyRange, rows: number): string {
  const terms = key.map(keyTerm).join(", ");
  return `SELECT ${terms} FROM ${quotedTable(table)}${where(key, range)} ORDER BY ${terms} LIMIT 1 OFFSET ${rows - 1}`;
}

/** More rows than this are not put through a temporary table: then the checksum is calculated twice a row instead. */
const ONCE_A_ROW_UP_TO = 100_000;

/**
 * Rows, XOR and sum of their checksums. XOR alone would not see two rows that exchange bytes (CRC32 is linear), so the sum stands
 * beside it. The inner LIMIT keeps MySQL and MariaDB from calculating each row's checksum twice.
 */
export function checksumStatement(table: TableName, plan: TablePlan, range: KeyRange, expectedRows: number | null): string {
  const checksum = rowChecksum(plan);
  const from = `FROM ${quotedTable(table)}${where(plan.key, range)}`;
  if (expectedRows === null || expectedRows > ONCE_A_ROW_UP_TO)
    return `SELECT COUNT(*), BIT_XOR(${checksum}), SUM(${checksum}) ${from}`;
  return `SELECT COUNT(*), BIT_XOR(h), SUM(h) FROM (SELECT ${checksum} AS h ${from} LIMIT 9223372036854775807) AS chunk`;
}

/** Key and checksum of each row, then its JSON columns. */
export function keysStatement(table: TableName, plan: TablePlan, range: KeyRange, atMostRows: number | null): string {
  const terms = [...(plan.key ?? []).map(keyTerm), rowChecksum(plan), ...jsonColumns(plan).map(quoted)];
  return `SELECT ${terms.join(", ")} FROM ${quotedTable(table)}${where(plan.key, range)}${atMostRows === null ? "" : ` LIMIT ${atMostRows}`}`;
}

/** Key and JSON columns of every row: what the server cannot checksum. */
export function jsonStatement(table: TableName, plan: TablePlan, range: KeyRange): string {
  const terms = [...(plan.key ?? []).map(keyTerm), ...jsonColumns(plan).map(quoted)];
  return `SELECT ${terms.join(", ")} FROM ${quotedTable(table)}${where(plan.key, range)}`;
}

/** Rows whose values are read by one statement: few where a single value may hold megabytes. */
export function keysAtOnce({ columns }: TablePlan): number {
  return columns.some(({ form }) => form.kind === "long" || form.kind === "json") ? 5 : 100;
}

/** Key, checksum and every compared value of the rows with these keys; on a case-insensitive column also of their like. */
export function rowsStatement(table: TableName, plan: TablePlan, keys: readonly Key[]): string {
  const key = plan.key!;
  const terms = [...key.map(keyTerm), rowChecksum(plan), ...plan.columns.map(readTerm)];
  return `SELECT ${terms.join(", ")} FROM ${quotedTable(table)} WHERE ${withKeys(key, keys)}`;
}

export function fingerprintsStatement(table: TableName, plan: TablePlan, keys: readonly Key[]): string {
  const key = plan.key!;
  return `SELECT ${[...key.map(keyTerm), rowFingerprint(plan)].join(", ")} FROM ${quotedTable(table)} WHERE ${withKeys(key, keys)}`;
}

export const jsonColumns = ({ columns }: TablePlan): readonly string[] =>
  columns.filter(({ form }) => form.kind === "json").map(({ name }) => name);

/** Equality by the column where its text is utf8 (its index helps), else by the bytes. */
export function equalityTerm(column: KeyColumn): string {
  return column.kind === "text" && !column.isUtf8 ? keyTerm({ ...column, order: "bytes" }) : quoted(column.name);
}

export function withKeys(key: readonly KeyColumn[], keys: readonly Key[]): string {
  const list = keys.map((tokens) => {
    const literals = key.map((column, at) => equalityLiteral(column, tokens[at]!));
    return literals.length === 1 ? literals[0] : `(${literals.join(",")})`;
  });
  const terms = key.map(equalityTerm);
  return `${terms.length === 1 ? terms[0] : `(${terms.join(",")})`} IN (${list.join(",")})`;
}

function equalityLiteral(column: KeyColumn, token: string): string {
  return column.kind === "text" && !column.isUtf8 ? bytesLiteral(token) : literalOf({ ...column, order: "column" }, token);
}

/** A key's token as the other side of a comparison with `keyTerm`. */
function literalOf({ kind, order }: KeyColumn, token: string): string {
  switch (kind) {
    case "number":
      return numberLiteral(token);
    case "time":
      return timeLiteral(token);
    case "bytes":
      return bytesLiteral(token);
    case "text":
      return order === "bytes" ? bytesLiteral(token) : textLiteral(token);
    default:
      return kind satisfies never;
  }
}

function where(key: readonly KeyColumn[] | null, { after, upTo }: KeyRange): string {
  if (key === null) return "";
  const parts = [...(after === null ? [] : bound(key, after, ">")), ...(upTo === null ? [] : bound(key, upTo, "<="))];
  return parts.length === 0 ? "" : ` WHERE ${parts.join(" AND ")}`;
}

/**
 * Keys beyond (`>`) or up to (`<=`) one, column by column. Several columns are written out with OR, because no server uses an index
 * for `(a, b) > (x, y)`; the first column's own bound in front of it lets them.
 */
function bound(key: readonly KeyColumn[], at: Key, sign: ">" | "<="): readonly string[] {
  const terms = key.map((column, index) => ({ term: keyTerm(column), literal: literalOf(column, at[index]!) }));
  const [first] = terms;
  if (terms.length === 1) return [`${first!.term} ${sign} ${first!.literal}`];
  const strict = sign === ">" ? ">" : "<";
  const alternatives = terms.map(({ term, literal }, index) =>
    [
      ...terms.slice(0, index).map((before) => `${before.term} = ${before.literal}`),
      `${term} ${index === terms.length - 1 ? sign : strict} ${literal}`,
    ].join(" AND "),
  );
  return [
    `${first!.term} ${sign === ">" ? ">=" : "<="} ${first!.literal}`,
    `(${alternatives.map((alternative) => `(${alternative})`).join(" OR ")})`,
  ];
}
