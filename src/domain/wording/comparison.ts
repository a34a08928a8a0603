import { type Comparison, countOf, isDifferent, progressOf, type TableComparison, verdictOf } from "../comparison/comparison.ts";
import type { DifferenceKind } from "../comparison/expected-differences.ts";
import { keyWords } from "../comparison/key.ts";
import { type CopiedRowState, countRows, progressOfCopy, type RowCopy } from "../comparison/row-copy.ts";
import { COMPARISON_TEXTS } from "./comparison-texts.ts";
import {
  type Block,
  type Button,
  type ButtonAction,
  code,
  type Document,
  document,
  fact,
  type Inline,
  item,
  type ListItem,
  note,
  plain,
  strong,
} from "./document.ts";
import type { Language } from "./language.ts";

const KEYS_SHOWN = 10;
const TABLES_SHOWN = 30;
const KINDS: readonly DifferenceKind[] = ["missing", "differing", "extra"];

/** A comparison at any time of its life: progress while it runs, then the verdict with its numbers, tables and first keys. */
export function comparisonDocument(comparison: Comparison, language: Language): Document {
  const texts = COMPARISON_TEXTS[language];
  const verdict = verdictOf(comparison);
  const progress = progressOf(comparison);
  const runs = comparison.ended === null;
  const downstream = comparison.tables.reduce((sum, { rowsDownstream }) => sum + rowsDownstream, 0);
  const rate = `${Math.round(progress.rowsPerSecond).toLocaleString("en")} ${texts.rate}`;
  const whole = progress.rowsTotal === null ? "?" : progress.rowsTotal.toLocaleString("en");
  const amount = `${progress.rowsDone.toLocaleString("en")} / ${whole}`;
  // Tables that differ come first, then those of which something is to be said.
  const order = (table: TableComparison): number =>
    isDifferent(table) ? 0 : table.state.kind === "done" && table.unsettled === 0 ? 2 : 1;
  const tables = comparison.tables.toSorted((a, b) => order(a) - order(b)).slice(0, TABLES_SHOWN);
  const blocks: (Block | null)[] = [
    runs ? { kind: "progress", done: progress.rowsDone, total: progress.rowsTotal ?? 0, label: `${amount} · ${rate}` } : null,
    {
      kind: "facts",
      facts: [
        fact(texts.rows, plain(`${progress.rowsDone.toLocaleString("en")} / ${downstream.toLocaleString("en")}, ${rate}`)),
        fact(texts.tables, plain(`${progress.tablesDone} / ${progress.tablesTotal}`)),
      ],
    },
    verdict.kind === "incomplete" && !runs ? note(plain(texts.incomplete[verdict.why])) : null,
    comparison.ended?.kind === "gave-up"
      ? note(plain(`${texts.gaveUp[comparison.ended.why]}: `), code(comparison.ended.detail))
      : null,
    { kind: "list", items: tables.map((table) => tableItem(table, language)) },
    ...tables.flatMap((table) => tableBlocks(table, language)),
  ];
  const kind = runs && verdict.kind !== "different" ? "under-way" : verdict.kind;
  const tone = kind === "equal" ? "good" : kind === "different" ? "critical" : kind === "under-way" ? "info" : "warning";
  return document(
    texts.headline[kind](comparison.task),
    tone,
    blocks.filter((block) => block !== null),
  );
}

/** For the rows that it lists; values are read when somebody presses. */
export function differencesButtons(id: string, { tables }: Comparison, language: Language): readonly Button[] {
  if (tables.every(({ listed }) => listed.length === 0)) return [];
  const texts = COMPARISON_TEXTS[language];
  const button = (action: ButtonAction, label: string): Button => ({
    ...{ action, label, value: id, style: "default", confirm: null, choices: null },
  });
  return [button("differences-sql", texts.sqlFile), button("differences-csv", texts.csvFile)];
}

function nameOf({ compared }: TableComparison): string {
  return `${compared.target.schema}.${compared.target.table}`;
}

