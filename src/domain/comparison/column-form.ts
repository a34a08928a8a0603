import { type ColumnShape, familyOf, isUtf8 } from "./table-shape.ts";

/**
 * How a column's value is written into the row's checksum, so that MySQL, MariaDB and TiDB write the same for the same value. One form
 * holds for every side of a table.
 */
export type ColumnForm =
  /** Every server prints it alike: integers, decimals of one scale, dates, text that is utf8 anyway, bytes. */
  | { readonly kind: "as-is" }
  /** Text of another character set, or types of different families: by its utf8mb4 bytes. */
  | { readonly kind: "utf8" }
  /** BIT, YEAR and ZEROFILL print differently or with zeros in front: as a number. */
  | { readonly kind: "number" }
  | { readonly kind: "decimal"; readonly scale: number }
  /** To six digits, which is all that MySQL itself prints of a FLOAT, and so all that a dump carries. */
  | { readonly kind: "float" }
  /** Exact: the shortest digits that give the same double, as a decimal. */
  | { readonly kind: "double" }
  | { readonly kind: "datetime" }
  | { readonly kind: "time" }
  /** Values of many bytes: by a checksum of their own, so that the row's text stays within max_allowed_packet. */
  | { readonly kind: "long"; readonly utf8: boolean }
  /** MySQL orders keys by length, TiDB by bytes, MariaDB not at all: read and compared as a value, never as text. */
  | { readonly kind: "json" };

/** How a value looks when it is read, and must look when it is written. */
export type ValueKind = "number" | "text" | "bytes" | "time" | "json";

const LONG: ReadonlySet<string> = new Set(["mediumtext", "longtext", "mediumblob", "longblob"]);

export interface FormChoice {
  readonly form: ColumnForm;
  /** The sides declare types of different families. */
  readonly typesDiffer: boolean;
}

/** The form for a column as the sides declare it (upstream tables and the downstream one, at least one). */
export function chooseForm(shapes: readonly ColumnShape[]): FormChoice {
  const families = new Set(shapes.map(familyOf));
  const only = (...wanted: readonly string[]): boolean => Array.from(families).every((family) => wanted.includes(family));
  const some = (test: (shape: ColumnShape) => boolean): boolean => shapes.some(test);
  const alike = (form: ColumnForm): FormChoice => ({ form, typesDiffer: false });
  const fractions = new Set(shapes.map(({ fraction }) => fraction));
  const zerofill = some(({ columnType }) => columnType.includes("zerofill"));

  if (families.has("json") && only("json", "text")) return alike({ kind: "json" });
  if (only("integer")) return alike(zerofill ? { kind: "number" } : { kind: "as-is" });
  if (only("integer", "bit")) return alike({ kind: "number" });
  if (only("integer", "decimal"))
    return alike(
      only("decimal") && fractions.size === 1 && !zerofill
        ? { kind: "as-is" }
        : { kind: "decimal", scale: Math.max(...shapes.map((shape) => (familyOf(shape) === "decimal" ? shape.fraction : 0))) },
    );
  if (only("float", "double")) return alike(families.has("float") ? { kind: "float" } : { kind: "double" });
  if (only("date")) return alike({ kind: "as-is" });
  if (only("date", "datetime"))
    return {
      form: fractions.size === 1 && only("datetime") ? { kind: "as-is" } : { kind: "datetime" },
      typesDiffer: families.size > 1,
    };
  if (only("time")) return alike(fractions.size === 1 ? { kind: "as-is" } : { kind: "time" });
  if (only("text", "bytes")) {
    const utf8 = !only("bytes") && !(only("text") && shapes.every(isUtf8));
    const form: ColumnForm = some(({ dataType }) => LONG.has(dataType))
      ? { kind: "long", utf8 }
      : { kind: utf8 ? "utf8" : "as-is" };
    return { form, typesDiffer: families.size > 1 };
  }
  return { form: { kind: "utf8" }, typesDiffer: families.size > 1 };
}

/** How the downstream's column takes a value. */
export function valueKindOf(shape: ColumnShape): ValueKind {
  const family = familyOf(shape);
  switch (family) {
    case "integer":
    case "bit":
    case "decimal":
    case "float":
    case "double":
      return "number";
    case "date":
    case "datetime":
    case "time":
      return "time";
    case "text":
    case "other":
      return "text";
    case "bytes":
      return "bytes";
    case "json":
      return "json";
    default:
      return family satisfies never;
  }
}
