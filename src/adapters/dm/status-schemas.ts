import { z } from "zod";

/**
 * What we read of DM's status answers, v1.0 to v8.5: only the fields that we use, each tolerant by itself, so that one odd field
 * never hides the rest. Results, errors and positions stay raw here; `read-error.ts` and `read-position.ts` read them.
 */
const text = z.string().catch("");
const flag = z.boolean().nullish().catch(null);
/** int64 travel as JSON strings through the gateway, as numbers through OpenAPI. */
const number = z.union([z.string(), z.number()]).nullish().catch(null);
const raw = z.unknown().optional();
const texts = z.array(z.string()).nullish().catch(null);

// Of a subtask every value stays raw: there are thousands of them, and each reader copes with any value by itself.
const sync = z.object({
  totalEvents: raw,
  masterBinlog: raw,
  masterBinlogGtid: raw,
  syncerBinlog: raw,
  syncerBinlogGtid: raw,
  blockingDDLs: raw,
  unresolvedGroups: raw,
  synced: raw,
  binlogType: raw,
  secondsBehindMaster: raw,
  conflictMsg: raw,
});
const load = z.object({ finishedBytes: raw, totalBytes: raw, progress: raw });
const dump = z.object({ completedTables: raw, totalTables: raw, progress: raw });
const check = z.object({ passed: raw, failed: raw, detail: raw });

export const SubtaskAnswer = z.object({
  name: raw,
  stage: raw,
  unit: raw,
  result: raw,
  unresolvedDDLLockID: raw,
  msg: raw,
  sync: sync.nullish().catch(null),
  load: load.nullish().catch(null),
  dump: dump.nullish().catch(null),
  check: check.nullish().catch(null),
  validation: raw,
});
export type SubtaskAnswer = z.infer<typeof SubtaskAnswer>;

export const RelayAnswer = z.object({
  masterBinlog: raw,
  relayBinlog: raw,
  relaySubDir: text,
  relayCatchUpMaster: flag,
  stage: text,
  result: raw,
});
export type RelayAnswer = z.infer<typeof RelayAnswer>;

/** What is no relay status is shown as a stage that nobody knows: left out, it would look healthy. */
const relayStatus = RelayAnswer.nullish().catch({ relaySubDir: "", relayCatchUpMaster: null, stage: "(cannot be read)" });

/** null stands for an element that cannot be read. */
const subtasks = z.array(SubtaskAnswer.nullable().catch(null)).nullish().catch([null]);

/** v2 and later: one element a source (or a relay worker of it). */
export const SourceAnswer = z.object({
  result: flag,
  msg: text,
  subTaskStatus: subtasks,
  sourceStatus: z.object({ source: text, worker: text, result: raw, relayStatus }).nullish().catch(null),
});
export type SourceAnswer = z.infer<typeof SourceAnswer>;

/** v1.0: one element a worker, empty fields left out. */
export const WorkerAnswer = z.object({
  result: flag,
  msg: text,
  worker: text,
  sourceID: text,
  subTaskStatus: subtasks,
  relayStatus,
});
export type WorkerAnswer = z.infer<typeof WorkerAnswer>;

/** The elements stay raw: each is read by itself, so that of a large answer only one copy lives at a time. */
export const StatusAnswer = z.object({
  result: flag,
  msg: text,
  sources: z.array(raw).nullish().catch(null),
  workers: z.array(raw).nullish().catch(null),
});
export type StatusAnswer = z.infer<typeof StatusAnswer>;

/** dmctl's `query-status` without a task: names and words, no reasons. */
export const SummaryAnswer = z.object({
  result: flag,
  msg: text,
  tasks: z.array(z.object({ taskName: text, taskStatus: text, sources: texts, workers: texts })),
});
export type SummaryAnswer = z.infer<typeof SummaryAnswer>;

const relayError = z.object({ msg: text }).nullish().catch(null);

/** `query-error`: v1.0 lists workers; the pre-releases of v2.0 listed sources, with the names one level deeper. */
const errorElement = z.object({
  result: flag,
  worker: text,
  msg: text,
  sourceID: text,
  sourceError: z.object({ source: text, worker: text, RelayError: relayError }).nullish().catch(null),
  subTaskError: z
    .array(z.object({ name: text, stage: text, unit: text, sync: raw, load: raw, dump: raw, check: raw }).nullable().catch(null))
    .nullish()
    .catch(null),
  RelayError: relayError,
});
const errorElements = z.array(errorElement.nullable().catch(null)).nullish().catch(null);
export const ErrorAnswer = z.object({ workers: errorElements, sources: errorElements });
export type ErrorAnswer = z.infer<typeof ErrorAnswer>;
export type ErrorElement = z.infer<typeof errorElement>;

const openapiSync = z.object({
  total_events: number,
  master_binlog: raw,
  master_binlog_gtid: text,
  syncer_binlog: raw,
  syncer_binlog_gtid: text,
  blocking_ddls: texts,
  unresolved_groups: z.array(raw).nullish().catch(null),
  synced: flag,
  binlog_type: text,
  seconds_behind_master: number,
});
export const OpenapiSubtask = z.object({
  name: text,
  source_name: text,
  worker_name: text,
  stage: text,
  unit: text,
  unresolved_ddl_lock_id: text,
  error_msg: text,
  sync_status: openapiSync.nullish().catch(null),
  load_status: z.object({ finished_bytes: number, total_bytes: number, progress: text }).nullish().catch(null),
  dump_status: z.object({ completed_tables: number, total_tables: number, progress: text }).nullish().catch(null),
});
export type OpenapiSubtask = z.infer<typeof OpenapiSubtask>;

export const OpenapiSource = z.object({
  source_name: text,
  worker_name: text,
  error_msg: text,
  relay_status: z.object({ master_binlog: raw, relay_dir: text, relay_catch_up_master: flag, stage: text }).nullish().catch(null),
});
export type OpenapiSource = z.infer<typeof OpenapiSource>;

export const MembersAnswer = z.object({
  members: z
    .array(
      z.object({
        leader: z.object({ name: text }).nullish().catch(null),
        master: z
          .object({
            masters: z
              .array(z.object({ name: text, alive: flag, clientURLs: texts }))
              .nullish()
              .catch(null),
          })
          .nullish()
          .catch(null),
        worker: z
          .object({
            workers: z
              .array(z.object({ name: text, addr: text, stage: text, source: text }))
              .nullish()
              .catch(null),
          })
          .nullish()
          .catch(null),
      }),
    )
    .nullish()
    .catch(null),
});

/** What every write answers: each element counts, v1.0 nests it in `meta` (dm-facts §1.2). */
const element = z.object({
  result: flag,
  msg: text,
  source: text,
  worker: text,
  meta: z.object({ result: flag, msg: text, worker: text }).nullish().catch(null),
});
export const WriteAnswer = z.object({
  result: flag,
  msg: text,
  checkResult: text,
  sources: z.array(element).nullish().catch(null),
  workers: z.array(element).nullish().catch(null),
});
export type WriteAnswer = z.infer<typeof WriteAnswer>;

export const ConfigAnswer = z.object({ result: flag, msg: text, cfg: text });
