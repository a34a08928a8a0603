import type { CheckpointRow } from "../../domain/binlog/checkpoint-row.ts";
import { restoreRows, rewriteRows, sameRows } from "../../domain/binlog/rewrite-checkpoint.ts";
import { say } from "../../domain/wording/phrases.ts";
import { databasesOf } from "../fact-sources.ts";
import type { MetaChangeOutcome, MetaDecision, MetaPlace } from "../ports/databases.ts";
import { cannotKnow, subtaskAtWorker } from "./dm-questions.ts";
import { backupName, fenceName } from "./installation.ts";
import { keptImagesName, keptWrittenName } from "./kept-names.ts";
import { keepRows, positionsOf, readRows } from "./kept-rows.ts";
import { actionOf, type StepContext, type StepOutcome, type StepRoutine, taskOf } from "./step-action.ts";

const NO_WRITER = "no account that may write the meta schema is configured (metaWriter)";

/** The empty backup table and the fence's table: DDL commits, so they are made before the transaction. */
export const prepareBackup: StepRoutine = {
  writes: true,
  // CREATE … IF NOT EXISTS may be sent again at no cost.
  ask: async () => ({ kind: "not-yet" }),
  async act(context) {
    const { metaSchema, ...action } = actionOf(context, "prepare-backup");
    const backupTable = await backupName(context, action.backupTable);
    const writer = databasesOf(context.facts, context.run.plan.cluster).metaWriter;
    if (!writer) return { kind: "failed", why: NO_WRITER };
    const prepared = await writer.prepare({ place: placeOf(context, metaSchema), backupTable }, context.signal);
    switch (prepared.kind) {
      case "ready":
        return { kind: "done", proof: backupTable };
      case "refused":
        return { kind: "failed", why: prepared.lacks ? `${prepared.why} (it lacks ${prepared.lacks})` : prepared.why };
      case "failed":
        return { kind: "failed", why: prepared.why };
      default:
        return prepared satisfies never;
    }
  },
};

/**
 * The rows are read and kept after the worker has let go (its exit flush moves them), then judged again under their locks: only rows
 * that are still those images are written.
 */
export const rewriteCheckpoint: StepRoutine = {
  writes: true,
  async ask(context) {
    const { metaSchema } = actionOf(context, "rewrite-checkpoint");
    const written = await readRows(context, writtenName(context));
    if (written === null) return { kind: "not-yet" };
    const now = await rowsNow(context, metaSchema);
    if ("why" in now) return cannotKnow(now.why);
    return sameRows(now.rows, written) ? { kind: "already", proof: summary(written) } : { kind: "not-yet" };
  },
  async act(context) {
    const { metaSchema, rewrite, ...action } = actionOf(context, "rewrite-checkpoint");
    const backupTable = await backupName(context, action.backupTable);
    const gone = await isGone(context);
    if (gone !== null) return { kind: "failed", why: gone };
    const images = await imagesOf(context, metaSchema);
    if ("why" in images) return { kind: "failed", why: images.why };
    const wanted = rewriteRows(images.rows, rewrite);
    if (wanted.kind === "refused") return { kind: "failed", why: say(wanted.why, "en") };
    await keepRows(context, writtenName(context), wanted.rows);
    const decide = (locked: readonly CheckpointRow[]): MetaDecision => {
      if (sameRows(locked, wanted.rows)) return { kind: "already" };
      return sameRows(locked, images.rows)
        ? { kind: "write", changes: wanted.changes }
        : { kind: "refused", why: "the rows are not those that the worker left: somebody else has changed them" };
    };
    return changed(context, await change(context, metaSchema, backupTable, decide), images.rows);
  },
};

/** Undo: possible only while the rows are exactly those that the run wrote, and no subtask has read them. */
export const restoreCheckpoint: StepRoutine = {
  writes: true,
  async ask(context) {
    const { metaSchema, of } = actionOf(context, "restore-checkpoint");
    const images = await readRows(context, keptImagesName(of, taskOf(context), context.step.target.source));
    if (images === null) return { kind: "already", proof: `${of} changed no row of it` };
    const now = await rowsNow(context, metaSchema);
    if ("why" in now) return cannotKnow(now.why);
    return sameRows(now.rows, images) ? { kind: "already", proof: summary(images) } : { kind: "not-yet" };
  },
  async act(context) {
    const { metaSchema, of } = actionOf(context, "restore-checkpoint");
    const gone = await isGone(context);
    if (gone !== null) return { kind: "failed", why: gone };
    const task = taskOf(context);
    const { source } = context.step.target;
    const [images, written] = await Promise.all([
      readRows(context, keptImagesName(of, task, source)),
      readRows(context, keptWrittenName(of, task, source)),
    ]);
    if (images === null || written === null) return { kind: "failed", why: `${of} kept no images of ${task} @ ${source}` };
    const decide = (locked: readonly CheckpointRow[]): MetaDecision => {
      if (sameRows(locked, images)) return { kind: "already" };
      const restored = restoreRows(locked, images, written);
      return restored.kind === "changes"
        ? { kind: "write", changes: restored.changes }
        : { kind: "refused", why: say(restored.why, "en") };
    };
    return changed(context, await change(context, metaSchema, null, decide), written);
  },
};

