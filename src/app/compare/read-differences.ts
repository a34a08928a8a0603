import type { Comparison, TableComparison } from "../../domain/comparison/comparison.ts";
import { countOf } from "../../domain/comparison/comparison.ts";
import { keyId } from "../../domain/comparison/key.ts";
import type { DifferencesOfTable, DifferenceWithValues } from "../../domain/comparison/render-differences.ts";
import { keysAtOnce } from "../../domain/comparison/row-statements.ts";
import { Halt } from "./ask.ts";
import { downstreamRows, upstreamRows } from "./both-sides.ts";
import type { ComparisonParts } from "./comparison-parts.ts";

/** Of all the values together; what comes after is counted as not listed. */
const TEXT_AT_MOST = 32 * 1_048_576;

export type DifferencesRead =
  | { readonly kind: "read"; readonly tables: readonly DifferencesOfTable[] }
  | { readonly kind: "not-known"; readonly why: string };

/**
 * The listed differences with the values that both sides have now, for `renderSql` and `renderCsv`. Values are read when somebody asks
 * for them and are kept nowhere.
 */
export async function readDifferences(
  parts: Pick<ComparisonParts, "upstreams" | "downstream" | "clock" | "signal">,
  { tables }: Comparison,
): Promise<DifferencesRead> {
  const read: DifferencesOfTable[] = [];
  let room = TEXT_AT_MOST;
  try {
    for (const table of tables.filter(({ listed, plan }) => listed.length > 0 && plan?.key)) {
      const rows = await rowsOf(parts, table, room);
      if (typeof rows === "string") return { kind: "not-known", why: rows };
      room -= rows.reduce((sum, row) => sum + lengthOf(row), 0);
      read.push({ target: table.compared.target, plan: table.plan!, rows, notListed: countOf(table) - rows.length });
    }
  } catch (error) {
    if (!(error instanceof Halt)) throw error;
    return { kind: "not-known", why: error.reason.kind === "gave-up" ? error.reason.detail : error.reason.kind };
  }
  return { kind: "read", tables: read };
}

async function rowsOf(
  parts: Pick<ComparisonParts, "upstreams" | "downstream" | "clock" | "signal">,
  table: TableComparison,
  room: number,
): Promise<readonly DifferenceWithValues[] | string> {
  const rows: DifferenceWithValues[] = [];
  const atOnce = keysAtOnce(table.plan!);
  let taken = 0;
  for (let from = 0; from < table.listed.length && taken < room; from += atOnce) {
    const some = table.listed.slice(from, from + atOnce);
    const keys = some.map(({ key }) => key);
    const [above, below] = await Promise.all([upstreamRows(parts, table, keys), downstreamRows(parts, table, keys)]);
    if (above.kind === "failed") return above.detail;
    if (below.kind === "failed") return below.detail;
    const [up, down] = [above.value, below.value].map((list) => new Map(list.map((row) => [keyId(row.key), row.values])));
    for (const difference of some) {
      const id = keyId(difference.key);
      const row = { difference, upstream: up!.get(id) ?? null, downstream: down!.get(id) ?? null };
      rows.push(row);
      taken += lengthOf(row);
    }
  }
  return rows;
}

function lengthOf({ upstream, downstream }: DifferenceWithValues): number {
  return [...(upstream ?? []), ...(downstream ?? [])].reduce((sum, value) => sum + (value?.length ?? 0), 0);
}
