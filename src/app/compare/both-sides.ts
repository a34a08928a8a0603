import { type Checksum, type KeyedChecksum, mergeChecksums } from "../../domain/comparison/checksum.ts";
import type { SourcePosition, TableComparison } from "../../domain/comparison/comparison.ts";
import { compareKeys, type Key, type KeyRange } from "../../domain/comparison/key.ts";
import type { TableName } from "../../domain/comparison/replication-rules.ts";
import type { KeyColumn } from "../../domain/comparison/table-plan.ts";
import type { ReadRow, RowReader, Rows } from "../ports/rows.ts";
import { ask, Halt, pause, type Refused } from "./ask.ts";
import type { ComparisonParts } from "./comparison-parts.ts";
import type { Pace } from "./pace.ts";

type Answered<T> = { readonly kind: "answered"; readonly value: T } | Refused;
type AskParts = Pick<ComparisonParts, "upstreams" | "downstream" | "clock" | "signal">;

const done = <T>(value: T): Answered<T> => ({ kind: "answered", value });

function readerOf({ upstreams }: AskParts, source: string): RowReader {
  const reader = upstreams.get(source);
  if (!reader) throw new Error(`source ${source} has no reader`);
  return reader;
}

/** Asks every upstream table of a target; sources at once, tables of one source one after another. The first refusal counts. */
async function eachPart<T>(
  parts: AskParts,
  { compared }: TableComparison,
  question: (reader: RowReader, part: TableName, signal: AbortSignal) => Promise<Rows<T>>,
): Promise<Answered<readonly T[]>> {
  const bySource = Array.from(Map.groupBy(compared.parts, ({ source }) => source));
  const answers = await Promise.all(
    bySource.map(async ([source, tables]): Promise<Answered<readonly T[]>> => {
      const values: T[] = [];
      for (const table of tables) {
        const answer = await ask(parts, "upstream", (signal) => question(readerOf(parts, source), table, signal));
        if (answer.kind === "failed") return answer;
        values.push(answer.value);
      }
      return done(values);
    }),
  );
  const refused = answers.find((answer) => answer.kind === "failed");
  return refused ?? done(answers.flatMap((answer) => (answer.kind === "answered" ? answer.value : [])));
}

/** The key at which about so many upstream rows of a range end; null: there are no more than that. */
export async function upstreamEnd(
  parts: AskParts,
  table: TableComparison,
  range: KeyRange,
  rows: number,
): Promise<Answered<Key | null>> {
  const plan = table.plan!;
  const each = Math.max(1, Math.floor(rows / table.compared.parts.length));
  const answer = await eachPart(parts, table, (reader, part, signal) =>
    reader.boundary({ table: part, plan, range, rows: each }, signal),
  );
  return answer.kind === "failed" ? answer : done(firstOf(plan.key!, answer.value));
}

export function downstreamEnd(
  parts: AskParts,
  table: TableComparison,
  range: KeyRange,
  rows: number,
): Promise<Answered<Key | null>> {
  return ask(parts, "downstream", (signal) =>
    parts.downstream.boundary({ table: table.compared.target, plan: table.plan!, range, rows }, signal),
  );
}

/** Of both sides the nearer end: where one side has millions of rows that the other has not, no statement reads them at once. */
export async function nearerEnd(
  parts: AskParts,
  table: TableComparison,
  range: KeyRange,
  rows: number,
): Promise<Answered<Key | null>> {
  const [upstream, downstream] = await Promise.all([
    upstreamEnd(parts, table, range, rows),
    downstreamEnd(parts, table, range, rows),
  ]);
  if (upstream.kind === "failed") return upstream;
  if (downstream.kind === "failed") return downstream;
  return done(firstOf(table.plan!.key!, [upstream.value, downstream.value]));
}

function firstOf(key: readonly KeyColumn[], ends: readonly (Key | null)[]): Key | null {
  return ends.filter((end) => end !== null).toSorted((a, b) => compareKeys(key, a, b))[0] ?? null;
}

export interface BothChecksums {
  readonly upstream: Checksum;
  readonly downstream: Checksum;
}

export async function upstreamChecksum(
  parts: AskParts,
  table: TableComparison,
  range: KeyRange,
  expectedRows: number | null,
): Promise<Answered<Checksum>> {
  const answer = await eachPart(parts, table, (reader, part, signal) =>
    reader.checksum({ table: part, plan: table.plan!, range, expectedRows }, signal),
  );
  return answer.kind === "failed" ? answer : done(mergeChecksums(answer.value));
}

