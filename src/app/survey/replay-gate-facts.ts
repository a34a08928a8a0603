import { fileNumberOf, plainName } from "../../domain/binlog/binlog-name.ts";
import { type CheckpointRow, globalRowOf } from "../../domain/binlog/checkpoint-row.ts";
import { changedTables } from "../../domain/binlog/table-info.ts";
import type { TableName } from "../../domain/binlog/upstream-facts.ts";
import { routing } from "../../domain/comparison/route-table.ts";
import { type Known, notKnown } from "../../domain/observation/known.ts";
import type { Target } from "../../domain/plan/plan.ts";
import type { CheckpointRewrite } from "../../domain/plan/step-action.ts";
import type { ReplayFacts } from "../../domain/playbooks/replay-gates.ts";
import { databasesOf } from "../fact-sources.ts";
import type { DownstreamProbe, MetaProbe, UpstreamProbe } from "../ports/databases.ts";
import type { TaskFacts, TaskReplication } from "../ports/yaml.ts";
import { type NamedFile, NO_DOWNSTREAM, NO_UPSTREAM, type SourceNow } from "./replay-facts.ts";
import type { SurveyInput } from "./survey.ts";

export interface ReplayQuestion {
  readonly input: SurveyInput;
  readonly now: SourceNow;
  readonly target: Target & { readonly task: string };
  readonly metaSchema: string;
  readonly shardMode: string;
  readonly replication: TaskReplication;
  readonly begins: TaskFacts["begins"];
  readonly file: NamedFile;
  readonly rows: Known<readonly CheckpointRow[]>;
  readonly rewrite: CheckpointRewrite;
  readonly readsByGtid: boolean;
}

/** Everything that the gates of one task's replay look at. */
export async function readReplayFacts(question: ReplayQuestion): Promise<ReplayFacts> {
  const { input, now, target, metaSchema, shardMode, replication, begins, file, rows, rewrite, readsByGtid } = question;
  const { facts, cluster, signal, generation, version } = input;
  const { downstream, metaWriter } = databasesOf(facts, cluster);
  const place = { metaSchema, task: target.task, source: target.source };
  const subtask = now.subtasks.find(({ task }) => task === target.task);
  const tables = tablesOf(rows);
  const ask = <T>(what: (upstream: UpstreamProbe) => Promise<Known<T>>): Promise<Known<T>> =>
    now.upstream ? what(now.upstream) : Promise.resolve(NO_UPSTREAM);
  // Asked after the rows were read: what DM did meanwhile would seem not to be executed.
  const oldest = now.files.kind === "known" ? now.files.value[0] : undefined;
  const [gtid, unfinishedDdl, tablesWithoutKey, targetsWithoutKey, columns, foreignKeys] = await Promise.all([
    ask((upstream) => upstream.gtidState(signal)),
    downstream ? downstream.unfinishedDdl(place, signal) : NO_DOWNSTREAM,
    ask((upstream) => upstream.tablesWithoutKey(tables, signal)),
    keysDownstream(downstream, targetsOf(tables, replication, target.source), signal),
    ask((upstream) => upstream.columnsOf(tables, signal)),
    ask((upstream) => upstream.tablesWithForeignKey(tables, signal)),
  ]);
  const [setBeforeGlobalFile, setBeforeOldestFile] = await Promise.all([
    setBefore(rows, ask, signal),
    oldest ? ask((upstream) => upstream.previousGtids(oldest.name, signal)) : null,
  ]);
  const progress = subtask?.progress?.kind === "sync" ? subtask.progress : null;
  return {
    ...{ task: target.task, source: target.source, generation, version, rows, rewrite, readsByGtid },
    ...{ file: file.file, named: file.named, signs: now.signs, hasRelay: now.hasRelay },
    unit: subtask?.unit ?? target.unit,
    files: now.files,
    gtid,
    ...{ setBeforeGlobalFile, setBeforeOldestFile },
    ddlLock: subtask?.unresolvedDdlLock ?? "",
    unresolvedGroups: progress?.unresolvedGroups ?? 0,
    conflict: progress?.conflict ?? "",
    unfinishedDdl,
    isSharded: shardMode !== "",
    ...{ tablesWithoutKey, targetsWithoutKey },
    changedTables: rows.kind === "known" ? changedTables(rows.value, columns) : rows,
    foreignKeys,
    hasReadFile: hasRead(now, target, begins, file.file),
    otherTasks: now.subtasks.map(({ task }) => task).filter((task) => task !== target.task),
    mayWriteMeta: metaWriter !== null,
  };
}

/** The tables that the task has a checkpoint for: what it has replicated so far. */
export function tablesOf(rows: Known<readonly CheckpointRow[]>): readonly TableName[] {
  if (rows.kind === "not-known") return [];
  return rows.value.filter(({ isGlobal, table }) => !isGlobal && table !== "").map(({ schema, table }) => ({ schema, table }));
}

function hasRead(
  { suspicions }: SourceNow,
  { task, source }: ReplayQuestion["target"],
  begins: TaskFacts["begins"],
  file: string,
): boolean {
  const begin = begins.get(source);
  if (begin !== undefined && fileNumberOf(begin) <= fileNumberOf(file)) return true;
  return suspicions.some((one) => one.task === task && one.file === file && one.wasSeenPassing);
}

/** Where the task writes these tables; not known where its routes cannot be read. */
function targetsOf(tables: readonly TableName[], replication: TaskReplication, source: string): Known<readonly TableName[]> {
  const rules = replication.kind === "rules" ? replication.sources.find((one) => one.source === source) : undefined;
  if (!rules) return notKnown(replication.kind === "unreadable" ? replication.why : "the task has no rules for this source");
  const route = routing(rules.routes, rules.caseSensitive);
  const targets: TableName[] = [];
  for (const table of tables) {
    const routed = route(table);
    if (routed.kind === "ambiguous") return notKnown(`where ${table.schema}.${table.table} is written to is not clear`);
    targets.push(routed.target);
  }
  return { kind: "known", value: targets };
}

async function keysDownstream(
  probe: (MetaProbe & DownstreamProbe) | null,
  targets: Known<readonly TableName[]>,
  signal: AbortSignal,
): Promise<Known<readonly TableName[]>> {
  if (targets.kind === "not-known") return targets;
  if (!probe) return NO_DOWNSTREAM;
  const without = await probe.tablesWithoutKey(targets.value, signal);
  if (without.kind === "not-known") return without;
  // A table that is not there has no rows to double.
  const there: TableName[] = [];
  for (const table of without.value) {
    const exists = await probe.tableExists(table, signal);
    if (exists.kind === "not-known") return exists;
    if (exists.value) there.push(table);
  }
  return { kind: "known", value: there };
}

async function setBefore(
  rows: Known<readonly CheckpointRow[]>,
  ask: <T>(what: (upstream: UpstreamProbe) => Promise<Known<T>>) => Promise<Known<T>>,
  signal: AbortSignal,
): Promise<Known<string> | null> {
  const global = globalRowOf(rows);
  if (!global) return null;
  const file = plainName(global.file);
  return ask((upstream) => upstream.previousGtids(file, signal));
}
