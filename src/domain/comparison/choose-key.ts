import type { KeyColumn } from "./table-plan.ts";
import { type ColumnShape, familyOf, type IndexShape, isUtf8, sameName, type TableShape } from "./table-shape.ts";

export interface KeyChoice {
  readonly key: readonly KeyColumn[];
  readonly indexedDownstream: boolean;
  readonly uniqueDownstream: boolean;
  readonly isLedByInteger: boolean;
}

/** Whether text columns of these collations are ordered alike on every side (asked of the servers, `text-order.ts`). */
export type OrdersAlike = (columns: readonly ColumnShape[]) => boolean;

/**
 * The key to walk a table by: unique over whole NOT NULL columns in every upstream table, its columns there and NOT NULL downstream
 * too. Preferred, in this order: an order that an index gives on every side, an integer in front, the primary key, few columns.
 */
export function chooseKey(
  upstream: readonly TableShape[],
  downstream: TableShape,
  usable: ReadonlySet<string>,
  ordersAlike: OrdersAlike,
): KeyChoice | null {
  const candidates = (upstream[0]?.indexes ?? [])
    .filter((index) => upstream.every((shape) => shape.indexes.some((other) => isSameKey(index, other))))
    .map((index) => ({ index, choice: keyOver(index, upstream, downstream, usable, ordersAlike) }))
    .filter((candidate): candidate is { index: IndexShape; choice: KeyChoice } => candidate.choice !== null)
    .toSorted((a, b) => rank(a.choice, a.index) - rank(b.choice, b.index));
  return candidates[0]?.choice ?? null;
}

function rank({ key, indexedDownstream, uniqueDownstream, isLedByInteger }: KeyChoice, { isPrimary }: IndexShape): number {
  const byIndex = indexedDownstream && key.every(({ order }) => order === "column");
  return (
    (byIndex ? 0 : 1_000) +
    (uniqueDownstream ? 0 : 500) +
    (isLedByInteger ? 0 : 100) +
    (isPrimary ? 0 : 50) +
    Math.min(key.length, 49)
  );
}

function isSameKey(a: IndexShape, b: IndexShape): boolean {
  return a.isUnique && b.isUnique && sameColumns(a.columns, b.columns) && a.columns.length === b.columns.length;
}

/** The first columns of `index` are `columns`. */
function sameColumns(columns: readonly (string | null)[], index: readonly (string | null)[]): boolean {
  return columns.every((name, at) => {
    const other = index[at] ?? null;
    return name !== null && other !== null && sameName(name, other);
  });
}

function keyOver(
  { columns }: IndexShape,
  upstream: readonly TableShape[],
  downstream: TableShape,
  usable: ReadonlySet<string>,
  ordersAlike: OrdersAlike,
): KeyChoice | null {
  const key: KeyColumn[] = [];
  const sides = [...upstream, downstream];
  for (const name of columns) {
    if (name === null || !usable.has(name.toLowerCase())) return null;
    const shapes = sides.map((side) => side.columns.find((column) => sameName(column.name, name)));
    if (!shapes.every((shape) => shape !== undefined && !shape.nullable)) return null;
    const column = keyColumn(name, shapes as readonly ColumnShape[], ordersAlike);
    if (column === null) return null;
    key.push(column);
  }
  const first = upstream[0]!.columns.find((column) => sameName(column.name, key[0]!.name))!;
  return {
    key,
    indexedDownstream: downstream.indexes.some((index) => sameColumns(columns, index.columns)),
    uniqueDownstream: downstream.indexes.some(
      (index) => index.isUnique && index.columns.length <= columns.length && index.columns.every((name) => isIn(name, columns)),
    ),
    isLedByInteger: familyOf(first) === "integer",
  };
}

const isIn = (name: string | null, columns: readonly (string | null)[]): boolean =>
  name !== null && columns.some((other) => other !== null && sameName(name, other));

/** null: values of the column do not print alike everywhere, so no key is built on it. */
function keyColumn(name: string, shapes: readonly ColumnShape[], ordersAlike: OrdersAlike): KeyColumn | null {
  const families = new Set(shapes.map(familyOf));
  const family = families.size === 1 ? familyOf(shapes[0]!) : null;
  const sameFraction = new Set(shapes.map(({ fraction }) => fraction)).size === 1;
  const zerofill = shapes.some(({ columnType }) => columnType.includes("zerofill"));
  const plain = { name, order: "column", isUtf8: false } as const;
  switch (family) {
    case "integer":
      return zerofill ? null : { ...plain, kind: "number" };
    case "decimal":
      return sameFraction && !zerofill ? { ...plain, kind: "number" } : null;
    case "date":
    case "datetime":
      return sameFraction ? { ...plain, kind: "time" } : null;
    case "bytes":
      return { ...plain, kind: "bytes" };
    case "text": {
      // ENUM and SET are ordered by their members' numbers, which the sides may count differently.
      const listed = shapes.some(({ dataType }) => dataType === "enum" || dataType === "set");
      const utf8 = shapes.every(isUtf8);
      return { name, kind: "text", order: utf8 && !listed && ordersAlike(shapes) ? "column" : "bytes", isUtf8: utf8 };
    }
    default:
      return null;
  }
}
