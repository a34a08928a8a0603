import type { Comparison, TableComparison } from "../../domain/comparison/comparison.ts";
import { countOf } from "../../domain/comparison/comparison.ts";
import { keyId } from "../../domain/comparison/key.ts";
import type { DifferencesOfTable, DifferenceWithValues } from "../../domain/comparison/render-differences.ts";
import { Halt } from "./ask.ts";
import { downstreamRows, upstreamRows } from "./both-sides.ts";
import type { ComparisonParts } from "./comparison-parts.ts";

const KEYS_A_STATEMENT = 100;

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
  try {
    for (const table of tables.filter(({ listed, plan }) => listed.length > 0 && plan?.key)) {
      const rows = await rowsOf(parts, table);
      if (typeof rows === "string") return { kind: "not-known", why: rows };
      read.push({ target: table.compared.target, plan: table.plan!, rows, notListed: countOf(table) - table.listed.length });
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
): Promise<readonly DifferenceWithValues[] | string> {
  const rows: DifferenceWithValues[] = [];
  for (let from = 0; from < table.listed.length; from += KEYS_A_STATEMENT) {
    const some = table.listed.slice(from, from + KEYS_A_STATEMENT);
    const keys = some.map(({ key }) => key);
    const [above, below] = await Promise.all([upstreamRows(parts, table, keys), downstreamRows(parts, table, keys)]);
    if (above.kind === "failed") return above.detail;
    if (below.kind === "failed") return below.detail;
    const [up, down] = [above.value, below.value].map((list) => new Map(list.map((row) => [keyId(row.key), row.values])));
    for (const difference of some) {
      const id = keyId(difference.key);
      rows.push({ difference, upstream: up!.get(id) ?? null, downstream: down!.get(id) ?? null });
    }
  }
  return rows;
}
