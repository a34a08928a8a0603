import { loadCheckpoint } from "./checkpoint-store.ts";
import { metadataNotSet, refusal } from "./errors.ts";
import type { DmErrorModel, Position, Source, Task } from "./model.ts";
import { fileName, gtidText } from "./places.ts";
import { Target } from "./target.ts";
import type { World } from "./world.ts";

export const precheckFailed = (cause: string): DmErrorModel =>
  refusal(26005, "fail to check synchronization configuration", { className: "dm-master", rawCause: cause });

/** What the master looks at before it starts a task; null: nothing speaks against it. */
export async function precheck(
  world: World,
  task: Task,
  wanted: readonly string[],
  removesMeta: boolean,
): Promise<DmErrorModel | null> {
  for (const id of wanted) {
    const source = world.sources.get(id);
    const meta = task.starts.get(id);
    const cause = source && meta ? whyUnreadable(source, meta) : null;
    if (cause) return precheckFailed(cause);
    if (!meta && task.mode === "incremental" && (removesMeta || !(await hasCheckpoint(world, task, id))))
      return metadataNotSet(id);
  }
  return null;
}

/** The place in the YAML must still be on the upstream, also where a checkpoint goes before it. */
function whyUnreadable(source: Source, meta: Position): string | null {
  const { binlog } = source.side;
  const first = binlog.files[0]!;
  if (source.config.enableGtid)
    return meta.gtid < first.previousGtid
      ? `meta position check failed: the GTID state ${gtidText(source, meta) || "''"} is too old, binary logs up to ${gtidText(source, { ...meta, gtid: first.previousGtid })} were purged`
      : null;
  return binlog.file(meta.file) ? null : `meta position check failed: ${fileName(meta)} is not among the upstream's binary logs`;
}

async function hasCheckpoint({ version }: World, task: Task, id: string): Promise<boolean> {
  const target = new Target(task.target, version);
  try {
    return (await loadCheckpoint(target, { metaSchema: task.metaSchema, task: task.name }, id)) !== null;
  } catch {
    return false; // no such table, or nobody to ask
  } finally {
    target.close();
  }
}
