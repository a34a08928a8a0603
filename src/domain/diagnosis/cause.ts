import type { DmError } from "../observation/observation.ts";

/** A cause that people mend outside of DM, as far as its words tell it; each can be looked at by a probe. */
export type Cause =
  | { readonly kind: "login"; readonly side: "upstream" | "downstream" }
  | { readonly kind: "grant"; readonly side: "upstream" | "downstream"; readonly right: string; readonly table: string | null }
  /** `schema.table` */
  | { readonly kind: "missing-table"; readonly table: string }
  | { readonly kind: "disk-full" }
  | { readonly kind: "none-known" };

const TABLE_MISSING = /Error 1146\b.*?Table '([^']+)' doesn't exist/is;
const COMMAND_DENIED = /(?:Error 1142\b.*?|\b)([A-Z][A-Z ]+?) command denied to user .*?for table [`']([^`']+)[`']/is;
const RIGHT_MISSING = /Error 1227\b.*?need \(at least one of\) the ([A-Z_, ]+?) privilege/is;
const LOGIN_REFUSED = /Error (?:1044|1045|1698)\b|Access denied for user/i;
const DISK_FULL = /no space left on device|Error 1021\b|Disk full/i;

/** The first cause that an error's own words tell; `scope` says which side, and where DM does not say, the downstream is the likelier. */
export function causeOf(errors: readonly DmError[]): Cause {
  for (const { message, rawCause, scope } of errors) {
    const text = `${message} ${rawCause}`;
    const side = scope === "upstream" ? "upstream" : "downstream";
    const [, table] = TABLE_MISSING.exec(text) ?? [];
    if (table) return { kind: "missing-table", table };
    const [, right, on] = COMMAND_DENIED.exec(text) ?? [];
    if (right) return { kind: "grant", side, right: right.trim(), table: on ?? null };
    const [, needed] = RIGHT_MISSING.exec(text) ?? [];
    if (needed) return { kind: "grant", side, right: needed.split(",")[0]!.trim(), table: null };
    if (LOGIN_REFUSED.test(text)) return { kind: "login", side };
    if (DISK_FULL.test(text)) return { kind: "disk-full" };
  }
  return { kind: "none-known" };
}

/** Whether `SHOW GRANTS` gives a right on a table (`schema.table`, or the table alone): globally, on its schema, or on itself. */
export function isGranted(grants: readonly string[], right: string, table: string | null): boolean {
  const [schema, name] = table?.includes(".")
    ? [table.slice(0, table.indexOf(".")), table.slice(table.indexOf(".") + 1)]
    : [null, table];
  return grants.some((grant) => {
    const [, rights, on] = /^GRANT (.+?) ON (.+?) TO /is.exec(grant) ?? [];
    if (rights === undefined || on === undefined) return false;
    const words = rights
      .toUpperCase()
      .split(",")
      .map((word) => word.replace(/\(.*?\)/, "").trim());
    if (!words.some((word) => word === right.toUpperCase() || /^ALL(?: PRIVILEGES)?$/.test(word))) return false;
    const [onSchema = "", onTable = ""] = on.replaceAll("`", "").split(".");
    if (onSchema === "*") return true;
    if (schema !== null && !matches(onSchema, schema)) return false;
    return onTable === "*" || (name !== null && onTable === name);
  });
}

/** A grant's schema is a pattern: `_` and `%` stand for any character, `\_` for itself. */
function matches(pattern: string, schema: string): boolean {
  const expression = pattern.replace(/\\([_%])|([_%])|([.*+?^${}()|[\]])/g, (_, escaped, wild, special) =>
    escaped ? escaped : wild === "_" ? "." : wild === "%" ? ".*" : `\\${special}`,
  );
  return new RegExp(`^${expression}$`, "i").test(schema);
}
