import { chooseKey, type KeyChoice, type OrdersAlike } from "./choose-key.ts";
import { chooseForm, valueKindOf } from "./column-form.ts";
import type { ComparedTable } from "./plan-tables.ts";
import type { ColumnPlan, TableNote, TablePlan } from "./table-plan.ts";
import { type ColumnShape, familyOf, sameName, type TableShape } from "./table-shape.ts";

/**
 * How a table is compared, from what every side says of it. Left out, and named: columns that exist on one side only, generated ones,
 * those that DM fills or maps.
 */
export function planTable(
  compared: ComparedTable,
  upstream: readonly TableShape[],
  downstream: TableShape,
  ordersAlike: OrdersAlike,
): TablePlan | { readonly kind: "no-common-column" } {
  const sides = [...upstream, downstream];
  const names = distinct(sides.flatMap(({ columns }) => columns.map(({ name }) => name)));
  const on = (name: string, side: TableShape) => side.columns.find((column) => sameName(column.name, name));
  const among = (list: readonly string[]) => (name: string) => list.some((other) => sameName(other, name));
  const generated = names.filter((name) => sides.some((side) => on(name, side)?.isGenerated));
  const mapped = names.filter(among(compared.mappedColumns));
  const filled = names.filter(among(compared.extractedColumns));
  const apart = [...generated, ...mapped, ...filled];
  const rest = names.filter((name) => !among(apart)(name));
  const onlyUpstream = rest.filter((name) => !on(name, downstream));
  const onlyDownstream = rest.filter((name) => on(name, downstream) && !upstream.every((side) => on(name, side)));
  const shared = rest.filter((name) => sides.every((side) => on(name, side)));
  if (shared.length === 0) return { kind: "no-common-column" };

  const columns = shared.map((name) => ({ name, shapes: sides.map((side) => on(name, side)!), at: on(name, downstream)! }));
  const chosen = columns.map(({ name, shapes, at }) => planColumn(name, shapes, at));
  const choice = chooseKey(upstream, downstream, new Set(shared.map((name) => name.toLowerCase())), ordersAlike);
  const typesDiffer = chosen.filter((column) => column.typesDiffer).map(({ plan }) => plan.name);
  const byBytes = choice?.key.filter(({ order }) => order === "bytes").map(({ name }) => name) ?? [];
  const notes: (TableNote | null)[] = [
    choice === null ? { kind: "no-key" } : null,
    noteOf("scans", byBytes),
    choice && !choice.indexedDownstream
      ? { kind: "key-not-indexed-downstream", columns: choice.key.map(({ name }) => name) }
      : null,
    noteOf("only-upstream", onlyUpstream),
    noteOf("only-downstream", onlyDownstream),
    noteOf("filled-by-dm", filled),
    noteOf("mapped-by-dm", mapped),
    noteOf("generated", generated),
    noteOf("types-differ", typesDiffer),
    noteOf(
      "json-read",
      chosen.filter(({ plan }) => plan.form.kind === "json").map(({ plan }) => plan.name),
    ),
  ];
  return {
    columns: chosen.map(({ plan }) => plan),
    key: choice?.key ?? null,
    cost: choice && (byBytes.length > 0 || !choice.indexedDownstream) ? "scan" : "index",
    notes: notes.filter((note) => note !== null),
    notCopyable: notCopyable(choice, {
      byDm: filled.length + mapped.length > 0,
      typesDiffer: typesDiffer.length > 0,
      unknownType: columns.some(({ shapes }) => shapes.some((one) => familyOf(one) === "other")),
    }),
  };
}

function notCopyable(
  choice: KeyChoice | null,
  { byDm, typesDiffer, unknownType }: Readonly<Record<"byDm" | "typesDiffer" | "unknownType", boolean>>,
): TablePlan["notCopyable"] {
  if (choice === null) return "no-key";
  if (byDm) return "filled-by-dm";
  if (typesDiffer) return "types-differ";
  // GEOMETRY and the like: what is read of them as text cannot be written back.
  if (unknownType) return "unknown-type";
  return choice.uniqueDownstream ? null : "key-not-unique-downstream";
}

function planColumn(
  name: string,
  shapes: readonly ColumnShape[],
  downstream: ColumnShape,
): { readonly plan: ColumnPlan; readonly typesDiffer: boolean } {
  const { form, typesDiffer } = chooseForm(shapes);
  const families = shapes.map(familyOf);
  const readAs = families.some((family) => family === "float" || family === "double")
    ? "double"
    : form.kind === "number"
      ? "number"
      : "as-is";
  const nullable = shapes.some((shape) => shape.nullable);
  const value = form.kind === "json" ? "json" : form.kind === "utf8" && typesDiffer ? "text" : valueKindOf(downstream);
  return { plan: { name, form, value, nullable, readAs }, typesDiffer };
}

function noteOf<K extends Exclude<TableNote["kind"], "no-key">>(kind: K, columns: readonly string[]): TableNote | null {
  return columns.length > 0 ? ({ kind, columns } as TableNote) : null;
}

/** In the order of their first mention, whatever their case. */
function distinct(names: readonly string[]): readonly string[] {
  const seen = new Map<string, string>();
  for (const name of names) if (!seen.has(name.toLowerCase())) seen.set(name.toLowerCase(), name);
  return Array.from(seen.values());
}
