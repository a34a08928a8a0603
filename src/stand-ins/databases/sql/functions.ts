import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { decimalText, timeText } from "./decimal.ts";

/** MySQL's functions in SQLite: under names of their own where SQLite has one of the same name that does something else. */
type Input = null | number | bigint | string | Uint8Array;

/** A value as MySQL prints it; null stays null. */
export function printed(value: Input): string | Buffer | null {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "bigint") return String(value);
  return typeof value === "number" ? printedNumber(value) : Buffer.from(value);
}

function printedNumber(value: number): string {
  const text = String(value);
  return text.includes("e+") ? text.replace("e+", "e") : text;
}

function joined(parts: readonly (string | Buffer)[], between: string): string | Buffer {
  if (parts.every((part) => typeof part === "string")) return parts.join(between);
  const bytes = parts.flatMap((part, index) => [...(index > 0 ? [Buffer.from(between)] : []), Buffer.from(part as string)]);
  return Buffer.concat(bytes);
}

const bytesOf = (value: Input): Buffer | null => {
  const text = printed(value);
  return text === null ? null : Buffer.from(text as string);
};
const textOf = (value: Input): string | null => {
  const text = printed(value);
  return text === null ? null : text.toString();
};
const digest =
  (algorithm: string) =>
  (value: Input): string | null => {
    const bytes = bytesOf(value);
    return bytes === null ? null : createHash(algorithm).update(bytes).digest("hex");
  };
/** Null in, null out. */
const onText =
  (change: (text: string) => string | bigint) =>
  (value: Input): string | bigint | null => {
    const text = textOf(value);
    return text === null ? null : change(text);
  };

function concat(...values: Input[]): string | Buffer | null {
  const parts = values.map(printed);
  return parts.some((part) => part === null) ? null : joined(parts as (string | Buffer)[], "");
}
function concatWs(between: Input, ...values: Input[]): string | Buffer | null {
  const separator = textOf(between);
  if (separator === null) return null;
  return joined(
    values.map(printed).filter((part) => part !== null),
    separator,
  );
}
function hex(value: Input): string | null {
  if (typeof value === "bigint") return BigInt.asUintN(64, value).toString(16).toUpperCase();
  if (typeof value === "number") return BigInt(Math.round(value)).toString(16).toUpperCase();
  return bytesOf(value)?.toString("hex").toUpperCase() ?? null;
}
function decimal(value: Input, scale: Input): string | null {
  const text = textOf(value);
  return text === null ? null : decimalText(text, Number(scale));
}
/** Negative places round what stands before the point. */
function round(value: Input, places: Input = 0n): Input {
  if (value === null || places === null) return null;
  if (Number(places) >= 0) return Number(decimalText(textOf(value)!, Number(places)));
  const step = 10 ** -Number(places);
  return Math.round(Number(textOf(value)) / step) * step;
}
function convertBase(value: Input, from: Input, to: Input): string | null {
  const text = textOf(value);
  if (text === null) return null;
  const digits = [...text.toLowerCase()].map((digit) => Number.parseInt(digit, 36));
  const base = BigInt(from as bigint);
  const number = digits.reduce((sum, digit) => sum * base + BigInt(digit), 0n);
  return BigInt.asUintN(64, number).toString(Number(to)).toUpperCase();
}
function padded(side: "left" | "right") {
  return (value: Input, size: Input, filling: Input): string | null => {
    const [text, fill] = [textOf(value), textOf(filling)];
    if (text === null || fill === null || size === null) return null;
    const count = Number(size);
    const cut = [...text].slice(0, count).join("");
    return side === "left" ? cut.padStart(count, fill) : cut.padEnd(count, fill);
  };
}
function bitCount(value: Input): bigint | null {
  if (value === null) return null;
  return BigInt([...BigInt.asUintN(64, BigInt(value as bigint)).toString(2)].filter((bit) => bit === "1").length);
}
function locate(wanted: Input, within: Input): bigint | null {
  const [needle, text] = [textOf(wanted), textOf(within)];
  return needle === null || text === null ? null : BigInt(text.toLowerCase().indexOf(needle.toLowerCase()) + 1);
}
function modulo(a: Input, b: Input): Input {
  if (a === null || b === null || Number(b) === 0) return null;
  return typeof a === "bigint" && typeof b === "bigint" ? a % b : Number(a) % Number(b);
}

