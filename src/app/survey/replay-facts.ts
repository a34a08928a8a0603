import { fileNumberOf, isSameFile, plainName } from "../../domain/binlog/binlog-name.ts";
import type { CheckpointRow } from "../../domain/binlog/checkpoint-row.ts";
import type { BinlogFile } from "../../domain/binlog/upstream-facts.ts";
import { isSameServer, signsOf, syncerName, type UpstreamSigns } from "../../domain/binlog/whose-file.ts";
import { type Known, notKnown } from "../../domain/observation/known.ts";
import type { RelayObservation, SourceObservation, SubtaskObservation } from "../../domain/observation/observation.ts";
import type { Phrase, Target } from "../../domain/plan/plan.ts";
import { mayHaveLost, type PlanFileQuestion, planFile } from "../../domain/signals/plan-file.ts";
import type { RowsSuspicion } from "../../domain/signals/rows-suspicion.ts";
import { relayFile, troubleFile } from "../../domain/signals/trouble-file.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { databasesOf } from "../fact-sources.ts";
import { gtidsInForce } from "../gtids-in-force.ts";
import type { UpstreamProbe } from "../ports/databases.ts";
import type { SurveyInput } from "./survey.ts";

export const NO_UPSTREAM = notKnown("no probe account for the upstream is configured (sources.<id>.upstream)");
export const NO_DOWNSTREAM = notKnown("no probe account for the downstream is configured");

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
  /** `enable-gtid`, as far as DM tells it. */
  readonly setToGtid: boolean;
  /** How it reads indeed, as far as that shows. null: not known. */
  readonly readsByGtid: boolean | null;
  /** Some worker pulls for it. */
  readonly hasRelay: boolean;
  readonly enableRelay: boolean | null;
}

export async function readSourceNow({ facts, store, cluster, subject: { target }, signal }: SurveyInput): Promise<SourceNow> {
  const upstream = databasesOf(facts, cluster).upstreams.get(target.source) ?? null;
  const [status, files, server, { settings, setting, readsByGtid }, suspicions] = await Promise.all([
    facts.clusters.get(cluster)!.sourceStatus(target.source, signal),
    upstream ? upstream.binlogFiles(signal) : NO_UPSTREAM,
    upstream ? upstream.serverName(signal) : NO_UPSTREAM,
    gtidsInForce(facts, cluster, target.source, signal),
    store.records.list("rows-suspicion"),
  ]);
  const entries: Known<readonly SourceObservation[]> =
    status.kind === "answered" ? { kind: "known", value: status.entries } : notKnown(status.why);
  const subtasks = status.kind === "answered" ? status.entries.flatMap((entry) => entry.subtasks) : [];
  const relay = relayOf(entries);
  return {
    ...{ entries, subtasks, files, upstream, signs: signsOf({ relay }, server) },
    suspicions: suspicions.filter(
      (one) =>
        one.cluster === cluster &&
        one.source === target.source &&
        isSameServer(one.server, server.kind === "known" ? server.value : null),
    ),
    setToGtid: setting === true,
    readsByGtid,
    hasRelay: relay !== null,
    enableRelay: settings?.enableRelay ?? null,
  };
}

/** Of several workers that pull for the source, the bound one's: each counts its sub-directories by itself, and the rows name its. */
function relayOf(entries: Known<readonly SourceObservation[]>): RelayObservation | null {
  if (entries.kind === "not-known") return null;
  const pulling = entries.value.filter(({ relay }) => relay !== null);
  return (pulling.find(({ subtasks }) => subtasks.length > 0) ?? pulling[0])?.relay ?? null;
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
  const relay = relayOf(now.entries);
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

/** What a vote is bound to of the rows: which there are. */
export const namesOf = (rows: Known<readonly CheckpointRow[]>): string =>
  rows.kind === "known" ? rows.value.map(({ schema, table }) => `${schema}.${table}`).join(" ") : "not known";

export async function readRowsOf(
  { facts, cluster, signal }: SurveyInput,
  target: Target & { readonly task: string },
  metaSchema: string,
): Promise<Known<readonly CheckpointRow[]>> {
  const probe = databasesOf(facts, cluster).downstream;
  return probe ? probe.checkpointRows({ metaSchema, task: target.task, source: target.source }, signal) : NO_DOWNSTREAM;
}
