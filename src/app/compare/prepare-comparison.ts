import { notComparable } from "../../domain/comparison/advance-comparison.ts";
import type { Comparison, ComparisonLimits, TableComparison } from "../../domain/comparison/comparison.ts";
import { planTable } from "../../domain/comparison/plan-table.ts";
import { type ComparedTable, planTables, type SourceTables, type TableLeftOut } from "../../domain/comparison/plan-tables.ts";
import type { ReplicationRules, TableName } from "../../domain/comparison/replication-rules.ts";
import { sameName, type TableShape } from "../../domain/comparison/table-shape.ts";
import { type OrderAnswers, orderName, ordersAlike, ordersToAsk } from "../../domain/comparison/text-order.ts";
import type { RowReader } from "../ports/rows.ts";
import { ask, Halt, type Refused } from "./ask.ts";
import type { ComparisonParts } from "./comparison-parts.ts";

export interface ComparisonRequest {
  readonly task: string;
  /** Of every source of the task, whether it is read or not. */
  readonly rules: readonly ReplicationRules[];
  /** The task merges shards: a target whose other sources are not read cannot be judged. */
  readonly mergesShards: boolean;
  /** Upstream or downstream name of the one table that is asked for; null: all of them. */
  readonly only: TableName | null;
  readonly limits: ComparisonLimits;
}

export type Prepared =
  | { readonly kind: "prepared"; readonly comparison: Comparison; readonly leftOut: readonly TableLeftOut[] }
  | {
      readonly kind: "not-possible";
      readonly why: "unreadable-rules" | "no-table" | "refused" | "silent" | "aborted";
      readonly detail: string;
    };

type PrepareParts = Pick<ComparisonParts, "upstreams" | "downstream" | "clock" | "signal">;

/** Reads what the tables are like on every side and plans their comparison; no row is read. */
export async function prepareComparison(parts: PrepareParts, request: ComparisonRequest): Promise<Prepared> {
  try {
    return await prepare(parts, request);
  } catch (error) {
    if (!(error instanceof Halt)) throw error;
    return error.reason.kind === "gave-up"
      ? { kind: "not-possible", why: "silent", detail: error.reason.detail }
      : { kind: "not-possible", why: "aborted", detail: "" };
  }
}

async function prepare(parts: PrepareParts, { task, rules, mergesShards, only, limits }: ComparisonRequest): Promise<Prepared> {
  const read = rules.filter(({ source }) => parts.upstreams.has(source));
  const sizes = new Map<string, number | null>();
  const sources: SourceTables[] = [];
  for (const ofSource of read) {
    const answer = await ask(parts, "upstream", (signal) => parts.upstreams.get(ofSource.source)!.tables(signal));
    if (answer.kind === "failed") return refused(ofSource.source, answer);
    for (const table of answer.value) sizes.set(idOf(ofSource.source, table), table.approximateRows);
    sources.push({ rules: ofSource, tables: answer.value });
  }
  const planned = planTables(sources);
  if (planned.kind === "unreadable-rules")
    return { kind: "not-possible", why: "unreadable-rules", detail: `${planned.source}: ${planned.why}` };
  const wanted = planned.tables.filter((table) => only === null || isAbout(table, only));
  if (wanted.length === 0)
    return {
      kind: "not-possible",
      why: "no-table",
      detail: only ? `${only.schema}.${only.table}` : "the task replicates no table",
    };

  const shapes = await shapesOf(parts, wanted);
  if (shapes.kind === "failed") return refused(shapes.side, shapes);
  const alike = await textOrders(parts, shapes);
  if ("why" in alike) return refused(alike.side, alike);
  const isPartial = mergesShards && read.length < rules.length;
  const tables = wanted.map((compared) => planOne(compared, shapes, alike.answers, sizes, isPartial));
  const comparison: Comparison = {
    kind: "comparison",
    task,
    limits,
    startedAt: parts.clock.now(),
    spentMs: 0,
    tables,
    ended: null,
  };
  return { kind: "prepared", comparison, leftOut: planned.leftOut };
}

const idOf = (side: string, { schema, table }: TableName): string => JSON.stringify([side, schema, table]);
const DOWNSTREAM = "(downstream)";