const SCALARS: Readonly<Record<string, (...values: never[]) => unknown>> = {
  MY_TEXT: printed,
  MY_DECIMAL: decimal,
  MY_ROUND: round,
  MY_TIME: (value: Input, digits: Input, isDateTime: Input) =>
    value === null ? null : timeText(textOf(value)!, Number(digits), Number(isDateTime) === 1),
  MY_CONCAT: concat,
  MY_CONCAT_WS: concatWs,
  MY_HEX: hex,
  MY_UNHEX: (value: Input) => (value === null ? null : Buffer.from(textOf(value)!, "hex")),
  MY_LENGTH: (value: Input) => (value === null ? null : BigInt(bytesOf(value)!.length)),
  MY_CHAR_LENGTH: onText((text) => BigInt([...text].length)),
  MY_UPPER: onText((text) => text.toUpperCase()),
  MY_LOWER: onText((text) => text.toLowerCase()),
  MY_LEFT: (value: Input, count: Input) => (value === null ? null : [...textOf(value)!].slice(0, Number(count)).join("")),
  MY_RIGHT: (value: Input, count: Input) =>
    value === null ? null : Number(count) <= 0 ? "" : [...textOf(value)!].slice(-Number(count)).join(""),
  MY_REPEAT: (value: Input, count: Input) => (value === null ? null : textOf(value)!.repeat(Math.max(0, Number(count)))),
  MY_LPAD: padded("left"),
  MY_RPAD: padded("right"),
  MY_CRC32: (value: Input) => (value === null ? null : BigInt(crc32(bytesOf(value)!))),
  MY_MD5: digest("md5"),
  MY_SHA1: digest("sha1"),
  MY_SHA2: (value: Input, size: Input) => digest(`sha${Number(size) === 0 ? 256 : Number(size)}`)(value),
  MY_CONV: convertBase,
  MY_BIT_COUNT: bitCount,
  MY_LOCATE: locate,
  MY_MOD: modulo,
  MY_RAND: () => Math.random(),
};

export function registerFunctions(database: DatabaseSync): void {
  for (const [name, call] of Object.entries(SCALARS))
    database.function(
      name,
      { deterministic: name !== "MY_RAND", varargs: true, useBigIntArguments: true },
      call as unknown as (...values: unknown[]) => null,
    );
  const bits = (name: string, start: bigint, step: (sum: bigint, value: bigint) => bigint): void =>
    database.aggregate(name, {
      start: () => start,
      useBigIntArguments: true,
      step: ((sum: bigint, value: Input) => (value === null ? sum : step(sum, BigInt(value as bigint)))) as never,
      result: ((sum: bigint) => BigInt.asIntN(64, sum)) as never,
    });
  bits("MY_BIT_XOR", 0n, (sum, value) => sum ^ value);
  bits("MY_BIT_OR", 0n, (sum, value) => sum | value);
  bits("MY_BIT_AND", 0xffff_ffff_ffff_ffffn, (sum, value) => sum & value);
}

/** MySQL's function → the name in SQLite. `isTextual`: its arguments are printed, so decimals show all their digits. */
export const FUNCTIONS: Readonly<Record<string, { readonly as: string; readonly isTextual: boolean }>> = Object.fromEntries([
  ...["concat", "concat_ws", "hex", "unhex", "length", "char_length", "upper", "lower", "left", "right", "repeat"].map(textual),
  ...["lpad", "rpad", "crc32", "md5", "sha1", "sha2", "conv", "locate"].map(textual),
  ["octet_length", { as: "MY_LENGTH", isTextual: true }],
  ["character_length", { as: "MY_CHAR_LENGTH", isTextual: true }],
  ["sha", { as: "MY_SHA1", isTextual: true }],
  ["ucase", { as: "MY_UPPER", isTextual: true }],
  ["lcase", { as: "MY_LOWER", isTextual: true }],
  ...["substr", "trim", "ltrim", "rtrim", "replace", "instr", "quote"].map((name) => [name, { as: name, isTextual: true }]),
  ["substring", { as: "substr", isTextual: true }],
  ["mid", { as: "substr", isTextual: true }],
  ...["bit_count", "mod", "rand", "round", "bit_xor", "bit_or", "bit_and"].map((name) => [
    name,
    { as: `MY_${name.toUpperCase()}`, isTextual: false },
  ]),
  ...["ifnull", "coalesce", "nullif", "abs", "log10", "floor", "sign", "count", "sum", "min", "max", "avg"].map((name) => [
    name,
    { as: name, isTextual: false },
  ]),
  ["if", { as: "iif", isTextual: false }],
  ["ceil", { as: "ceil", isTextual: false }],
  ["ceiling", { as: "ceil", isTextual: false }],
  ["greatest", { as: "max", isTextual: false }],
  ["least", { as: "min", isTextual: false }],
  ["pow", { as: "pow", isTextual: false }],
]) as Record<string, { as: string; isTextual: boolean }>;

function textual(name: string): [string, { as: string; isTextual: boolean }] {
  return [name, { as: `MY_${name.toUpperCase()}`, isTextual: true }];
}
