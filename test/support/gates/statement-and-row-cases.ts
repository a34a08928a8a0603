import { surveyRewind } from "../../../src/app/survey/rewind-survey.ts";
import { surveyCompare, surveyCopy } from "../../../src/app/survey/rows-survey.ts";
import { surveyStatement } from "../../../src/app/survey/statement-survey.ts";
import { surveyUndo } from "../../../src/app/survey/undo-survey.ts";
import type { SubtaskObservation } from "../../../src/domain/observation/observation.ts";
import type { StepAction } from "../../../src/domain/plan/step-action.ts";
import { newRun } from "../../../src/domain/run/new-run.ts";
import type { Run } from "../../../src/domain/run/run.ts";
import { type InputParts, ORDERS } from "../fake-sources.ts";
import { anError } from "../observations.ts";
import { aPlan } from "../samples.ts";
import { by, FILE_OF, type Row, subtaskIs } from "./asked.ts";

const ddl = (statement: string): SubtaskObservation["result"] => ({
  isCanceled: false,
  errors: [
    anError(44006, "", {
      message: `startLocation: [position: (mysql-bin.000003, 3270), gtid-set: ], origin SQL: [${statement}]: parse error`,
    }),
  ],
});

const ENDED = { kind: "failed", at: 1, why: "", left: "task-running" } as const;
function aRun(parts: Partial<Run>): InputParts {
  const run: Run = { ...newRun("R-7", aPlan("P-1"), 0, 60), ...parts };
  return { options: { run: "R-7" }, store: { runs: { get: async () => run } as never } };
}
const done = { kind: "done", at: 1, proof: "", alreadySo: false, caveat: null } as const;
const STATEMENT: StepAction = {
  ...{ kind: "handle-statement" as const, how: "skip" as const, position: null, instead: [] },
  statement: "ALTER TABLE t DROP COLUMN c",
};
const REWRITE: StepAction = {
  ...{ kind: "rewrite-checkpoint" as const, metaSchema: "dm_meta", backupTable: "b", asSeen: [] },
  rewrite: { form: "align" },
};

export const STATEMENT_ROWS: readonly Row[] = [
  [
    "nothing fails",
    ...(["statement", "fails", "gate-no-statement"] as const),
    by(surveyStatement),
    "DM does not say which statement fails, so there is nothing to skip or replace.",
  ],
  [
    "rows are never skipped",
    ...(["statement", "fails", "gate-statement-not-ddl"] as const),
    by(surveyStatement, { dm: subtaskIs({ stage: "Paused", result: ddl("INSERT INTO t VALUES (1)") }) }),
    "What fails is no DDL (INSERT INTO t VALUES (1)). Rows are never skipped: DM would drop them without a trace.",
  ],
  [
    "v1.0 has other commands for it",
    ...(["version", "fails", "gate-statement-v1"] as const),
    by(surveyStatement, { generation: "v1.0" }),
    "DM v1.0 handles statements by dmctl's sql-skip and sql-replace only.",
  ],
  [
    "a replacement without its statements",
    ...(["replacement", "fails", "gate-replacement-missing"] as const),
    by(surveyStatement, { options: { statement: { how: "replace", instead: [] } } }),
    'A replacement needs its statements: /dm plan orders replace "ALTER TABLE …"',
  ],
];

export const ROWS_ROWS: readonly Row[] = [
  [
    "no account reads the upstream's rows",
    ...(["compare", "fails", "gate-compare-no-upstream"] as const),
    by(surveyCompare, { databases: { rows: { hasUpstream: () => false, mayWrite: true } as never } }),
    "Rows of s1 cannot be compared: no account reads the upstream.",
  ],
  [
    "no account reads the downstream's rows",
    ...(["compare", "fails", "gate-compare-no-downstream"] as const),
    by(surveyCompare, { databases: { rows: null } }),
    "Rows of s1 cannot be compared: no account reads the downstream.",
  ],
  [
    "a repair without the upstream's rows is told so",
    ...(["compare", "not-known", "gate-compare-no-upstream"] as const),
    by(surveyRewind, { ...FILE_OF, databases: { rows: { hasUpstream: () => false, mayWrite: true } as never } }),
    "Rows of s1 cannot be compared: no account reads the upstream.",
  ],
  [
    "a repair without it is told so",
    ...(["compare", "not-known", "gate-compare-no-downstream"] as const),
    by(surveyRewind, { ...FILE_OF, databases: { rows: null } }),
    "Rows of s1 cannot be compared: no account reads the downstream.",
  ],
  [
    "nothing was compared",
    ...(["comparison", "fails", "gate-comparison-none"] as const),
    by(surveyCopy),
    "No comparison of this task has named missing rows. Compare first: /dm compare orders",
  ],
  [
    "no account may insert rows",
    ...(["row-writer", "fails", "gate-no-row-writer"] as const),
    by(surveyCopy, { databases: { rows: { hasUpstream: () => true, mayWrite: false } as never } }),
    "No account that may insert rows is configured (rowWriter): an SQL file of the rows can be had instead.",
  ],
];

const plan = (action: StepAction) => aPlan("P-1", { steps: [{ number: 1, target: ORDERS, action, atMostSeconds: 60 }] });
const steps = (action: StepAction) => newRun("R-7", plan(action), 0, 60).steps.map((step) => ({ ...step, state: done }));
const STARTED = {
  step: { number: 2, target: ORDERS, action: { kind: "start-task", form: "original" }, atMostSeconds: 60 },
  state: done,
} as const;

export const UNDO_ROWS: readonly Row[] = [
  [
    "nobody knows the run",
    ...(["run", "fails", "no-such-run"] as const),
    by(surveyUndo, { options: { run: "R-9" } }),
    "There is no run R-9.",
  ],
  [
    "it is still at work",
    ...(["run", "fails", "undo-running"] as const),
    by(surveyUndo, aRun({})),
    "R-7 is still under way; it has its own Put back.",
  ],
  [
    "it changed nothing",
    ...(["run", "fails", "undo-nothing"] as const),
    by(surveyUndo, aRun({ state: ENDED })),
    "R-7 changed nothing that can be taken back.",
  ],
  [
    "a subtask has read the rows since",
    ...(["run", "fails", "undo-started-since"] as const),
    by(surveyUndo, aRun({ state: ENDED, plan: plan(REWRITE), steps: [...steps(REWRITE), STARTED] })),
    "Something was started since R-7 wrote its values, and old values under a running task would lose or double rows. The way back is a new plan.",
  ],
  [
    "DM is past the statement",
    ...(["revert", "fails", "gate-revert-late"] as const),
    by(surveyUndo, aRun({ state: ENDED, plan: plan(STATEMENT), steps: steps(STATEMENT) })),
    "The subtask is past it or does not fail any more: taking it back has no effect now. The way back is an ordinary change of the downstream.",
  ],
];
