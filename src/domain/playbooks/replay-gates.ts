import { fileNumberOf, isSameFile, parseBinlogName } from "../binlog/binlog-name.ts";
import { type CheckpointRow, globalRowOf } from "../binlog/checkpoint-row.ts";
import { containsSet, type GtidSet, isEmptySet, parseGtidSet } from "../binlog/gtid-set.ts";
import type { BinlogFile, GtidState, TableName } from "../binlog/upstream-facts.ts";
import { type UpstreamSigns, whoseFile } from "../binlog/whose-file.ts";
import type { Known } from "../observation/known.ts";
import type { Generation, Unit } from "../observation/observation.ts";
import { fails, holds, unknownYet } from "../plan/gate.ts";
import type { GateAnswer } from "../plan/plan.ts";
import type { CheckpointRewrite } from "../plan/step-action.ts";
import { isOver4gib, isTooLargeSoon, measure } from "../signals/big-files.ts";

/** What a replay of a binlog file from a rewritten checkpoint stands on; everything that was asked outside may be "not known". */
export interface ReplayFacts {
  readonly task: string;
  readonly source: string;
  readonly generation: Generation;
  readonly version: string | null;
  readonly unit: Unit | "Relay";
  /** The file over 4 GiB, as the upstream calls it. */
  readonly file: string;
  /** As it was named: by the asker or by DM, perhaps with the relay's suffix. */
  readonly named: string;
  readonly signs: UpstreamSigns;
  readonly files: Known<readonly BinlogFile[]>;
  readonly rows: Known<readonly CheckpointRow[]>;
  readonly rewrite: CheckpointRewrite;
  /** How the source will read when the rows are replayed. */
  readonly readsByGtid: boolean;
  /** A relay is on: what a rewind replays is read from its copy of the file. */
  readonly hasRelay: boolean;
  readonly gtid: Known<GtidState>;
  /** The set before the first event of the file in which the global row stands (for `align`). */
  readonly setBeforeGlobalFile: Known<string> | null;
  /** The set before the first event of the oldest file that is left: MariaDB keeps no other record of what it purged. */
  readonly setBeforeOldestFile: Known<string> | null;
  readonly ddlLock: string;
  readonly unresolvedGroups: number;
  readonly conflict: string;
  readonly unfinishedDdl: Known<{ readonly onlineDdls: number; readonly shardGroups: number }>;
  readonly isSharded: boolean;
  readonly tablesWithoutKey: Known<readonly TableName[]>;
  /** The same of the tables downstream that they go into: it is there that REPLACE finds the row or does not. */
  readonly targetsWithoutKey: Known<readonly TableName[]>;
  /** Tables whose columns upstream are not those of the checkpoint's `table_info`. */
  readonly changedTables: Known<readonly TableName[]>;
  readonly foreignKeys: Known<readonly TableName[]>;
  /** The task is known to have read the file: it was seen before it, or its YAML begins there or earlier. */
  readonly hasReadFile: boolean;
  readonly otherTasks: readonly string[];
  readonly mayWriteMeta: boolean;
}

/** Every gate of a replay, in the order in which a person reads them. */
export function replayGates(facts: ReplayFacts): GateAnswer[] {
  return [
    unitGate(facts),
    upstreamGate(facts),
    ...fileGates(facts),
    reachedGate(facts),
    ...beganGate(facts),
    shardGate(facts),
    onlineDdlGate(facts),
    keysGate(facts),
    schemaGate(facts),
    foreignKeyGate(facts),
    otherTasksGate(facts),
    ...relayCopyGate(facts),
    ...(facts.readsByGtid ? gtidGates(facts) : []),
    writerGate(facts),
  ];
}

function unitGate({ unit }: ReplayFacts): GateAnswer {
  return unit === "Sync" ? holds("unit", "gate-unit-sync") : fails("unit", "gate-unit-other", { unit });
}

