import { bytesOfHex } from "./key.ts";
import type { TableName } from "./replication-rules.ts";

/** Names may hold any character: a backtick is doubled. */
export const quoted = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

export const quotedTable = ({ schema, table }: TableName): string => `${quoted(schema)}.${quoted(table)}`;

/**
 * Values stand in the statement's text and not as parameters: a driver sends a bigint as text or double, and the server then compares
 * by doubles, past the index and past 2^53. Each of these refuses what it cannot write safely.
 */
export function numberLiteral(text: string): string {
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text)) throw new Error(`no number: ${text.slice(0, 40)}`);
  return text;
}

export function timeLiteral(text: string): string {
  if (!/^-?[0-9][0-9 :.-]*$/.test(text)) throw new Error(`no date or time: ${text.slice(0, 40)}`);
  return `'${text}'`;
}

export function bytesLiteral(hex: string): string {
  if (!/^(?:[0-9A-F]{2})*$/.test(hex)) throw new Error("no bytes in upper-case hex");
  return `X'${hex}'`;
}

/** Text given by its utf8mb4 bytes. Plain letters, digits and signs are written as they are, so that a person can read them. */
export function textLiteral(hex: string): string {
  const literal = bytesLiteral(hex);
  const bytes = bytesOfHex(hex);
  if (bytes.every((byte) => byte >= 32 && byte < 127 && byte !== 39 && byte !== 92)) return `'${String.fromCharCode(...bytes)}'`;
  return `_utf8mb4 ${literal}`;
}

export function hexOfText(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
}
