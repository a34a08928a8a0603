import type { CheckpointRow } from "../databases/downstream.ts";
import { fileName, fileNumber, gtidNumber, gtidText, type Position, type Subtask, type Task } from "./model.ts";
import { readsRelay } from "./relay.ts";
import type { World } from "./world.ts";

/** Where a new subtask begins: its global row, else what the task's YAML says, else where the upstream is. */
export function startingPoint(world: World, task: Task, source: string): Pick<Subtask, "position" | "tables"> {
  const rows = (world.downstream.checkpoints.get(task.name) ?? []).filter((row) => row.id === source);
  const known = rows.find((row) => row.isGlobal);
  const tables = rows.filter((row) => !row.isGlobal).map(({ schema, table }) => ({ schema, table }));
  return {
    position: known
      ? positionOf(known)
      : (task.starts.get(source) ?? world.sources.get(source)?.upstream ?? { file: 1, position: 4, gtid: 0 }),
    tables: tables.length > 0 ? tables : task.schemas.map((schema) => ({ schema, table: "orders" })),
  };
}

const positionOf = ({ file, position, gtid }: CheckpointRow): Position => ({
  file: fileNumber(file),
  position,
  gtid: gtidNumber(gtid),
});

/** Writes what the subtasks hold in memory over their rows, in one transaction; false when the downstream does not take it now. */
export function flush(world: World, subtasks: readonly Subtask[]): boolean {
  const whole = subtasks.filter((subtask) => subtask.unit === "Sync");
  if (whole.length === 0) return true;
  if (!world.downstream.isUp()) return false;
  const byTask = Map.groupBy(whole, (subtask) => subtask.task);
  const saved = world.downstream.checkpoints.save(
    [...byTask].map(([task, of]) => ({ task, rows: of.flatMap((subtask) => rowsOf(world, subtask)) })),
  );
  if (saved) for (const subtask of whole) subtask.flushedAt = world.now();
  return saved;
}

function rowsOf(world: World, { source: id, position, tables }: Subtask): CheckpointRow[] {
  const source = world.sources.get(id);
  const plain = fileName(position);
  const file = source && readsRelay(source) ? plain.replace(".", "|000001.") : plain;
  const at = { id, file, position: position.position, gtid: gtidText(position) };
  return [
    { ...at, schema: "", table: "", isGlobal: true },
    ...tables.map(({ schema, table }) => ({ ...at, schema, table, isGlobal: false })),
  ];
}