export function downstreamChecksum(
  parts: AskParts,
  table: TableComparison,
  range: KeyRange,
  expectedRows: number | null,
): Promise<Answered<Checksum>> {
  return ask(parts, "downstream", (signal) =>
    parts.downstream.checksum({ table: table.compared.target, plan: table.plan!, range, expectedRows }, signal),
  );
}

/** Both sides at once. */
export async function bothChecksums(
  parts: AskParts,
  table: TableComparison,
  range: KeyRange,
  expectedRows: number | null,
): Promise<Answered<BothChecksums>> {
  const [upstream, downstream] = await Promise.all([
    upstreamChecksum(parts, table, range, expectedRows),
    downstreamChecksum(parts, table, range, expectedRows),
  ]);
  if (upstream.kind === "failed") return upstream;
  if (downstream.kind === "failed") return downstream;
  return done({ upstream: upstream.value, downstream: downstream.value });
}

export interface SideKeys {
  readonly rows: readonly KeyedChecksum[];
  readonly isAll: boolean;
}

export async function upstreamKeys(
  parts: AskParts,
  table: TableComparison,
  range: KeyRange,
  atMostRows: number,
): Promise<Answered<SideKeys>> {
  const answer = await eachPart(parts, table, (reader, part, signal) =>
    reader.keys({ table: part, plan: table.plan!, range, atMostRows }, signal),
  );
  if (answer.kind === "failed") return answer;
  const rows = answer.value.flatMap((part) => part.rows);
  return done({ rows, isAll: rows.length <= atMostRows && answer.value.every(({ isAll }) => isAll) });
}

export function downstreamKeys(
  parts: AskParts,
  table: TableComparison,
  range: KeyRange,
  atMostRows: number,
): Promise<Answered<SideKeys>> {
  return ask(parts, "downstream", (signal) =>
    parts.downstream.keys({ table: table.compared.target, plan: table.plan!, range, atMostRows }, signal),
  );
}

export async function upstreamRows(
  parts: AskParts,
  table: TableComparison,
  keys: readonly Key[],
): Promise<Answered<readonly ReadRow[]>> {
  const answer = await eachPart(parts, table, (reader, part, signal) =>
    reader.rows({ table: part, plan: table.plan!, keys }, signal),
  );
  return answer.kind === "failed" ? answer : done(answer.value.flat());
}

export function downstreamRows(
  parts: AskParts,
  table: TableComparison,
  keys: readonly Key[],
): Promise<Answered<readonly ReadRow[]>> {
  return ask(parts, "downstream", (signal) =>
    parts.downstream.rows({ table: table.compared.target, plan: table.plan!, keys }, signal),
  );
}

/** Where the upstreams of a target stand now: what was read of them before is in the downstream once the syncers are past it. */
export async function positionsNow(parts: AskParts, { compared }: TableComparison): Promise<readonly SourcePosition[]> {
  const sources = [...new Set(compared.parts.map(({ source }) => source))];
  return Promise.all(
    sources.map(async (source) => {
      const answer = await ask(parts, "upstream", (signal) => readerOf(parts, source).position(signal));
      if (answer.kind === "failed")
        throw new Halt({ kind: "gave-up", why: "position-not-known", detail: `${source}: ${answer.detail}` });
      return { source, position: answer.value };
    }),
  );
}

/** Waits until the syncers are past all of them; a syncer that stands still ends the work. */
export async function untilPassed(
  parts: AskParts & Pick<ComparisonParts, "hasPassed" | "pollMs" | "passAtMostSeconds">,
  pace: Pace,
  positions: readonly SourcePosition[],
): Promise<void> {
  const { clock, signal } = parts;
  const begun = clock.monotonic();
  for (const { source, position } of positions)
    while (!(await parts.hasPassed(source, position, signal))) {
      if (clock.monotonic() - begun > parts.passAtMostSeconds * 1000)
        throw new Halt({
          kind: "gave-up",
          why: "syncer-stands-still",
          detail: `${source} is not past ${position.file}, ${position.position} after ${parts.passAtMostSeconds} s`,
        });
      pace.checkTime();
      await pause(clock, parts.pollMs, signal);
    }
}