function isAbout({ target, parts }: ComparedTable, name: TableName): boolean {
  return [target, ...parts].some((other) => sameName(other.schema, name.schema) && sameName(other.table, name.table));
}

function refused(side: string, { detail }: Refused): Prepared {
  return { kind: "not-possible", why: "refused", detail: `${side}: ${detail}` };
}

interface Shapes {
  readonly kind: "shapes";
  readonly bySide: ReadonlyMap<string, readonly TableShape[]>;
}

const readersOf = ({ upstreams, downstream }: PrepareParts): ReadonlyMap<string, RowReader> =>
  new Map([...upstreams, [DOWNSTREAM, downstream]]);

async function shapesOf(
  parts: PrepareParts,
  wanted: readonly ComparedTable[],
): Promise<Shapes | (Refused & { readonly side: string })> {
  const bySide = new Map<string, readonly TableShape[]>();
  for (const [side, reader] of readersOf(parts)) {
    const names =
      side === DOWNSTREAM
        ? wanted.map(({ target }) => target)
        : wanted.flatMap((table) => table.parts.filter(({ source }) => source === side));
    const answer = await ask(parts, side === DOWNSTREAM ? "downstream" : "upstream", (signal) => reader.shapes(names, signal));
    if (answer.kind === "failed") return { ...answer, side };
    bySide.set(side, answer.value);
  }
  return { kind: "shapes", bySide };
}

/** How every side orders the collations of its own text columns. */
async function textOrders(
  parts: PrepareParts,
  { bySide }: Shapes,
): Promise<{ readonly answers: ReadonlyMap<string, OrderAnswers> } | (Refused & { readonly side: string })> {
  const answers = new Map<string, OrderAnswers>();
  for (const [side, reader] of readersOf(parts)) {
    const orders = ordersToAsk(bySide.get(side) ?? []);
    const answer = await ask(parts, side === DOWNSTREAM ? "downstream" : "upstream", (signal) =>
      reader.textOrders(orders, signal),
    );
    if (answer.kind === "failed") return { ...answer, side };
    answers.set(side, new Map(orders.map((order, at) => [orderName(order), answer.value[at] ?? null])));
  }
  return { answers };
}

function planOne(
  compared: ComparedTable,
  { bySide }: Shapes,
  answers: ReadonlyMap<string, OrderAnswers>,
  sizes: ReadonlyMap<string, number | null>,
  isPartial: boolean,
): TableComparison {
  const estimates = compared.parts.map((part) => sizes.get(idOf(part.source, part)) ?? null);
  const table: TableComparison = {
    compared,
    plan: null,
    state: { kind: "to-do" },
    approximateRows: estimates.every((rows) => rows !== null)
      ? estimates.reduce<number>((sum, rows) => sum + (rows ?? 0), 0)
      : null,
    rowsUpstream: 0,
    rowsDownstream: 0,
    chunks: 0,
    suspects: [],
    counts: { missing: 0, differing: 0, extra: 0 },
    listed: [],
    wholeDiffers: null,
    unsettled: 0,
  };
  if (isPartial) return notComparable(table, "other-sources", "");
  const upstream = compared.parts.map((part) => shapeOf(bySide.get(part.source), part));
  const downstream = shapeOf(bySide.get(DOWNSTREAM), compared.target);
  if (downstream === undefined) return notComparable(table, "not-downstream", "");
  if (!upstream.every((shape) => shape !== undefined)) return notComparable(table, "changed-meanwhile", "");
  const sides = [...new Set(compared.parts.map(({ source }) => source)), DOWNSTREAM].map((side) => answers.get(side)!);
  // As the downstream writes it: a server may tell letter cases of names apart.
  const target = { schema: downstream.schema, table: downstream.table };
  const plan = planTable(compared, upstream, downstream, (columns) => ordersAlike(columns, sides));
  return "kind" in plan ? notComparable(table, "no-common-column", "") : { ...table, compared: { ...compared, target }, plan };
}

function shapeOf(shapes: readonly TableShape[] | undefined, { schema, table }: TableName): TableShape | undefined {
  return (
    shapes?.find((shape) => shape.schema === schema && shape.table === table) ??
    shapes?.find((shape) => sameName(shape.schema, schema) && sameName(shape.table, table))
  );
}
