import type { ColumnForm, ValueKind } from "./column-form.ts";

/** How one table is compared; the same on every side, and kept with the comparison so that going on after a restart uses the same. */
export interface TablePlan {
  readonly columns: readonly ColumnPlan[];
  /** null: no key that every side has; the table is checksummed whole and differing rows cannot be named. */
  readonly key: readonly KeyColumn[] | null;
  /** `scan`: no index of every side gives the key's order, so that each chunk reads the whole table. */
  readonly cost: "index" | "scan";
  readonly notes: readonly TableNote[];
  /** Why missing rows of it may not be inserted; null: they may. */
  readonly notCopyable: "no-key" | "filled-by-dm" | "types-differ" | "unknown-type" | "key-not-unique-downstream" | null;
}

export interface ColumnPlan {
  readonly name: string;
  readonly form: ColumnForm;
  readonly value: ValueKind;
  readonly nullable: boolean;
  /** Reading it as it is would print too little (FLOAT: six digits) or not a number (BIT, YEAR, ZEROFILL). */
  readonly readAs: "as-is" | "double" | "number";
}

export interface KeyColumn {
  readonly name: string;
  readonly kind: "number" | "time" | "text" | "bytes";
  /** `column`: by the column itself. `bytes`: by the utf8mb4 bytes of its text, which no index serves. */
  readonly order: "column" | "bytes";
  /** The column can be asked for with utf8mb4 text as it is, index included. */
  readonly isUtf8: boolean;
}

/** What is said with a table's result. */
export type TableNote =
  | { readonly kind: "no-key" }
  | { readonly kind: "scans"; readonly columns: readonly string[] }
  | { readonly kind: "key-not-indexed-downstream"; readonly columns: readonly string[] }
  | { readonly kind: "only-upstream"; readonly columns: readonly string[] }
  | { readonly kind: "only-downstream"; readonly columns: readonly string[] }
  | { readonly kind: "filled-by-dm"; readonly columns: readonly string[] }
  | { readonly kind: "mapped-by-dm"; readonly columns: readonly string[] }
  | { readonly kind: "generated"; readonly columns: readonly string[] }
  | { readonly kind: "types-differ"; readonly columns: readonly string[] }
  | { readonly kind: "json-read"; readonly columns: readonly string[] };