/** A source may have been pointed at another server, whose files have the same names: what is measured there is not what DM read. */
export function upstreamGate({ named, signs, rows, gtid }: Pick<ReplayFacts, "named" | "signs" | "rows" | "gtid">): GateAnswer {
  const global = globalRowOf(rows);
  const names = [named, ...(global ? [global.file] : [])].map((name) => ({ name, whose: whoseFile(name, signs) }));
  for (const { name, whose } of names)
    if (whose.kind === "other") return fails("upstream", "gate-upstream-other", { name, why: whose.why });
  const set = parseGtidSet(global?.gtid ?? "");
  const executed = gtid.kind === "known" ? parseGtidSet(gtid.value.executed) : null;
  const server = signs.server.kind === "known" ? signs.server.value : "?";
  if (set && !isEmptySet(set) && executed)
    return containsSet(executed, set)
      ? holds("upstream", "gate-upstream-same", { server })
      : fails("upstream", "gate-upstream-lacks-gtids", { set: set.text.slice(0, 120) });
  return names.some(({ whose }) => whose.kind === "same")
    ? holds("upstream", "gate-upstream-same", { server })
    : unknownYet("upstream", "gate-upstream-not-told", { name: named });
}

type AheadFacts = Pick<ReplayFacts, "rows" | "rewrite" | "file" | "files">;
/** A switch to GTIDs that replays nothing of the file, it only comes in time: the global row stands before it, or it still grows. */
export const isAhead = (facts: AheadFacts): boolean => isBeforeFile(facts) || growingBytes(facts) !== null;

function isBeforeFile({ rows, rewrite, file }: AheadFacts): boolean {
  const global = globalRowOf(rows);
  return rewrite.form === "align" && global !== undefined && fileNumberOf(global.file) < fileNumberOf(file);
}

/** Bytes of a file that is not over 4 GiB yet and in which the global row stands; null: it is none. */
function growingBytes({ rows, rewrite, file, files }: AheadFacts): number | null {
  const global = globalRowOf(rows);
  if (rewrite.form !== "align" || !global || !isSameFile(global.file, file) || files.kind === "not-known") return null;
  const found = files.value.find(({ number }) => number === fileNumberOf(file));
  return found && isTooLargeSoon(found) && !isOver4gib(found) ? found.sizeBytes : null;
}

function fileGates(facts: ReplayFacts): GateAnswer[] {
  const { file, files } = facts;
  if (isBeforeFile(facts)) return [holds("file", "gate-file-ahead", { file })];
  const growing = growingBytes(facts);
  if (growing !== null) return [holds("file", "gate-file-growing", { file, bytes: String(growing) })];
  const measured = measure(files, fileNumberOf(file));
  if (measured.kind === "not-known") return [fails("file", "gate-file-not-measured", { file, why: measured.why })];
  const found = measured.value;
  switch (found.kind) {
    case "gone":
      return [fails("file", "gate-file-purged", { file, oldest: found.oldest })];
    case "not-there":
      return [fails("file", "gate-file-not-there", { file })];
    case "size":
      return [
        isOver4gib(found)
          ? holds("file", "gate-file-over-4gib", { file, bytes: String(found.sizeBytes) })
          : fails("file", "gate-file-small", { file, bytes: String(found.sizeBytes) }),
        found.isActive ? fails("file-closed", "gate-file-active", { file }) : holds("file-closed", "gate-file-closed", { file }),
      ];
    default:
      return found satisfies never;
  }
}

/** A global checkpoint is never moved forward: what has not reached the file is the relay's case. */
function reachedGate(facts: ReplayFacts): GateAnswer {
  const { rows, file } = facts;
  if (isBeforeFile(facts)) return holds("reached", "gate-before-file", { file });
  if (growingBytes(facts) !== null) return holds("reached", "gate-in-growing-file", { file });
  if (rows.kind === "not-known") return unknownYet("reached", "gate-rows-not-known", { why: rows.why });
  const global = rows.value.find((row) => row.isGlobal);
  if (!global) return fails("reached", "gate-checkpoint-no-row");
  const stands = parseBinlogName(global.file);
  if (!stands) return fails("reached", "gate-checkpoint-fresh");
  const values = { file, global: global.file, position: String(global.position) };
  return stands.number >= fileNumberOf(file)
    ? holds("reached", "gate-reached", values)
    : fails("reached", "gate-not-reached", values);
}

