/** The reviver's third argument: the number as the text says it, every digit of it. */
interface Source {
  readonly source?: string;
}

/**
 * The same text for equal JSON, whoever printed it: keys sorted, no spaces, escapes resolved, numbers by their value (`1.0` and `1e0`
 * are `1`), integers of any length digit by digit. The last of two equal keys counts, as for MySQL and TiDB. Text that is no JSON
 * stands for itself.
 */
export function canonicalJson(text: string): string {
  try {
    return written(JSON.parse(text, withWholeNumbers as (key: string, value: unknown) => unknown));
  } catch {
    return text;
  }
}

/** Whole numbers become bigints; JSON itself has none, so nothing else can be taken for one. */
function withWholeNumbers(_key: string, value: unknown, { source }: Source): unknown {
  if (typeof value !== "number") return value;
  if (source !== undefined && /^-?\d+$/.test(source)) return BigInt(source);
  return Number.isInteger(value) ? BigInt(value) : value;
}

function written(value: unknown): string {
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${written(inner)}`).join(",")}}`;
}
