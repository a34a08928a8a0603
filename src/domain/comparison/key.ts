import type { KeyColumn } from "./table-plan.ts";

/**
 * A row's key as plain text, one token a column: numbers and times as every server prints them, text and bytes as the hex of their
 * (utf8mb4) bytes. Equal keys have equal tokens.
 */
export type Key = readonly string[];

export const keyId = (key: Key): string => key.join("|");

/** Rows after one key (not of it) up to another (with it); null is the table's end on that side. */
export interface KeyRange {
  readonly after: Key | null;
  readonly upTo: Key | null;
}

export const WHOLE: KeyRange = { after: null, upTo: null };

/**
 * Which of two keys comes first, to choose among boundaries that several upstream tables offer. Text in its column's own order is only
 * estimated: a wrong choice makes chunks uneven, nothing else.
 */
export function compareKeys(columns: readonly KeyColumn[], a: Key, b: Key): number {
  for (const [at, column] of columns.entries()) {
    const order = compareTokens(column, a[at]!, b[at]!);
    if (order !== 0) return order;
  }
  return 0;
}

function compareTokens({ kind, order }: KeyColumn, a: string, b: string): number {
  if (a === b) return 0;
  if (kind === "number") return compareNumbers(a, b);
  if (kind === "text" && order === "column") {
    const [left, right] = [textOf(a).toLowerCase(), textOf(b).toLowerCase()];
    if (left !== right) return left < right ? -1 : 1;
  }
  return a < b ? -1 : 1;
}

/** Decimal text of any length, with sign and point. */
export function compareNumbers(a: string, b: string): number {
  const scale = Math.max(fractionOf(a).length, fractionOf(b).length);
  const [left, right] = [scaled(a, scale), scaled(b, scale)];
  return left < right ? -1 : left > right ? 1 : 0;
}

const fractionOf = (text: string): string => text.split(".")[1] ?? "";

function scaled(text: string, scale: number): bigint {
  const [whole, fraction = ""] = text.split(".");
  return BigInt(`${whole}${fraction.padEnd(scale, "0")}`);
}

/** How a key is shown to a person: `id = 7, code = "ä"`; bytes that are no text as 0x…. */
export function keyWords(columns: readonly KeyColumn[], key: Key): string {
  return columns.map(({ name, kind }, at) => `${name} = ${shown(kind, key[at]!)}`).join(", ");
}

function shown(kind: KeyColumn["kind"], token: string): string {
  switch (kind) {
    case "number":
    case "time":
      return token;
    case "text":
      return JSON.stringify(textOf(token));
    case "bytes":
      return `0x${token}`;
    default:
      return kind satisfies never;
  }
}

export function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16));
}

/** The text whose utf8 bytes a token gives; what is no utf8 becomes the replacement character. */
export const textOf = (hex: string): string => new TextDecoder().decode(bytesOfHex(hex));