/** A task that began behind a file never read it: gone back to, it would meet DDLs that its tables were dumped after. */
function beganGate({ rows, rewrite, file, hasReadFile }: ReplayFacts): GateAnswer[] {
  const global = globalRowOf(rows);
  const isPast = global !== undefined && fileNumberOf(global.file) > fileNumberOf(file);
  if (rewrite.form === "align" || !isPast || hasReadFile) return [];
  return [unknownYet("began", "gate-began-not-known", { file })];
}

function shardGate({ ddlLock, unresolvedGroups, conflict, unfinishedDdl, isSharded, rewrite }: ReplayFacts): GateAnswer {
  if (ddlLock !== "") return fails("shards", "gate-shard-lock", { lock: ddlLock });
  if (unresolvedGroups > 0) return fails("shards", "gate-shard-groups", { count: String(unresolvedGroups) });
  if (conflict !== "") return fails("shards", "gate-shard-conflict", { conflict: conflict.slice(0, 200) });
  if (unfinishedDdl.kind === "known" && unfinishedDdl.value.shardGroups > 0)
    return fails("shards", "gate-shard-groups", { count: String(unfinishedDdl.value.shardGroups) });
  if (isSharded && rewrite.form !== "rewind") return fails("shards", "gate-shards-merged");
  if (isSharded && unfinishedDdl.kind === "not-known")
    return unknownYet("shards", "gate-shards-not-known", { why: unfinishedDdl.why });
  return holds("shards", "gate-no-shard-lock");
}

function onlineDdlGate({ unfinishedDdl }: ReplayFacts): GateAnswer {
  if (unfinishedDdl.kind === "not-known")
    return unknownYet("online-ddl", "gate-online-ddl-not-known", { why: unfinishedDdl.why });
  const { onlineDdls } = unfinishedDdl.value;
  return onlineDdls === 0
    ? holds("online-ddl", "gate-no-online-ddl")
    : fails("online-ddl", "gate-online-ddl", { count: String(onlineDdls) });
}

function keysGate({ tablesWithoutKey: upstream, targetsWithoutKey: downstream }: ReplayFacts): GateAnswer {
  if (upstream.kind === "known" && upstream.value.length > 0)
    return fails("keys", "gate-no-keys", { tables: namesOf(upstream.value) });
  if (downstream.kind === "known" && downstream.value.length > 0)
    return fails("keys", "gate-no-keys-downstream", { tables: namesOf(downstream.value) });
  for (const side of [upstream, downstream])
    if (side.kind === "not-known") return unknownYet("keys", "gate-keys-not-known", { why: side.why });
  return holds("keys", "gate-keys");
}

/**
 * A scan of 4 GiB of events is not asked for: the checkpoint's own picture of each table is held against the upstream's. That shows a
 * DDL after the checkpoint; of one between the file's head and the checkpoint both pictures are newer, so equal ones settle nothing.
 * Where the global row stays, no DDL is gone back across: DM flushes its checkpoint around each, and comes to later ones in their order.
 */
function schemaGate({ changedTables, rewrite, file }: ReplayFacts): GateAnswer {
  if (rewrite.form === "align") return holds("ddl", "gate-ddl-not-crossed");
  if (changedTables.kind === "not-known") return unknownYet("ddl", "gate-ddl-not-known", { why: changedTables.why });
  return changedTables.value.length === 0
    ? unknownYet("ddl", "gate-ddl-inside", { file })
    : fails("ddl", "gate-ddl", { tables: namesOf(changedTables.value) });
}

/** From v8.5.6 on a change of a key pauses the task in safe mode where foreign keys are checked (dm-facts §1.5). */
function foreignKeyGate({ version, foreignKeys }: ReplayFacts): GateAnswer {
  if (!checksForeignKeys(version)) return holds("foreign-keys", "gate-foreign-keys-not-checked");
  if (foreignKeys.kind === "not-known")
    return unknownYet("foreign-keys", "gate-foreign-keys-not-known", { why: foreignKeys.why });
  return foreignKeys.value.length === 0
    ? holds("foreign-keys", "gate-no-foreign-keys")
    : fails("foreign-keys", "gate-foreign-keys", { tables: namesOf(foreignKeys.value) });
}

