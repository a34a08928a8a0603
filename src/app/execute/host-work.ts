import { fileNumberOf, plainName } from "../../domain/binlog/binlog-name.ts";
import type { BinlogFile } from "../../domain/binlog/upstream-facts.ts";
import { relayPhrase } from "../../domain/relay/relay-phrases.ts";
import { moveToNextFile } from "../../domain/relay/replace-relay-file.ts";
import { say } from "../../domain/wording/phrases.ts";
import { databasesOf } from "../fact-sources.ts";
import type { FileWork, HostCall, HostWork, MetaWork, RelayFacts, WorkerHost } from "../ports/worker-host.ts";
import { keptFetchName, keptFileWorkName, keptMetaWorkName } from "./kept-names.ts";
import { actionOf, type StepContext } from "./step-action.ts";

export const hostOf = ({ facts, run }: StepContext, worker: string): WorkerHost | null =>
  databasesOf(facts, run.plan.cluster).workerHosts.get(worker) ?? null;
export const callOf = ({ step, signal, isOurs }: StepContext): HostCall => ({
  timeoutMs: step.atMostSeconds * 1000,
  signal,
  isOurs,
});

/** The way back, from what the run kept. */
export async function restoreWork(context: StepContext): Promise<HostWork> {
  const { worker, of } = actionOf(context, "restore-relay-files");
  const [file, meta] = await Promise.all([
    readKept<FileWork>(context, keptFileWorkName(of, worker)),
    readKept<MetaWork>(context, keptMetaWorkName(of, worker)),
  ]);
  return { kind: "restore", file, meta };
}

/** From a look at the relay's folder. */
export function fileWork({ run }: StepContext, looked: RelayFacts, file: string, sizeBytes: number): FileWork {
  const replacesBytes = looked.files.find((one) => one.name === file)?.sizeBytes ?? null;
  return { run: run.id, file, sizeBytes, subDirectory: looked.subDirectory, replacesBytes };
}

/**
 * By hand nobody looks into the folder: where it is, and how far the relay had come in the file, is what DM tells while the worker runs.
 * Kept, because later steps give commands with the same names when nothing tells them any more.
 */
export async function asDmTells(
  context: StepContext,
  worker: string,
  file: string,
  sizeBytes: number,
): Promise<FileWork | { readonly why: string }> {
  const name = keptFileWorkName(context.run.id, worker);
  const before = await readKept<FileWork>(context, name);
  if (before) return before;
  const status = await context.dm.sourceStatus(context.step.target.source, context.signal);
  if (status.kind === "not-known") return { why: status.why };
  const relay = status.entries.find((entry) => entry.relay !== null)?.relay;
  if (!relay?.subDirectory) return { why: "DM does not tell the relay's sub-directory" };
  const at = relay.relayPosition;
  const isThere = at !== null && at.fileNumber >= fileNumberOf(file);
  const replacesBytes = isThere ? at.position : null;
  const work: FileWork = { run: context.run.id, file, sizeBytes, subDirectory: relay.subDirectory, replacesBytes };
  await keep(context, name, work);
  return work;
}

/**
 * Where the file goes and what it replaces: as the worker's folder was when it was looked at with the worker stopped. A running worker
 * may pull the file again and again, so what a look before that said is not kept.
 */
export async function keptFileWork(
  context: StepContext,
  worker: string,
  looked: RelayFacts | null,
  file: string,
  sizeBytes: number,
): Promise<FileWork | { readonly why: string }> {
  const name = keptFileWorkName(context.run.id, worker);
  const before = await readKept<FileWork>(context, name);
  // In place already, or perhaps between two renames: what it replaces is known from before only.
  const isOurs = looked?.files.some((one) => one.name === file && one.sizeBytes === sizeBytes) ?? false;
  if (before && (isOurs || looked === null || context.wasBegun)) return before;
  if (looked === null) return { why: "where the relay's files lie was not kept by the step before" };
  const work = fileWork(context, looked, file, sizeBytes);
  await keep(context, name, work);
  return work;
}

/** What relay.meta is to say, and its text before and after; kept by the step that wrote it. `why`: it is not known. */
export async function metaWork(context: StepContext, host: WorkerHost): Promise<MetaWork | { readonly why: string }> {
  const { worker, file, nextFile, gtids } = actionOf(context, "rewrite-relay-meta");
  const before = await readKept<MetaWork>(context, keptMetaWorkName(context.run.id, worker));
  if (before) return before;
  const names = { file: nextFile, position: 4, gtid: gtids };
  const looked = await host.look(callOf(context));
  if (looked.kind === "not-known") {
    const kept = host.form === "by-hand" ? await readKept<FileWork>(context, keptFileWorkName(context.run.id, worker)) : null;
    return kept ? { run: context.run.id, subDirectory: kept.subDirectory, names, texts: null } : { why: looked.why };
  }
  const failing = await failingFile(context, file);
  if (!failing) return { why: `the upstream does not list ${file} any more` };
  const reads = gtids === null ? ({ kind: "by-position" } as const) : ({ kind: "by-gtid", setAtNextStart: gtids } as const);
  const decided = moveToNextFile(looked.value.meta, { file: failing, next: nextFile }, reads);
  if (decided.kind === "refused") return { why: say(decided.reason, "en") };
  const after = decided.kind === "rewrite" ? decided.text : looked.value.meta;
  return { run: context.run.id, subDirectory: looked.value.subDirectory, names, texts: { before: looked.value.meta, after } };
}

async function failingFile({ facts, run, step, signal }: StepContext, file: string): Promise<BinlogFile | null> {
  const upstream = databasesOf(facts, run.plan.cluster).upstreams.get(step.target.source);
  const files = upstream ? await upstream.binlogFiles(signal) : null;
  return files?.kind === "known" ? (files.value.find(({ name }) => name === plainName(file)) ?? null) : null;
}

/** A relay that has turned to another upstream since the file was fetched: files of one name are not one file. null: it has not. */
export async function hasMoved(context: StepContext, worker: string, now: string): Promise<string | null> {
  const fetched = await readKept<{ readonly subDirectory: string }>(context, keptFetchName(context.run.id, worker));
  if (fetched === null || fetched.subDirectory === now) return null;
  return say(relayPhrase("relay-sub-directory-moved", { now, planned: fetched.subDirectory }), "en");
}

/** What an earlier step of the run kept; null: nothing. */
export async function readKept<T>({ store, seal }: StepContext, name: string): Promise<T | null> {
  const kept = await store.kept.get(name);
  return kept === null ? null : (JSON.parse(seal.open(kept)) as T);
}

export async function keep({ store, seal }: StepContext, name: string, work: object): Promise<void> {
  await store.kept.put(name, seal.seal(JSON.stringify(work)));
}
