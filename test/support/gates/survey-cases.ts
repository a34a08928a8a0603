import type { GateCase } from "./gate-case.ts";
import { EMPTY_ROW, SOURCE_ROWS } from "./source-cases.ts";
import { ROWS_ROWS, STATEMENT_ROWS, UNDO_ROWS } from "./statement-and-row-cases.ts";
import { CAUSE_ROWS, TASK_ROWS } from "./task-cases.ts";

export const SURVEY_CASES: readonly GateCase[] = [
  ...[TASK_ROWS, CAUSE_ROWS, SOURCE_ROWS, EMPTY_ROW, STATEMENT_ROWS, ROWS_ROWS, UNDO_ROWS],
].flatMap((rows) => rows.map(([name, gate, answer, key, gates, en]) => ({ name, gate, answer, key, gates, en })));
