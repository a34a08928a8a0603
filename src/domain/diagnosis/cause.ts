import type { DmError, Unit } from "../observation/observation.ts";
import { answerIn, sideOf, wordsOf } from "./error-words.ts";
import type { RightOn } from "./grants.ts";

/** A cause that people mend outside of DM, as far as its words tell it; each can be looked at by a probe. */
export type Cause =
  | { readonly kind: "login"; readonly side: "upstream" | "downstream" }
  /** `anyOf`: one of these rights would do; empty: the server did not say which. */
  | { readonly kind: "grant"; readonly side: "upstream" | "downstream"; readonly anyOf: readonly string[]; readonly on: RightOn }
  /** `schema.table` */
  | { readonly kind: "missing-table"; readonly table: string }
  | { readonly kind: "disk-full" }
  | { readonly kind: "none-known" };

const TABLE_MISSING = /Error 1146\b.*?Table '([^']+)' doesn't exist/is;
/** MySQL and TiDB name the table alone, MariaDB both names; 1143 names a column before it. */
const COMMAND_DENIED = /\b([A-Z][A-Z, ]*?) command denied to user .*?(?:for|in) table ((?:[`'"][^`'"]+[`'"]\.?)+)/is;
const RIGHT_MISSING = /(?:Error 1227\b|Access denied;).*?need \(at least one of\) the ([A-Z_, ]+?) privilege/is;
const SCHEMA_DENIED = /Access denied for user .*? to database [`'"]([^`'"]+)[`'"]/is;
const LOGIN_REFUSED = /Error (?:1045|1698)\b|Access denied for user/i;
const DISK_FULL = /no space left on device|Error 1021\b|Disk full/i;

/** What each of them has in it: a downstream that is away fails thousands of subtasks, and none of these is asked then. */
const ANY = /1146|denied|1227|1045|1698|space left|1021|disk full/;

/** The first cause that a server's own words tell. Tables are looked for downstream; one that is missing upstream is no cause of these. */
export function causeOf(errors: readonly DmError[], unit: Unit | "Relay"): Cause {
  for (const error of errors) {
    if (!ANY.test(wordsOf(error))) continue;
    const text = answerIn(error);
    const { side } = sideOf(error, unit);
    const [, table] = side === "downstream" ? (TABLE_MISSING.exec(text) ?? []) : [];
    if (table) return { kind: "missing-table", table };
    const [, right, on] = COMMAND_DENIED.exec(text) ?? [];
    if (right && on) return { kind: "grant", side, anyOf: listOf(right), on: tableIn(on) };
    const [, needed] = RIGHT_MISSING.exec(text) ?? [];
    if (needed) return { kind: "grant", side, anyOf: listOf(needed), on: null };
    const [, schema] = SCHEMA_DENIED.exec(text) ?? [];
    if (schema) return { kind: "grant", side, anyOf: [], on: { schema, table: null } };
    if (LOGIN_REFUSED.test(text)) return { kind: "login", side };
    if (DISK_FULL.test(text)) return { kind: "disk-full" };
  }
  return { kind: "none-known" };
}

const listOf = (rights: string): string[] =>
  rights
    .split(",")
    .map((right) => right.trim().toUpperCase())
    .filter((right) => right !== "");

/** `orders`, `shop.orders` or `shop`.`orders`, in whatever quotes. */
function tableIn(words: string): RightOn {
  const names = words.replace(/[`'"]/g, "");
  const dot = names.indexOf(".");
  return dot === -1 ? { schema: null, table: names } : { schema: names.slice(0, dot), table: names.slice(dot + 1) };
}

/** For people: `SELECT on shop.orders`, `SUPER or REPLICATION CLIENT`. */
export function rightText({ anyOf, on }: Extract<Cause, { kind: "grant" }>): string {
  const rights = anyOf.length === 0 ? "a right" : anyOf.join(" or ");
  if (on === null) return rights;
  return `${rights} on ${[on.schema, on.table].filter((name) => name !== null).join(".")}${on.table === null ? ".*" : ""}`;
}
