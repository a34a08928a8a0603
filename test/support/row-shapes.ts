import { planTable } from "../../src/domain/comparison/plan-table.ts";
import type { ComparedTable } from "../../src/domain/comparison/plan-tables.ts";
import type { TablePlan } from "../../src/domain/comparison/table-plan.ts";
import type { ColumnShape, IndexShape, TableShape } from "../../src/domain/comparison/table-shape.ts";

/** `id bigint not null`, `name varchar(40)`: a column of a shape, in words close to SQL. */
export function column(text: string, more: Partial<ColumnShape> = {}): ColumnShape {
  const [name = "", ...rest] = text.split(" ");
  const declared = rest.join(" ").replace(/ not null$/, "");
  const dataType = /^[a-z]+/.exec(declared)?.[0] ?? "";
  const isText = /^(?:char|varchar|enum|set|[a-z]*text)$/.test(dataType);
  const fraction = /^(?:decimal\(\d+,(\d+)\)|(?:datetime|timestamp|time)\((\d)\))/.exec(declared);
  return {
    name,
    dataType,
    columnType: declared,
    nullable: !text.endsWith("not null"),
    charset: isText ? "utf8mb4" : null,
    collation: isText ? "utf8mb4_bin" : null,
    fraction: Number(fraction?.[1] ?? fraction?.[2] ?? 0),
    isGenerated: false,
    ...more,
  };
}

export const primary = (...columns: string[]): IndexShape => ({ name: "PRIMARY", isPrimary: true, isUnique: true, columns });
export const unique = (name: string, ...columns: (string | null)[]): IndexShape => ({
  name,
  isPrimary: false,
  isUnique: true,
  columns,
});

export const shape = (columns: readonly (string | ColumnShape)[], ...indexes: IndexShape[]): TableShape => ({
  schema: "shop",
  table: "orders",
  columns: columns.map((one) => (typeof one === "string" ? column(one) : one)),
  indexes,
});

export const comparedTable = (more: Partial<ComparedTable> = {}): ComparedTable => ({
  target: { schema: "shop", table: "orders" },
  parts: [{ source: "s1", schema: "shop", table: "orders" }],
  extractedColumns: [],
  mappedColumns: [],
  expected: [],
  ...more,
});

/** A plan of a table that is alike on both sides, or of two shapes. */
export function planOf(upstream: TableShape, downstream: TableShape = upstream, compared = comparedTable()): TablePlan {
  const plan = planTable(compared, [upstream], downstream, (columns) =>
    columns.every(({ collation }) => collation?.endsWith("_bin")),
  );
  if ("kind" in plan) throw new Error(plan.kind);
  return plan;
}
