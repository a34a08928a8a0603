import { fileNumberOf, isSameFile, plainName } from "../../domain/binlog/binlog-name.ts";
import type { CheckpointRow } from "../../domain/binlog/checkpoint-row.ts";
import { changedTables } from "../../domain/binlog/table-info.ts";
import type { BinlogFile, TableName } from "../../domain/binlog/upstream-facts.ts";
import { isSameServer, signsOf, syncerName, type UpstreamSigns } from "../../domain/binlog/whose-file.ts";
import { routing } from "../../domain/comparison/route-table.ts";
import { type Known, notKnown } from "../../domain/observation/known.ts";
import type { SourceObservation, SubtaskObservation } from "../../domain/observation/observation.ts";
import type { Phrase, Target } from "../../domain/plan/plan.ts";
import type { CheckpointRewrite } from "../../domain/plan/step-action.ts";
import type { ReplayFacts } from "../../domain/playbooks/replay-gates.ts";
import { mayHaveLost, type PlanFileQuestion, planFile } from "../../domain/signals/plan-file.ts";
import type { RowsSuspicion } from "../../domain/signals/rows-suspicion.ts";
import { relayFile, troubleFile } from "../../domain/signals/trouble-file.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { databasesOf } from "../fact-sources.ts";
import type { DownstreamProbe, MetaProbe, UpstreamProbe } from "../ports/databases.ts";
import type { TaskReplication } from "../ports/yaml.ts";
import type { SurveyInput } from "./survey.ts";

const NO_UPSTREAM = notKnown("no probe account for the upstream is configured (sources.<id>.upstream)");
const NO_DOWNSTREAM = notKnown("no probe account for the downstream is configured");

/** What DM and the upstream say of a source at one moment; every survey of a replay or a relay begins with it. */
export interface SourceNow {
  readonly entries: Known<readonly SourceObservation[]>;
  readonly subtasks: readonly SubtaskObservation[];
  readonly files: Known<readonly BinlogFile[]>;
  /** What tells whose files these are. */
  readonly signs: UpstreamSigns;
  readonly upstream: UpstreamProbe | null;
  /** What is remembered of the source's tasks and this upstream's files, closed ones too. */
  readonly suspicions: readonly RowsSuspicion[];
  /** As the source's configuration says. null: DM does not tell. */
  readonly readsByGtid: boolean | null;
  readonly enableRelay: boolean | null;
}

export async function readSourceNow({ facts, store, cluster, subject: { target }, signal }: SurveyInput): Promise<SourceNow> {
  const upstream = databasesOf(facts, cluster).upstreams.get(target.source) ?? null;
  const [status, files, server, config, suspicions] = await Promise.all([
    facts.clusters.get(cluster)!.sourceStatus(target.source, signal),
    upstream ? upstream.binlogFiles(signal) : NO_UPSTREAM,
    upstream ? upstream.serverName(signal) : NO_UPSTREAM,
    facts.clusters.get(cluster)!.sourceConfig(target.source, signal),
    store.records.list("rows-suspicion"),
  ]);
  const entries: Known<readonly SourceObservation[]> =
    status.kind === "answered" ? { kind: "known", value: status.entries } : notKnown(status.why);
  const subtasks = status.kind === "answered" ? status.entries.flatMap((entry) => entry.subtasks) : [];
  const relay = entries.kind === "known" ? (entries.value.find((entry) => entry.relay !== null)?.relay ?? null) : null;
  const settings = config.kind === "config" ? facts.yaml.readSource(config.yaml) : null;
  return {
    ...{ entries, subtasks, files, upstream, signs: signsOf({ relay }, server) },
    suspicions: suspicions.filter(
      (one) =>
        one.cluster === cluster &&
        one.source === target.source &&
        isSameServer(one.server, server.kind === "known" ? server.value : null),
    ),
    readsByGtid: settings?.enableGtid ?? null,
    enableRelay: settings?.enableRelay ?? null,
  };
}

/** As the upstream calls it, and as it was named: by the asker or by DM, perhaps with the relay's suffix. */
export interface NamedFile {
  readonly file: string;
  readonly named: string;
  /** What the plan does not say by itself: other files in which rows may have been lost. */
  readonly warnings: readonly Phrase[];
}

/** The file that the plan is about: the one that the asker named, else what `planFile` finds for this kind of plan. */
export function fileOfPlan({ subject }: SurveyInput, now: SourceNow, first: PlanFileQuestion["first"]): NamedFile | null {
  const relay = now.entries.kind === "known" ? now.entries.value.find((entry) => entry.relay !== null)?.relay : null;
  const subtask = now.subtasks.find(({ task }) => task === subject.target.task) ?? now.subtasks[0];
  const errors = [...(relay?.result?.errors ?? []), ...(subtask?.result?.errors ?? [])];
  const stands = subtask ? syncerName(subtask) : null;
  const failing = troubleFile(errors, relay ? relayFile(relay) : stands);
  const { files, readsByGtid } = now;
  const suspicions = first === "earliest" ? now.suspicions : now.suspicions.filter(({ task }) => task === subject.target.task);
  const question = { first, files, failing, syncer: stands, suspicions, readsByGtid };
  const { file: asked } = subject.options;
  const file = asked === null ? planFile(question) : plainName(asked);
  if (file === null) return null;
  const named = asked ?? (failing !== null && isSameFile(failing, file) ? failing : file);
  return { file, named, warnings: otherFiles(file, mayHaveLost(question)) };
}

