import { type CopyCounts, countRows, newRowCopy, progressOfCopy, type RowCopy } from "../../domain/comparison/row-copy.ts";
import { copyMissingRows as copy } from "../compare/copy-missing-rows.ts";
import { undoCopiedRows } from "../compare/undo-copied-rows.ts";
import { databasesOf } from "../fact-sources.ts";
import type { RowFence, RowWriter } from "../ports/rows.ts";
import { findYaml } from "../survey/task-facts.ts";
import { fenceName } from "./installation.ts";
import { leasedWriter } from "./lease-cover.ts";
import { openSides } from "./open-sides.ts";
import { actionOf, type StepContext, type StepOutcome, type StepRoutine, taskOf } from "./step-action.ts";

/** Inserts what a comparison found missing, row by row provable; kept before and after every write. */
export const copyMissingRows: StepRoutine = {
  writes: true,
  isLong: true,
  ask: async () => ({ kind: "not-yet" }),
  async act(context) {
    const { comparison } = actionOf(context, "copy-missing-rows");
    const { store, step, clock, signal, pollMs, settings } = context;
    const name = copyName(context.run.id, step.target);
    const begun = (await store.records.get("row-copy", name)) ?? (await begin(context, comparison));
    if ("why" in begun) return { kind: "failed", why: String(begun.why) };
    const sources = [...new Set(begun.tables.flatMap(({ table }) => table.compared.parts.map(({ source }) => source)))];
    const sides = openSides(context, sources);
    const writer = openWriter(context);
    if (!sides || !writer) return { kind: "failed", why: "no accounts that read both sides and insert rows are configured" };
    try {
      const fence = await prepareFence(context);
      const keep = async (state: RowCopy): Promise<void> => {
        await store.records.put("row-copy", name, state);
        tell(context, state);
      };
      const parts = { ...sides, writer, fence, clock, signal, pollMs, keep, passAtMostSeconds: settings.policy.verifySeconds };
      const ended = await copy(parts, begun);
      if (ended.ended !== null)
        await store.transaction((tx) => context.rowsReport.copy(tx, context.run, step.target.source, ended));
      return outcomeOf(ended);
    } finally {
      await sides.close();
      await writer.close();
    }
  },
};

/** Undo: exactly the rows that the run inserted, while they are unchanged. */
export const removeCopiedRows: StepRoutine = {
  writes: true,
  isLong: true,
  async ask(context) {
    const { of } = actionOf(context, "remove-copied-rows");
    const copied = await context.store.records.get("row-copy", copyName(of, context.step.target));
    return copied === null ? { kind: "already", proof: `${of} inserted no row` } : { kind: "not-yet" };
  },
  async act(context) {
    const { of } = actionOf(context, "remove-copied-rows");
    const { store, step, signal } = context;
    const name = copyName(of, step.target);
    const copied = await store.records.get("row-copy", name);
    if (copied === null) return { kind: "failed", why: `${of} kept no list of rows` };
    const writer = openWriter(context);
    if (!writer) return { kind: "failed", why: "no account that may write rows is configured" };
    try {
      const keep = (state: RowCopy) => store.records.put("row-copy", name, state);
      const undone = await undoCopiedRows({ writer, fence: await prepareFence(context), signal, keep }, copied);
      const counts = countRows(undone.copy);
      if (undone.stoppedBy === null)
        return {
          kind: "done",
          proof: `${counts.undone} deleted, ${counts["gone-since"]} not there any more, ${counts["not-undone"]} changed since and left`,
        };
      if (undone.stoppedBy.kind === "unknown") return { kind: "unclear", why: undone.stoppedBy.why };
      return { kind: "failed", why: "why" in undone.stoppedBy ? undone.stoppedBy.why : undone.stoppedBy.kind };
    } finally {
      await writer.close();
    }
  },
};

function openWriter({ facts, run, isOurs }: StepContext): RowWriter | null {
  const writer = databasesOf(facts, run.plan.cluster).rows?.openWriter() ?? null;
  return writer && leasedWriter(writer, isOurs);
}

const copyName = (run: string, target: StepContext["step"]["target"]): string =>
  JSON.stringify([run, target.task, target.source]);

async function begin(context: StepContext, comparison: string): Promise<RowCopy | { readonly why: string }> {
  const stored = await context.store.records.get("comparison", comparison);
  if (!stored || stored.task !== taskOf(context)) return { why: `there is no comparison ${comparison} of this task` };
  const made = newRowCopy(stored.comparison, { at: context.clock.now(), atMostSeconds: context.step.atMostSeconds });
  return made.kind === "refused" ? { why: made.why } : made;
}

function tell(context: StepContext, state: RowCopy): void {
  const { settled, total } = progressOfCopy(state);
  context.tell({ done: settled, total, unit: "rows", rate: null, at: taskOf(context) });
}

/** The fence stands in the meta schema; without an account that may write there the rows are guarded by the lease alone. */
async function prepareFence(context: StepContext): Promise<RowFence | null> {
  const { facts, run, step, signal, fence } = context;
  const { cluster } = run.plan;
  const { metaWriter } = databasesOf(facts, cluster);
  const target = { ...step.target, task: taskOf(context) };
  const found = await findYaml({ facts, cluster, target, signal });
  if (!metaWriter || found.kind === "failed") return null;
  const { metaSchema } = found.facts;
  const prepared = await metaWriter.prepareFence(metaSchema, signal);
  return prepared.kind === "ready" ? { metaSchema, name: await fenceName(context), value: fence } : null;
}

/** Rows whose INSERT was under way when the bot was interrupted. */
function caveatOf({ "whose-not-known": rows }: CopyCounts): { readonly caveat?: string } {
  if (rows === 0) return {};
  return { caveat: `${rows} rows are there after an interruption; whose they are is not known, so an undo leaves them` };
}

/** States whose name alone says too little. */
const SAID: Readonly<Record<string, string>> = {
  proven: "inserted and proven",
  "whose-not-known": "there, inserted by whom is not known",
};

function outcomeOf(ended: RowCopy): StepOutcome {
  const counts = countRows(ended);
  const told = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${SAID[state] ?? state.replaceAll("-", " ")}`)
    .join(", ");
  const details = { rows: counts };
  switch (ended.ended?.kind) {
    case "finished":
      return { kind: "done", proof: told, details, ...caveatOf(counts) };
    case "fenced-off":
      return { kind: "failed", why: `another copy of the bot has taken over since; ${told}` };
    case "gave-up":
      return { kind: "failed", why: `${ended.ended.why}: ${ended.ended.detail}; ${told}` };
    case "time-over":
      return { kind: "failed", why: `its time was over; ${told}` };
    default:
      return { kind: "unclear", why: `it was interrupted; ${told}` };
  }
}
