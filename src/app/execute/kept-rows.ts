import type { JsonValue } from "../../domain/audit/audit-event.ts";
import type { CheckpointRow } from "../../domain/binlog/checkpoint-row.ts";
import type { StepContext } from "./step-action.ts";

/** Checkpoint rows that a run kept; null: none under this name. */
export async function readRows(
  { store, seal }: Pick<StepContext, "store" | "seal">,
  name: string,
): Promise<readonly CheckpointRow[] | null> {
  const kept = await store.kept.get(name);
  return kept === null ? null : (JSON.parse(seal.open(kept)) as CheckpointRow[]);
}

export async function keepRows(
  { store, seal }: Pick<StepContext, "store" | "seal">,
  name: string,
  rows: readonly CheckpointRow[],
): Promise<void> {
  await store.kept.put(name, seal.seal(JSON.stringify(rows)));
}

/** For the audit record: where each row stands, without the tables' structure. */
export function positionsOf(rows: readonly CheckpointRow[]): JsonValue {
  return rows.map(({ id, schema, table, file, position, gtid, isGlobal }) => ({
    ...{ id, schema, table, file, position, gtid, isGlobal },
  }));
}