function tableItem(table: TableComparison, language: Language): ListItem {
  const texts = COMPARISON_TEXTS[language];
  const said = (mark: ListItem["mark"], text: string): ListItem => item(mark, code(nameOf(table)), plain(` · ${text}`));
  const { state } = table;
  if (isDifferent(table)) return said("no", differenceWords(table, language));
  if (state.kind === "not-comparable") return said("unknown", texts.notComparable[state.why]);
  if (table.unsettled > 0) return said("unknown", `${table.unsettled} ${texts.unsettled}`);
  if (table.suspects.length > 0) return said("doing", `${table.suspects.length} ${texts.unconfirmed}`);
  if (state.kind === "done") return said("yes", `${texts.equal}, ${table.rowsUpstream.toLocaleString("en")}`);
  return item(state.kind === "to-do" ? "todo" : "doing", code(nameOf(table)));
}

function differenceWords(table: TableComparison, language: Language): string {
  const texts = COMPARISON_TEXTS[language];
  const { wholeDiffers, counts, state } = table;
  if (wholeDiffers !== null) return texts.whole(String(wholeDiffers.rowsUpstream), String(wholeDiffers.rowsDownstream));
  const atLeast = state.kind === "done" && state.atLeast ? `${texts.atLeast} ` : "";
  const parts = KINDS.filter((kind) => counts[kind] > 0).map(
    (kind) => `${counts[kind].toLocaleString("en")} ${texts.difference[kind]}`,
  );
  return `${atLeast}${parts.join(", ")}`;
}

/** What is said with a table: its first keys, which differences its rules explain, what was left out. */
function tableBlocks(table: TableComparison, language: Language): readonly Block[] {
  const texts = COMPARISON_TEXTS[language];
  const { plan, listed, compared, counts, state } = table;
  const keys = listed.slice(0, KEYS_SHOWN).map(({ kind, key, columns }) => {
    const where: readonly Inline[] = columns.length > 0 ? [plain(` · ${texts.columns} `), code(columns.join(", "))] : [];
    return item("dot", plain(`${texts.difference[kind]}: `), code(keyWords(plan?.key ?? [], key)), ...where);
  });
  const more = countOf(table) - keys.length;
  const expected = new Map(
    compared.expected
      .filter(({ kind }) => counts[kind] > 0)
      .map((one) => [`${one.rule} ${one.event}`, texts.expected(one.rule, one.event)]),
  );
  const words = [
    ...(keys.length > 0 && more > 0 ? [`${more.toLocaleString("en")} ${texts.notListed}`] : []),
    ...expected.values(),
    ...(plan?.notes ?? []).map((one) => texts.note[one.kind]("columns" in one ? one.columns.join(", ") : "")),
    ...(state.kind === "not-comparable" && state.detail !== "" ? [state.detail] : []),
  ];
  const blocks: readonly (Block | null)[] = [
    keys.length > 0 || words.length > 0 ? { kind: "paragraph", text: [strong(nameOf(table))] } : null,
    keys.length > 0 ? { kind: "list", items: keys } : null,
    words.length > 0 ? { kind: "list", items: words.map((text) => item("dot", plain(text))) } : null,
  ];
  return blocks.filter((block) => block !== null);
}

/** Rows brought back, by what became of them. */
export function rowCopyDocument(copy: RowCopy, language: Language): Document {
  const texts = COMPARISON_TEXTS[language];
  const counts = Object.entries(countRows(copy)) as [CopiedRowState["kind"], number][];
  const { settled, total } = progressOfCopy(copy);
  const items = counts
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => item(MARKS[kind] ?? "dot", plain(`${count.toLocaleString("en")} ${texts.copyState[kind]}`)));
  const { ended } = copy;
  const detail = ended?.kind === "gave-up" ? ended.detail : ended?.kind === "fenced-off" ? String(ended.by) : "";
  const blocks: (Block | null)[] = [
    ended === null ? { kind: "progress", done: settled, total, label: `${settled} / ${total}` } : null,
    { kind: "list", items },
    detail === "" ? null : note(code(detail)),
  ];
  return document(
    texts.copyHeadline(copy.task),
    ended === null ? "info" : ended.kind === "finished" ? "good" : "warning",
    blocks.filter((block) => block !== null),
  );
}

const MARKS: Partial<Readonly<Record<CopiedRowState["kind"], ListItem["mark"]>>> = {
  "to-do": "todo",
  inserting: "doing",
  inserted: "doing",
  proven: "yes",
  refused: "failed",
  "whose-not-known": "unknown",
  "kept-changing": "unknown",
};
