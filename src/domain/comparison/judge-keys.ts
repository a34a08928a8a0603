import type { KeyedChecksum } from "./checksum.ts";
import type { Difference } from "./comparison.ts";
import { type Key, keyId } from "./key.ts";
import { differingColumns, type Values } from "./same-value.ts";
import type { TablePlan } from "./table-plan.ts";

/** A row that did not change upstream between two looks, and that the downstream, which must have it by now, has not or otherwise. */
export interface Candidate {
  readonly key: Key;
  /** Upstream's checksums of the key at both looks, joined; empty: no such row. */
  readonly upstream: string;
}

export interface Judged {
  readonly candidates: readonly Candidate[];
  /** Rows that changed between the looks: nothing can be said of them yet. */
  readonly moving: number;
}

/**
 * Looks at a range's rows: upstream first, then (after the syncer passed the position noted in between) downstream, then upstream
 * again. Only a row that stood still upstream can be judged.
 */
export function judgeKeys(
  first: readonly KeyedChecksum[],
  downstream: readonly KeyedChecksum[],
  second: readonly KeyedChecksum[],
): Judged {
  const [before, below, after] = [byKey(first), byKey(downstream), byKey(second)];
  const keys = new Map<string, Key>([...first, ...downstream, ...second].map(({ key }) => [keyId(key), key]));
  const candidates: Candidate[] = [];
  let moving = 0;
  for (const [id, key] of keys) {
    const [was, has, is] = [before.get(id) ?? "", below.get(id) ?? "", after.get(id) ?? ""];
    if (has === was || has === is) continue;
    if (was === is) candidates.push({ key, upstream: is });
    else moving++;
  }
  return { candidates, moving };
}

/** Several rows of one key (upstream tables that overlap) count as one text of their checksums. */
export function byKey(rows: readonly KeyedChecksum[]): ReadonlyMap<string, string> {
  const groups = Map.groupBy(rows, ({ key }) => keyId(key));
  return new Map(
    Array.from(groups, ([id, group]) => [
      id,
      group
        .map(({ checksum }) => checksum)
        .toSorted()
        .join(" "),
    ]),
  );
}

export interface RowWithValues extends KeyedChecksum {
  readonly values: Values;
}

export type Confirmed =
  | { readonly kind: "difference"; readonly difference: Difference }
  | { readonly kind: "same" }
  | { readonly kind: "moving" };

/** The last word on a candidate, from the values of both sides, downstream's read before upstream's. */
export function confirm(
  plan: TablePlan,
  { key, upstream: expected }: Candidate,
  upstream: readonly RowWithValues[],
  downstream: readonly RowWithValues[],
): Confirmed {
  const now = byKey(upstream).get(keyId(key)) ?? "";
  if (now !== expected) return { kind: "moving" };
  if (upstream.length === 0 && downstream.length === 0) return { kind: "same" };
  if (downstream.length === 0) return { kind: "difference", difference: { kind: "missing", key, columns: [] } };
  if (upstream.length === 0) return { kind: "difference", difference: { kind: "extra", key, columns: [] } };
  const columns =
    upstream.length === 1 && downstream.length === 1
      ? differingColumns(plan.columns, upstream[0]!.values, downstream[0]!.values)
      : null;
  if (columns?.length === 0 || (columns === null && sameRows(upstream, downstream))) return { kind: "same" };
  return { kind: "difference", difference: { kind: "differing", key, columns: columns ?? [] } };
}

function sameRows(a: readonly RowWithValues[], b: readonly RowWithValues[]): boolean {
  const list = (rows: readonly RowWithValues[]): string => JSON.stringify(rows.map(({ checksum }) => checksum).toSorted());
  return list(a) === list(b);
}
