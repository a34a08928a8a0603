import {
  afterChunk,
  chunkRowsFor,
  denseEnd,
  FEWEST_CHUNK_ROWS,
  isDenseChunk,
  notComparable,
} from "../../domain/comparison/advance-comparison.ts";
import { sameChecksum } from "../../domain/comparison/checksum.ts";
import type { ComparisonLimits, NotComparable, TableComparison } from "../../domain/comparison/comparison.ts";
import { type KeyRange, WHOLE } from "../../domain/comparison/key.ts";
import type { Refused } from "./ask.ts";
import { bothChecksums, nearerEnd, positionsNow } from "./both-sides.ts";
import type { ComparisonParts } from "./comparison-parts.ts";
import type { Pace } from "./pace.ts";

/** Where every chunk reads the whole table, there are about so many of them. */
const SCANS = 20;

/** Looks at the next chunk of a table; the table as it is after it. A statement that takes too long halves the chunk. */
export async function walkChunk(
  parts: ComparisonParts,
  pace: Pace,
  table: TableComparison,
  limits: ComparisonLimits,
): Promise<TableComparison> {
  const state = table.state.kind === "walking" ? table.state : null;
  const chunkRows = state?.chunkRows ?? chunkRowsOf(table, limits);
  const after = state?.after ?? null;
  const range = await nextRange(parts, table, { after, chunkRows, isDense: state?.isDense ?? false });
  if ("kind" in range) return refusedChunk(table, range, after, chunkRows);
  const sums = await bothChecksums(parts, table, range, table.plan!.key === null ? null : chunkRows);
  if (sums.kind === "failed") return refusedChunk(table, sums, after, chunkRows);
  const { upstream, downstream } = sums.value;
  // Noted after the read: what the read saw lies before it.
  const positions = sameChecksum(upstream, downstream) ? null : await positionsNow(parts, table);
  await pace.took(Math.max(upstream.rows, downstream.rows));
  const isDense = isDenseChunk(range, upstream.rows);
  return afterChunk(table, { range, upstream, downstream, positions, chunkRows, isDense });
}

function chunkRowsOf({ plan, approximateRows }: TableComparison, limits: ComparisonLimits): number {
  const rows = chunkRowsFor(limits);
  return plan!.cost === "scan" ? Math.max(rows, Math.ceil((approximateRows ?? 0) / SCANS)) : rows;
}

async function nextRange(
  parts: ComparisonParts,
  table: TableComparison,
  { after, chunkRows, isDense }: { readonly after: KeyRange["after"]; readonly chunkRows: number; readonly isDense: boolean },
): Promise<KeyRange | Refused> {
  if (table.plan!.key === null) return WHOLE;
  const each = Math.max(1, Math.floor(chunkRows / table.compared.parts.length));
  const calculated = isDense ? denseEnd(table, after, each) : null;
  if (calculated) return { after, upTo: calculated };
  const end = await nearerEnd(parts, table, { after, upTo: null }, chunkRows);
  return end.kind === "failed" ? end : { after, upTo: end.value };
}

function refusedChunk(table: TableComparison, refused: Refused, after: KeyRange["after"], chunkRows: number): TableComparison {
  const half = Math.floor(chunkRows / 2);
  const canHalve =
    refused.why === "slow" && table.plan!.key !== null && table.plan!.cost === "index" && half >= FEWEST_CHUNK_ROWS;
  if (!canHalve) return notComparable(table, reasonOf(refused), refused.detail);
  return { ...table, state: { kind: "walking", after, chunkRows: half, isDense: false } };
}

export function reasonOf({ why }: Refused): NotComparable {
  switch (why) {
    case "slow":
      return "too-slow";
    case "schema":
      return "changed-meanwhile";
    case "refused":
    case "other":
    case "connection":
      return "refused";
    default:
      return why satisfies never;
  }
}
