/** What a side says of a range of rows: their number, and XOR and sum of the rows' checksums, as decimal text (they pass 2^53). */
export interface Checksum {
  readonly rows: number;
  readonly xor: string;
  readonly sum: string;
  /** The same over the JSON columns, calculated by the bot; null where the table has none. */
  readonly json: { readonly xor: string; readonly sum: string } | null;
}

/** Of several upstream tables that go into one: as if they were one. */
export function mergeChecksums(parts: readonly Checksum[]): Checksum {
  const json = parts.map((part) => part.json).filter((part) => part !== null);
  return {
    rows: parts.reduce((sum, part) => sum + part.rows, 0),
    ...folded(parts),
    json: json.length > 0 ? folded(json) : null,
  };
}

function folded(parts: readonly { readonly xor: string; readonly sum: string }[]): {
  readonly xor: string;
  readonly sum: string;
} {
  return {
    xor: String(parts.reduce((all, { xor }) => all ^ BigInt(xor), 0n)),
    sum: String(parts.reduce((all, { sum }) => all + BigInt(sum), 0n)),
  };
}

export function sameChecksum(a: Checksum, b: Checksum): boolean {
  return (
    a.rows === b.rows &&
    a.xor === b.xor &&
    a.sum === b.sum &&
    (a.json?.xor ?? "0") === (b.json?.xor ?? "0") &&
    (a.json?.sum ?? "0") === (b.json?.sum ?? "0")
  );
}

/** A row's key with its checksum (`crc`, or `crc:jsonCrc`). A key may come more than once where it is unique only in each part. */
export interface KeyedChecksum {
  readonly key: readonly string[];
  readonly checksum: string;
}