function otherFiles(file: string, doubtful: readonly string[]): Phrase[] {
  const others = (isSo: (number: number) => boolean) => doubtful.filter((one) => isSo(fileNumberOf(one))).join(", ");
  const earlier = others((number) => number < fileNumberOf(file));
  const later = others((number) => number > fileNumberOf(file));
  return [
    ...(earlier === "" ? [] : [phrase("warn-big-files-earlier", { file, others: earlier })]),
    ...(later === "" ? [] : [phrase("warn-big-files-later", { file, others: later })]),
  ];
}

export const sizeOf = (files: Known<readonly BinlogFile[]>, file: string): number =>
  files.kind === "known" ? (files.value.find(({ number }) => number === fileNumberOf(file))?.sizeBytes ?? 0) : 0;

export interface ReplayQuestion {
  readonly input: SurveyInput;
  readonly now: SourceNow;
  readonly target: Target & { readonly task: string };
  readonly metaSchema: string;
  readonly shardMode: string;
  readonly replication: TaskReplication;
  readonly file: NamedFile;
  readonly rows: Known<readonly CheckpointRow[]>;
  readonly rewrite: CheckpointRewrite;
  readonly readsByGtid: boolean;
}

export async function readRowsOf(
  { facts, cluster, signal }: SurveyInput,
  target: Target & { readonly task: string },
  metaSchema: string,
): Promise<Known<readonly CheckpointRow[]>> {
  const probe = databasesOf(facts, cluster).downstream;
  return probe ? probe.checkpointRows({ metaSchema, task: target.task, source: target.source }, signal) : NO_DOWNSTREAM;
}

/** Everything that the gates of one task's replay look at. */
export async function readReplayFacts(question: ReplayQuestion): Promise<ReplayFacts> {
  const { input, now, target, metaSchema, shardMode, replication, file, rows, rewrite, readsByGtid } = question;
  const { facts, cluster, signal, generation, version } = input;
  const { downstream, metaWriter } = databasesOf(facts, cluster);
  const place = { metaSchema, task: target.task, source: target.source };
  const subtask = now.subtasks.find(({ task }) => task === target.task);
  const tables = tablesOf(rows);
  const ask = <T>(what: (upstream: UpstreamProbe) => Promise<Known<T>>): Promise<Known<T>> =>
    now.upstream ? what(now.upstream) : Promise.resolve(NO_UPSTREAM);
  // Asked after the rows were read: what DM did meanwhile would seem not to be executed.
  const [gtid, unfinishedDdl, tablesWithoutKey, targetsWithoutKey, columns, foreignKeys, setBeforeGlobalFile] = await Promise.all(
    [
      ask((upstream) => upstream.gtidState(signal)),
      downstream ? downstream.unfinishedDdl(place, signal) : NO_DOWNSTREAM,
      ask((upstream) => upstream.tablesWithoutKey(tables, signal)),
      keysDownstream(downstream, targetsOf(tables, replication, target.source), signal),
      ask((upstream) => upstream.columnsOf(tables, signal)),
      ask((upstream) => upstream.tablesWithForeignKey(tables, signal)),
      setBefore(rows, ask, signal),
    ],
  );
  const progress = subtask?.progress?.kind === "sync" ? subtask.progress : null;
  return {
    ...{ task: target.task, source: target.source, generation, version, rows, rewrite, readsByGtid },
    ...{ file: file.file, named: file.named, signs: now.signs },
    unit: subtask?.unit ?? target.unit,
    files: now.files,
    gtid,
    setBeforeGlobalFile,
    ddlLock: subtask?.unresolvedDdlLock ?? "",
    unresolvedGroups: progress?.unresolvedGroups ?? 0,
    conflict: progress?.conflict ?? "",
    unfinishedDdl,
    isSharded: shardMode !== "",
    ...{ tablesWithoutKey, targetsWithoutKey },
    changedTables: rows.kind === "known" ? changedTables(rows.value, columns) : rows,
    foreignKeys,
    otherTasks: now.subtasks.map(({ task }) => task).filter((task) => task !== target.task),
    mayWriteMeta: metaWriter !== null,
  };
}

/** The tables that the task has a checkpoint for: what it has replicated so far. */
export function tablesOf(rows: Known<readonly CheckpointRow[]>): readonly TableName[] {
  if (rows.kind === "not-known") return [];
  return rows.value.filter(({ isGlobal, table }) => !isGlobal && table !== "").map(({ schema, table }) => ({ schema, table }));
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
  const global = rows.kind === "known" ? rows.value.find((row) => row.isGlobal) : undefined;
  if (!global) return null;
  const file = global.file.replace(/\|\d{6}(?=\.\d+$)/, "");
  return ask((upstream) => upstream.previousGtids(file, signal));
}