const placeOf = (context: StepContext, metaSchema: string): MetaPlace => ({
  metaSchema,
  task: taskOf(context),
  source: context.step.target.source,
});
const writtenName = (context: StepContext): string =>
  keptWrittenName(context.run.id, taskOf(context), context.step.target.source);

/** A subtask that is there holds its checkpoint in memory and would overwrite the rows at its next flush (dm-facts §0.2). null: it is gone. */
async function isGone(context: StepContext): Promise<string | null> {
  const at = await subtaskAtWorker(context);
  if (at.kind === "subtask") return `the worker lists the task again as ${at.subtask.stageAsSaid}: somebody started it meanwhile`;
  // Where the source is not bound at the moment no worker can hold the task; the master must not list it either.
  const holds = await context.dm.taskSources(taskOf(context), context.signal);
  if (holds.kind === "answered" && holds.sources.includes(context.step.target.source))
    return "the master lists the task for this source again: somebody started it meanwhile";
  return holds.kind === "not-known" ? `whether somebody started the task meanwhile is not known: ${holds.why}` : null;
}

/** What the worker left, kept the first time it is read: a second attempt must not take the run's own values for it. */
async function imagesOf(
  context: StepContext,
  metaSchema: string,
): Promise<{ readonly rows: readonly CheckpointRow[] } | { readonly why: string }> {
  const name = keptImagesName(context.run.id, taskOf(context), context.step.target.source);
  const kept = await readRows(context, name);
  if (kept !== null) return { rows: kept };
  const now = await rowsNow(context, metaSchema);
  if ("why" in now) return now;
  if (now.rows.length === 0) return { why: "there is no checkpoint row of this source" };
  await keepRows(context, name, now.rows);
  return now;
}

async function rowsNow(
  context: StepContext,
  metaSchema: string,
): Promise<{ readonly rows: readonly CheckpointRow[] } | { readonly why: string }> {
  const probe = databasesOf(context.facts, context.run.plan.cluster).downstream;
  if (!probe) return { why: "no probe account for the downstream is configured" };
  const answer = await probe.checkpointRows(placeOf(context, metaSchema), context.signal);
  return answer.kind === "known" ? { rows: answer.value } : { why: answer.why };
}

async function change(
  context: StepContext,
  metaSchema: string,
  backupTable: string | null,
  decide: (rows: readonly CheckpointRow[]) => MetaDecision,
): Promise<MetaChangeOutcome> {
  const writer = databasesOf(context.facts, context.run.plan.cluster).metaWriter;
  if (!writer) return { kind: "failed", why: NO_WRITER };
  const fence = { name: await fenceName(context), value: context.fence };
  return writer.change({ place: placeOf(context, metaSchema), backupTable, fence, decide }, context.signal);
}

function changed(context: StepContext, outcome: MetaChangeOutcome, before: readonly CheckpointRow[]): StepOutcome {
  switch (outcome.kind) {
    case "written":
      return {
        kind: "done",
        proof: summary(outcome.after),
        details: { before: positionsOf(outcome.before), after: positionsOf(outcome.after) },
      };
    case "already":
      return {
        kind: "done",
        proof: summary(outcome.rows),
        details: { before: positionsOf(before), after: positionsOf(outcome.rows) },
      };
    case "refused":
    case "failed":
      return { kind: "failed", why: outcome.why };
    case "fenced-off":
      return {
        kind: "failed",
        why: `another copy of the bot has taken over since (fence ${outcome.by}, this one has ${context.fence})`,
      };
    case "unknown":
      return { kind: "unclear", why: outcome.why };
    default:
      return outcome satisfies never;
  }
}

function summary(rows: readonly CheckpointRow[]): string {
  const global = rows.find((row) => row.isGlobal);
  const place = global
    ? `global row ${global.file}, ${global.position}${global.gtid ? `, ${global.gtid}` : ""}`
    : "no global row";
  return `${place}; ${rows.length} rows read back`;
}
