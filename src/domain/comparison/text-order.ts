import { type ColumnShape, familyOf, isUtf8, type TableShape } from "./table-shape.ts";

/** A character set and collation as one server names them. */
export interface TextOrder {
  readonly charset: string;
  readonly collation: string;
}

/**
 * Pairs of texts (utf8mb4 bytes as hex) on whose order collations are told apart: case, accents, width, kana, German sharp s, a space
 * at the end, a control character against the end, letters against signs. All of utf8mb3's range, so that utf8 columns can be asked.
 */
export const ORDER_PAIRS: readonly (readonly [string, string])[] = [
  ["61", "41"],
  ["61", "42"],
  ["65", "C3A9"],
  ["7A", "C3A9"],
  ["7373", "C39F"],
  ["73", "C39F"],
  ["61", "6120"],
  ["61", "6101"],
  ["5F", "61"],
  ["5F", "41"],
  ["E38182", "E382A2"],
  ["61", "EFBD81"],
  ["C3B6", "7A"],
  ["E4B8AD", "E69687"],
];

const isBinary = (collation: string): boolean => collation === "binary" || collation.endsWith("_bin");

/** utf8 and utf8mb3 are one character set under two names. */
const canonical = (collation: string): string => collation.toLowerCase().replace(/^utf8mb3_/, "utf8_");

export const orderName = ({ charset, collation }: TextOrder): string => `${charset.toLowerCase()} ${collation.toLowerCase()}`;

/** Collations of text columns that are not binary: those whose order must be asked for. */
export function ordersToAsk(shapes: readonly TableShape[]): readonly TextOrder[] {
  const found = new Map<string, TextOrder>();
  for (const { columns } of shapes)
    for (const column of columns) {
      const order = orderOf(column);
      if (order && !isBinary(order.collation)) found.set(orderName(order), order);
    }
  return Array.from(found.values());
}

function orderOf(column: ColumnShape): TextOrder | null {
  if (familyOf(column) !== "text" || !isUtf8(column) || column.charset === null || column.collation === null) return null;
  return { charset: column.charset, collation: column.collation };
}

/** What each side answered, by `orderName`: one character a pair, `<`, `=` or `>`; null where it could not say. */
export type OrderAnswers = ReadonlyMap<string, string | null>;

/**
 * Text columns are ordered alike where every side's collation is binary, or where all have the same collation and every server
 * answered the pairs alike: TiDB without its new collations takes `_ci` for binary. A wrong yes costs time, never a wrong result,
 * because whatever differs is confirmed key by key.
 */
export function ordersAlike(columns: readonly ColumnShape[], answers: readonly OrderAnswers[]): boolean {
  const orders = columns.map(orderOf);
  if (!orders.every((order) => order !== null)) return false;
  if (orders.every(({ collation }) => isBinary(collation))) return true;
  if (new Set(orders.map(({ collation }) => canonical(collation))).size > 1) return false;
  const said = orders
    .flatMap((order) => answers.map((answer) => answer.get(orderName(order))))
    .filter((text) => text !== undefined);
  return said.length > 0 && said.every((text) => text !== null && text === said[0]);
}