/** v8.5.6 and later; a version that DM does not tell counts as later. */
function checksForeignKeys(version: string | null): boolean {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version ?? "") ?? [];
  if (major === undefined) return version === null;
  const [a, b, c] = [Number(major), Number(minor), Number(patch)];
  return a > 8 || (a === 8 && (b > 5 || (b === 5 && c >= 6)));
}

function otherTasksGate({ otherTasks, rewrite }: ReplayFacts): GateAnswer {
  if (otherTasks.length === 0) return holds("other-tasks", "gate-no-other-tasks");
  const values = { tasks: otherTasks.join(", ") };
  return rewrite.form === "rewind"
    ? unknownYet("other-tasks", "gate-other-tasks-stay", values)
    : holds("other-tasks", "gate-other-tasks-too", values);
}

/**
 * v8.1.0 turned at the end of the relay's copy for ever without a word, v1.0.7 came past it (over-4gib-lab). A switch to GTIDs takes the
 * relay off.
 */
function relayCopyGate({ generation, hasRelay, rewrite, file }: ReplayFacts): GateAnswer[] {
  if (!hasRelay || generation === "v1.0" || rewrite.form !== "rewind") return [];
  return [unknownYet("relay-copy", "gate-relay-copy", { file })];
}

/** set not empty; the set before the row's file ⊆ set ⊆ executed; purged ⊆ set (issue: MySQL keeps partial sets of tasks that began at a position). */
function gtidGates(facts: ReplayFacts): GateAnswer[] {
  const { gtid, rows, rewrite, setBeforeGlobalFile, setBeforeOldestFile } = facts;
  if (gtid.kind === "not-known") return [fails("gtids", "gate-gtids-not-known", { why: gtid.why })];
  if (!gtid.value.isOn) return [fails("gtids", "gate-gtids-off")];
  const text = rewrite.form === "align" ? (globalRowOf(rows)?.gtid ?? null) : rewrite.previousGtids;
  if (text === null) return [fails("gtids", "gate-no-set")];
  const set = parseGtidSet(text);
  if (!set) return [fails("gtids", "gate-set-unreadable", { set: text.slice(0, 120) })];
  if (isEmptySet(set)) return [fails("gtids", "gate-set-empty")];
  const executed = parseGtidSet(gtid.value.executed);
  if (!executed || !containsSet(executed, set)) return [fails("gtids", "gate-set-not-executed", { set: text.slice(0, 120) })];
  const left = setBeforeOldestFile?.kind === "known" ? setBeforeOldestFile.value : null;
  const gone = gtid.value.purged ?? left;
  const purged = gone === null ? null : parseGtidSet(gone);
  if (gone !== null && (!purged || !containsSet(set, purged)))
    return [fails("gtids", "gate-set-purged", { set: text.slice(0, 120) })];
  return [holds("gtids", "gate-gtids", { set: text.slice(0, 120) }), ...beforeGate(set, setBeforeGlobalFile, facts)];
}

function beforeGate(set: GtidSet, before: Known<string> | null, { rewrite }: ReplayFacts): GateAnswer[] {
  if (rewrite.form !== "align") return [];
  if (before === null || before.kind === "not-known")
    return [unknownYet("gtids-before", "gate-before-not-known", { why: before?.why ?? "it was not asked" })];
  const parsed = parseGtidSet(before.value);
  return parsed && containsSet(set, parsed)
    ? [holds("gtids-before", "gate-before")]
    : [fails("gtids-before", "gate-set-partial", { before: before.value.slice(0, 120) })];
}

function writerGate({ mayWriteMeta }: ReplayFacts): GateAnswer {
  return mayWriteMeta ? holds("writer", "gate-writer") : fails("writer", "gate-no-writer");
}

const namesOf = (tables: readonly TableName[]): string => {
  const names = tables.map(({ schema, table }) => `${schema}.${table}`);
  return names.length > 10 ? `${names.slice(0, 10).join(", ")} … (${names.length})` : names.join(", ");
};
