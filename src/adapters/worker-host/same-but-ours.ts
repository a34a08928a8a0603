import { parse } from "smol-toml";

const OURS = new Set(["binlog-name", "binlog-pos", "binlog-gtid"]);

/**
 * A real TOML reader's word on what the domain rewrote byte by byte: both texts are TOML, and they differ in nothing but our three
 * values. null: so it is.
 */
export function whatElseChanged(before: string, after: string): string | null {
  const [old, now] = [readToml(before), readToml(after)];
  if (typeof old === "string") return `the present text is no TOML: ${old}`;
  if (typeof now === "string") return `the new text is no TOML: ${now}`;
  const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
  for (const key of keys)
    if (!OURS.has(key) && asText(old[key]) !== asText(now[key])) return `the new text changes ${key} as well`;
  return null;
}

const asText = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? `${inner}n` : inner)) ?? "";

function readToml(text: string): Record<string, unknown> | string {
  try {
    return { ...parse(text, { integersAsBigInt: "asNeeded" }) };
  } catch (error) {
    return error instanceof Error ? error.message.split("\n")[0]! : String(error);
  }
}
