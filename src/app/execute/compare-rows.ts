import { type Comparison, progressOf, verdictOf } from "../../domain/comparison/comparison.ts";
import { parseTableName } from "../../domain/comparison/replication-rules.ts";
import { runComparison } from "../compare/compare-rows.ts";
import { prepareComparison } from "../compare/prepare-comparison.ts";
import { concludeComparison, type StoredComparison, sourcesOf } from "../conclude-comparison.ts";
import { findYaml } from "../survey/task-facts.ts";
import { openSides } from "./open-sides.ts";
import { type StepContext, type StepOutcome, type StepRoutine, taskOf } from "./step-action.ts";

/** A bookkeeping write each chunk would cost more than the chunk. */
const KEPT_EVERY_MS = 2_000;
const LISTED_AT_MOST = 1_000;
const COUNTED_AT_MOST = 100_000;

/** Read-only. Goes on from where it was kept last, so a restart or another copy of the bot loses little. */
export const compareRows: StepRoutine = {
  writes: false,
  ask: async () => ({ kind: "not-yet" }),
  async act(context) {
    const name = comparisonName(context);
    const before = await context.store.records.get("comparison", name);
    const stored = before ?? (await begin(context, name));
    if ("why" in stored) return notCompared(context, stored.why);
    if (stored.comparison.ended === null) {
      const ended = await carryOn(context, name, stored);
      if (ended.comparison.ended === null) return { kind: "unclear", why: "the comparison was interrupted" };
      return conclude(context, name, ended);
    }
    return conclude(context, name, stored);
  },
};

export const comparisonName = ({ run, step }: Pick<StepContext, "run" | "step">): string => `${run.id} ${step.number}`;

type Refused = { readonly why: string };

async function begin(context: StepContext, name: string): Promise<StoredComparison | Refused> {
  const { facts, run, step, signal, settings, clock, store } = context;
  const { cluster } = run.plan;
  const task = taskOf(context);
  const { source } = step.target;
  const found = await findYaml({ facts, cluster, target: { ...step.target, task }, signal });
  if (found.kind === "failed") return { why: "the task's YAML cannot be had" };
  const { replication } = found.facts;
  if (replication.kind === "unreadable") return { why: replication.why };
  const sides = openSides(context, replication.mergesShards ? replication.sources.map((one) => one.source) : [source]);
  if (!sides) return { why: "no account reads the rows of both sides" };
  try {
    const only = subjectOf(context)?.options.table ?? null;
    const prepared = await prepareComparison(
      { ...sides, clock, signal },
      {
        task,
        rules: replication.sources,
        mergesShards: replication.mergesShards,
        only: only === null ? null : parseTableName(only),
        limits: {
          rowsPerSecond: settings.policy.compareRowsPerSecond,
          atMostSeconds: step.atMostSeconds,
          listedAtMost: LISTED_AT_MOST,
          countedAtMost: COUNTED_AT_MOST,
          chunkRows: null,
        },
      },
    );
    if (prepared.kind === "not-possible")
      return { why: `${prepared.why}${prepared.detail === "" ? "" : `: ${prepared.detail}`}` };
    const id = `C-${await store.nextNumber("comparison")}`;
    const isWhole = only === null;
    const stored: StoredComparison = { ...{ id, cluster, task, source, isWhole }, run: run.id, comparison: prepared.comparison };
    await store.records.put("comparison", name, stored);
    return stored;
  } finally {
    await sides.close();
  }
}

async function carryOn(context: StepContext, name: string, stored: StoredComparison): Promise<StoredComparison> {
  const { store, clock, signal, pollMs, settings } = context;
  const sides = openSides(context, sourcesOf(stored));
  if (!sides) return stored;
  let keptAt = Number.NEGATIVE_INFINITY;
  const keep = async (comparison: Comparison): Promise<void> => {
    tell(context, comparison);
    if (comparison.ended === null && clock.monotonic() - keptAt < KEPT_EVERY_MS) return;
    keptAt = clock.monotonic();
    await store.records.put("comparison", name, { ...stored, comparison });
  };
  try {
    const parts = { ...sides, clock, signal, pollMs, keep, passAtMostSeconds: settings.policy.verifySeconds };
    return { ...stored, comparison: await runComparison(parts, stored.comparison) };
  } finally {
    await sides.close();
  }
}

function tell(context: StepContext, comparison: Comparison): void {
  const { rowsDone, rowsTotal, rowsPerSecond, tablesDone, tablesTotal } = progressOf(comparison);
  context.tell({
    ...{ done: rowsDone, total: rowsTotal ?? rowsDone, unit: "rows", rate: rowsPerSecond },
    at: `${tablesDone} / ${tablesTotal}`,
  });
}

/** What was found goes into the memory of rows that may be missing and into the thread, in one transaction. */
async function conclude(context: StepContext, name: string, stored: StoredComparison): Promise<StepOutcome> {
  const { store, clock, run } = context;
  await store.transaction(async (tx) => {
    await tx.records.put("comparison", name, stored);
    await tx.records.put("comparison", stored.id, stored);
    await concludeComparison(tx, stored, clock.now());
    await context.rowsReport.comparison(tx, run, stored);
  });
  const { comparison, id } = stored;
  const rows = comparison.tables.reduce((sum, { rowsUpstream }) => sum + rowsUpstream, 0);
  const verdict = verdictOf(comparison);
  switch (verdict.kind) {
    case "equal":
      return { kind: "done", proof: `${id}: the same on both sides, ${rows} rows, ${tablesOf(comparison.tables.length)}` };
    case "different":
      return different(context, stored);
    case "not-comparable":
      return notCompared(context, `${id}: ${verdict.why.join("; ")}`);
    case "incomplete":
      return notCompared(context, `${id}: ${verdict.why}`);
    default:
      return verdict satisfies never;
  }
}

const tablesOf = (count: number): string => (count === 1 ? "1 table" : `${count} tables`);

/** For a plan that repairs, rows that differ mean that it did not do what it was for; for a comparison they are its result. */
function different({ run }: StepContext, { id, comparison }: StoredComparison): StepOutcome {
  const sum = (kind: "missing" | "differing" | "extra") => comparison.tables.reduce((all, { counts }) => all + counts[kind], 0);
  const whole = comparison.tables.filter(({ wholeDiffers }) => wholeDiffers !== null).length;
  const keyless = whole > 0 ? `, ${tablesOf(whole)} without key: different` : "";
  const said = `${id}: ${sum("missing")} missing, ${sum("differing")} differing, ${sum("extra")} only downstream${keyless}`;
  return run.plan.playbook === "compare-rows" ? { kind: "done", proof: said } : { kind: "failed", why: said };
}

function notCompared({ run }: StepContext, why: string): StepOutcome {
  return run.plan.playbook === "compare-rows"
    ? { kind: "failed", why }
    : { kind: "done", proof: "not compared", caveat: `rows were not compared (${why})` };
}

const subjectOf = ({ run, step }: StepContext) =>
  run.plan.subjects.find(({ target }) => target.source === step.target.source && target.task === step.target.task);
