import type { Difference } from "./comparison.ts";
import { keyWords } from "./key.ts";
import type { TableName } from "./replication-rules.ts";
import type { Values } from "./same-value.ts";
import type { TablePlan } from "./table-plan.ts";
import { deleteStatement, replaceStatement } from "./write-statements.ts";

/** A listed difference with the values that both sides have now; null: no such row there. */
export interface DifferenceWithValues {
  readonly difference: Difference;
  readonly upstream: Values | null;
  readonly downstream: Values | null;
}

export interface DifferencesOfTable {
  readonly target: TableName;
  readonly plan: TablePlan;
  readonly rows: readonly DifferenceWithValues[];
  /** Counted and not listed. */
  readonly notListed: number;
}

/**
 * The statements that would make the downstream's rows those of the upstream, for a person to read, shorten and run. Every value is
 * written so that it cannot end its literal.
 */
export function renderSql(task: string, tables: readonly DifferencesOfTable[]): string {
  const lines = [
    `-- Rows of task ${oneLine(task)} that differ between upstream and downstream.`,
    "-- NOT EXECUTED: dm-medic never runs these statements. Read them first: the task goes on, and rows may have changed since.",
    "-- On the downstream, in a session of its own:",
    "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';",
    "SET NAMES utf8mb4;",
  ];
  for (const { target, plan, rows, notListed } of tables) {
    lines.push(
      "",
      `-- ${oneLine(`${target.schema}.${target.table}`)}: ${rows.length === 1 ? "1 row" : `${rows.length} rows`}${notListed > 0 ? `, ${notListed} more are not listed` : ""}`,
    );
    for (const row of rows) lines.push(statementOf(target, plan, row));
  }
  return `${lines.join("\n")}\n`;
}

function statementOf(target: TableName, plan: TablePlan, { difference, upstream }: DifferenceWithValues): string {
  const { kind, key, columns } = difference;
  const named = columns.length > 0 ? ` (${oneLine(columns.join(", "))})` : "";
  // What the upstream has now decides: it may have changed since the comparison.
  const statement = upstream === null ? deleteStatement(target, plan, key) : replaceStatement(target, plan, upstream);
  return `${statement}; -- ${kind}${named}, not executed`;
}

/** Names may hold line ends, which would end the comment. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");

/** A line a row, and a line a column for differing ones; RFC 4180, and nothing that a spreadsheet would take for a formula. */
export function renderCsv(tables: readonly DifferencesOfTable[]): string {
  const lines = [["table", "difference", "key", "column", "upstream", "downstream"]];
  for (const { target, plan, rows } of tables) {
    const table = `${target.schema}.${target.table}`;
    for (const { difference, upstream, downstream } of rows) {
      const key = keyWords(plan.key ?? [], difference.key);
      const columns = difference.columns.length > 0 ? difference.columns : [""];
      for (const column of columns)
        lines.push([table, difference.kind, key, column, shown(plan, column, upstream), shown(plan, column, downstream)]);
    }
  }
  return `${lines.map((cells) => cells.map(cell).join(",")).join("\r\n")}\r\n`;
}

function shown({ columns }: TablePlan, column: string, values: Values | null): string {
  if (values === null) return "(no row)";
  if (column === "") return "(row)";
  const at = columns.findIndex(({ name }) => name === column);
  const value = values[at];
  if (value === null || value === undefined) return "NULL";
  return columns[at]!.value === "bytes" ? `0x${value}` : value;
}

function cell(text: string): string {
  const isNumber = /^[+-]?\d+(?:\.\d+)?$/.test(text);
  const safe = /^[=+\-@\t\r\n]/.test(text) && !isNumber ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
