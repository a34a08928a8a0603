import { canonicalJson } from "./canonical-json.ts";
import { compareNumbers } from "./key.ts";
import type { ColumnPlan } from "./table-plan.ts";

/** A value as it was read: text as text, bytes as upper-case hex, everything else as the server prints it; null is NULL. */
export type Value = string | null;

/** A row's compared columns, in the plan's order. */
export type Values = readonly Value[];

/** Columns whose values differ, by value and not by print: what a difference is confirmed with. */
export function differingColumns(columns: readonly ColumnPlan[], upstream: Values, downstream: Values): readonly string[] {
  return columns.filter((column, at) => !sameValue(column, upstream[at] ?? null, downstream[at] ?? null)).map(({ name }) => name);
}

export function sameValue({ form, value }: ColumnPlan, a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  switch (form.kind) {
    case "json":
      return canonicalJson(a) === canonicalJson(b);
    case "float":
      return toSixDigits(a) === toSixDigits(b);
    case "double":
      return Number(a) === Number(b);
    case "number":
    case "decimal":
      return isPlainNumber(a) && isPlainNumber(b) && compareNumbers(a, b) === 0;
    case "datetime":
    case "time":
      return wholeTime(a) === wholeTime(b);
    case "as-is":
    case "utf8":
    case "long":
      return value === "number" && isPlainNumber(a) && isPlainNumber(b) && compareNumbers(a, b) === 0;
    default:
      return form satisfies never;
  }
}

const isPlainNumber = (text: string): boolean => /^-?\d+(?:\.\d+)?$/.test(text);

/** `0` and `-0` are one value; so are a FLOAT and what MySQL printed of it into a dump. */
function toSixDigits(text: string): number {
  return Number(Number(text).toPrecision(6)) + 0;
}

/** A date alone is its midnight; a fraction's zeros at the end say nothing. */
function wholeTime(text: string): string {
  const withTime = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text} 00:00:00` : text;
  return withTime.includes(".") ? withTime.replace(/\.?0+$/, "") : withTime;
}
