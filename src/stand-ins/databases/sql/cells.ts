import type { SQLInputValue } from "node:sqlite";
import type { Value } from "../wire.ts";
import { decimalText } from "./decimal.ts";

export type Cell = bigint | number | string | Uint8Array | null;

/** Whole numbers stay whole in a column of texts. */
export function asInput(value: Value): SQLInputValue {
  if (value instanceof Date) return value.toISOString().slice(0, 19).replace("T", " ");
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
}

export function asValue(cell: Cell, scale: string | undefined): Value {
  if (cell === null) return null;
  if (scale !== undefined && (typeof cell === "number" || typeof cell === "bigint")) return decimalText(cell, Number(scale));
  if (typeof cell === "bigint") return Number.isSafeInteger(Number(cell)) ? Number(cell) : cell;
  return cell instanceof Uint8Array ? Buffer.from(cell) : cell;
}
