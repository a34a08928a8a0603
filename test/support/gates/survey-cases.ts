import type { DmCluster } from "../../../src/app/ports/dm.ts";
import { causeGate } from "../../../src/app/survey/cause-gate.ts";
import { surveyGtidSwitch } from "../../../src/app/survey/gtid-survey.ts";
import { surveyReplaceRelayFile, surveyResetRelay } from "../../../src/app/survey/relay-surveys.ts";
import { surveyRewind } from "../../../src/app/survey/rewind-survey.ts";
import { surveyCompare, surveyCopy } from "../../../src/app/survey/rows-survey.ts";
import { surveyStatement } from "../../../src/app/survey/statement-survey.ts";
import type { Surveyor } from "../../../src/app/survey/survey.ts";
import { surveyResume, surveyStart, surveyStopStart } from "../../../src/app/survey/task-surveys.ts";
import { surveyUndo } from "../../../src/app/survey/undo-survey.ts";
import type { Cause } from "../../../src/domain/diagnosis/cause.ts";
import { notKnown } from "../../../src/domain/observation/known.ts";
import type { SourceObservation, SubtaskObservation } from "../../../src/domain/observation/observation.ts";
import type { StepAction } from "../../../src/domain/plan/step-action.ts";
import { newRun } from "../../../src/domain/run/new-run.ts";
import type { Run } from "../../../src/domain/run/run.ts";
import { fakeSources, type InputParts, ORDERS, relaySource, surveyInput, TASK_YAML } from "../fake-sources.ts";
import { anError, aSource, aSubtask } from "../observations.ts";
import { aPlan } from "../samples.ts";
import type { GateCase } from "./gate-case.ts";
import { aFile } from "./replay-cases.ts";

type Row = readonly [
  name: string,
  gate: string,
  answer: GateCase["answer"],
  key: GateCase["key"],
  gates: GateCase["gates"],
  en: string,
];
const AWAY = notKnown("connect ECONNREFUSED");
const by =
  (surveyor: Surveyor, parts: InputParts = {}) =>
  async () =>
    (await surveyor(surveyInput(parts))).gates;

const dmSays = (entry: SourceObservation): Partial<DmCluster> => ({
  sourceStatus: async () => ({ kind: "answered", entries: [entry] }),
});
const subtaskIs = (parts: Parameters<typeof aSubtask>[0]): Partial<DmCluster> => dmSays(aSource([aSubtask(parts)]));
const SILENT: Partial<DmCluster> = { sourceStatus: async () => ({ kind: "not-known", why: "no master answers" }) };
const FILE_OF = { options: { file: "mysql-bin.004451" } };

const causing =
  (cause: Cause, parts: InputParts = {}) =>
  async () => [
    await causeGate({ facts: fakeSources(parts), cluster: "shop", target: ORDERS, signal: new AbortController().signal }, cause),
  ];

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

const TASK_ROWS: readonly Row[] = [
  [
    "somebody stopped the task",
    ...(["task", "fails", "gate-not-there"] as const),
    by(surveyStopStart, { dm: dmSays(aSource([])) }),
    "DM does not hold the task for this source any more: somebody stopped it.",
  ],
  [
    "DM does not answer: that it is gone is not said",
    ...(["task", "not-known", "gate-start-not-known"] as const),
    by(surveyResume, { dm: SILENT }),
    "Whether DM holds the task is not known (no master answers).",
  ],
  [
    "a person paused it meanwhile",
    ...(["task", "fails", "gate-person-paused"] as const),
    by(surveyStopStart, { dm: subtaskIs({ stage: "Paused", errors: [], isCanceled: true }) }),
    "Somebody paused it meanwhile; it is left to that person.",
  ],
  [
    "a start of what is there",
    ...(["task", "fails", "gate-there-already"] as const),
    by(surveyStart),
    "DM holds the task for this source already; there is nothing to start.",
  ],
  [
    "a start where the master does not tell",
    ...(["task", "not-known", "gate-start-not-known"] as const),
    by(surveyStart, { dm: { taskSources: async () => ({ kind: "not-known", why: "HTTP 502" }) } }),
    "Whether DM holds the task is not known (HTTP 502).",
  ],
  [
    "two files name the task",
    ...(["yaml", "fails", "gate-yaml-several"] as const),
    by(surveyStopStart, { file: { kind: "several", paths: ["a.yaml", "b.yaml"] } }),
    "Several configured files describe this task (a.yaml, b.yaml); keep one.",
  ],
  [
    "the file cannot be opened",
    ...(["yaml", "fails", "gate-yaml-unreadable"] as const),
    by(surveyStopStart, { file: { kind: "unreadable", path: "a.yaml", why: "EACCES" } }),
    "The task's YAML cannot be read: a.yaml: EACCES",
  ],
  [
    "the file is not what DM runs",
    ...(["yaml", "fails", "gate-yaml-drift"] as const),
    by(surveyStopStart, {
      file: { kind: "file", path: "a.yaml", text: TASK_YAML.replace("task-mode: incremental", "task-mode: all") },
    }),
    "The file differs from what DM runs in: task-mode. Bring them together first; I do not choose.",
  ],
  [
    "this DM offers no copy to compare the file with",
    ...(["yaml", "not-known", "gate-yaml-uncompared"] as const),
    by(surveyStopStart, { dm: { taskConfig: async () => ({ kind: "not-offered" }) } }),
    "The task's YAML comes from the configured files; this DM offers no copy to compare it with.",
  ],
  [
    "no file, and v1.0 hands out none",
    ...(["yaml", "fails", "gate-yaml-missing"] as const),
    by(surveyStopStart, { file: { kind: "none" }, dm: { taskConfig: async () => ({ kind: "not-offered" }) } }),
    "There is no YAML to start the task with: no configured file, and this DM offers no copy of it",
  ],
  [
    "no file, and nobody gave the password that DM masks",
    ...(["yaml", "fails", "gate-yaml-password"] as const),
    by(surveyStopStart, { file: { kind: "none" }, passwords: { downstream: null } }),
    "The gateway masks the target's password and the configuration gives no reference for it.",
  ],
  [
    "a start with it would throw the checkpoint away",
    ...(["yaml", "fails", "gate-yaml-remove-meta"] as const),
    by(surveyStart, {
      dm: { taskSources: async () => ({ kind: "gone" }), taskConfig: async () => ({ kind: "absent", why: "it holds none" }) },
      file: { kind: "file", path: "a.yaml", text: `${TASK_YAML}remove-meta: true\n` },
    }),
    "The YAML says remove-meta: true; starting with it would throw the checkpoint away.",
  ],
  [
    "the file uses settings that it defines nowhere",
    ...(["yaml", "fails", "gate-yaml-undefined"] as const),
    by(surveyStart, {
      dm: { taskSources: async () => ({ kind: "gone" }), taskConfig: async () => ({ kind: "absent", why: "it holds none" }) },
      file: { kind: "file", path: "a.yaml", text: `${TASK_YAML}    syncer-config-name: fast\n` },
    }),
    "The task's YAML uses syncers.fast and defines it nowhere: DM would refuse the start, and the task would stay stopped.",
  ],
  [
    "the file is of another source",
    ...(["yaml", "fails", "gate-yaml-source"] as const),
    by(surveyStart, {
      dm: { taskSources: async () => ({ kind: "gone" }), taskConfig: async () => ({ kind: "absent", why: "it holds none" }) },
      file: { kind: "file", path: "a.yaml", text: TASK_YAML.replace("source-id: s1", "source-id: s2") },
    }),
    "The task's YAML does not name source s1, so it could not be started there again.",
  ],
  [
    "the global row is fresh",
    ...(["checkpoint", "fails", "gate-checkpoint-fresh"] as const),
    by(surveyStopStart, { downstream: { globalCheckpoint: async () => ({ kind: "fresh" }) } }),
    "The global checkpoint is fresh, so a start would dump again or fall back to `meta`.",
  ],
  [
    "there is no global row",
    ...(["checkpoint", "fails", "gate-checkpoint-no-row"] as const),
    by(surveyStopStart, { downstream: { globalCheckpoint: async () => ({ kind: "no-row" }) } }),
    "The downstream has no global checkpoint row, so a start would dump again or fall back to `meta`.",
  ],
  [
    "there is no checkpoint table",
    ...(["checkpoint", "fails", "gate-checkpoint-no-table"] as const),
    by(surveyStopStart, { downstream: { globalCheckpoint: async () => ({ kind: "no-table" }) } }),
    "The downstream has no checkpoint table, so a start would dump again or fall back to `meta`.",
  ],
  [
    "nobody may look",
    ...(["checkpoint", "not-known", "gate-checkpoint-not-known"] as const),
    by(surveyStopStart, { downstream: null }),
    "Whether the global checkpoint exists is not known (no probe account is configured). Approving the plan accepts that.",
  ],
  [
    "the downstream refuses the task's password",
    ...(["login", "fails", "gate-login-refused"] as const),
    by(surveyStopStart, { downstream: { tryLogin: async () => ({ kind: "refused", why: "Access denied" }) } }),
    "The downstream refuses the task's login (Access denied); a start would be refused and the task left gone.",
  ],
  [
    "the downstream cannot be reached",
    ...(["login", "fails", "gate-login-unreachable"] as const),
    by(surveyStopStart, { downstream: { tryLogin: async () => ({ kind: "unreachable", why: "ECONNREFUSED" }) } }),
    "The downstream cannot be reached (ECONNREFUSED); a start would be refused and the task left gone.",
  ],
  [
    "no probe account is there to try it",
    ...(["login", "not-known", "gate-login-not-known"] as const),
    by(surveyStopStart, { downstream: null }),
    "The login cannot be tried: the YAML names no target or no probe is configured.",
  ],
  [
    "the password is encrypted for DM alone",
    ...(["login", "not-known", "gate-login-encrypted"] as const),
    by(surveyStart, {
      dm: { taskSources: async () => ({ kind: "gone" }), taskConfig: async () => ({ kind: "absent", why: "it holds none" }) },
      file: {
        kind: "file",
        path: "a.yaml",
        text: TASK_YAML.replace("password: secret", "password: /Q7B9DizNLLTTfiZHv9WoEAKamfpIUs="),
      },
      passwords: { downstream: null },
    }),
    "The password in the task's YAML is encrypted for DM and could not be tried (taskPassword in the configuration would let me).",
  ],
];

const CAUSE_ROWS: readonly Row[] = [
  [
    "the table is still missing",
    ...(["cause", "fails", "cause-not-mended"] as const),
    causing(
      { kind: "missing-table", table: "shop.orders" },
      { downstream: { tableExists: async () => ({ kind: "known", value: false }) } },
    ),
    "The cause is still there: table shop.orders is not there",
  ],
  [
    "no probe can look at a disk",
    ...(["cause", "not-known", "gate-cause-not-known"] as const),
    causing({ kind: "disk-full" }),
    "Whether the cause is mended cannot be seen from here (the worker's disk is not looked at). Approving the plan accepts that.",
  ],
];

const SOURCE_ROWS: readonly Row[] = [
  [
    "v1.0 knows no sources",
    ...(["source", "fails", "gate-v1-no-sources"] as const),
    by(surveyGtidSwitch, { generation: "v1.0" }),
    "DM v1.0 has no sources on its gateway, so it cannot be switched to GTIDs from here.",
  ],
  [
    "DM hands out no YAML of the source",
    ...(["source-yaml", "fails", "gate-source-yaml-missing"] as const),
    by(surveyGtidSwitch, { ...FILE_OF, dm: { sourceConfig: async () => ({ kind: "not-known", why: "HTTP 500" }) } }),
    "DM does not hand out the source's YAML (HTTP 500).",
  ],
  [
    "nobody gave the password that DM masks",
    ...(["source-login", "fails", "gate-source-password"] as const),
    by(surveyGtidSwitch, { ...FILE_OF, passwords: { source: null } }),
    "DM masks the source's password and the configuration gives no reference for it (sources.s1.password).",
  ],
  [
    "the source's login was changed on the upstream",
    ...(["source-login", "fails", "gate-source-login-fails"] as const),
    by(surveyGtidSwitch, { ...FILE_OF, upstream: { tryLogin: async () => ({ kind: "refused", why: "Access denied" }) } }),
    "The source's login fails on the upstream (Access denied); a start would be refused and the source left gone.",
  ],
  [
    "no probe account is there to try it",
    ...(["source-login", "not-known", "gate-login-not-known"] as const),
    by(surveyGtidSwitch, { ...FILE_OF, upstream: null }),
    "The login cannot be tried: the YAML names no target or no probe is configured.",
  ],
  [
    "relay workers are named, and only dmctl could take them away",
    ...(["road", "fails", "gate-relay-workers-stuck"] as const),
    by(surveyGtidSwitch, {
      ...FILE_OF,
      dm: {
        sourceStatus: async () => ({
          kind: "answered",
          entries: [aSource([aSubtask()]), { ...relaySource(), worker: "w2", subtasks: [] }],
        }),
      },
    }),
    "Workers are named for the source's relay (w2) and OpenAPI is off: run `stop-relay -s s1 w2` with dmctl first, then ask again.",
  ],
  [
    "a relay of v1.0 cannot be made anew from here",
    ...(["road", "fails", "gate-relay-road"] as const),
    by(surveyResetRelay, { generation: "v1.0", dm: dmSays(relaySource()) }),
    "Neither is OpenAPI on nor can the source be made anew (v1.0 has no sources on its gateway).",
  ],
  [
    "DM does not tell what runs on the source",
    ...(["task", "not-known", "gate-start-not-known"] as const),
    by(surveyGtidSwitch, { ...FILE_OF, dm: SILENT }),
    "Whether DM holds the task is not known (no master answers).",
  ],
  [
    "a finished task is still listed, so that the source cannot be stopped",
    ...(["unit", "fails", "gate-unit-finished"] as const),
    by(surveyGtidSwitch, {
      ...FILE_OF,
      dm: dmSays(aSource([aSubtask(), aSubtask({ task: "import", unit: "Load", stage: "Finished" })])),
    }),
    "import is finished, and DM still lists it for the source, which cannot be stopped so. Stop it (stop-task), then ask again.",
  ],
  [
    "nothing says which file",
    ...(["file", "fails", "gate-file-not-named"] as const),
    by(surveyGtidSwitch, {
      dm: subtaskIs({ progress: null }),
      upstream: { binlogFiles: async () => ({ kind: "known", value: [aFile(1, 500, true)] }) },
    }),
    "Nothing says which binlog file is meant: neither DM's error nor where it stands. Name it: --file mysql-bin.000123",
  ],
  [
    "nothing says which file is to be rewound to",
    ...(["file", "fails", "gate-file-not-named"] as const),
    by(surveyRewind, {
      dm: subtaskIs({ progress: null }),
      upstream: { binlogFiles: async () => ({ kind: "known", value: [aFile(1, 500, true)] }) },
    }),
    "Nothing says which binlog file is meant: neither DM's error nor where it stands. Name it: --file mysql-bin.000123",
  ],
  [
    "nothing says which file the relay fails on",
    ...(["file", "fails", "gate-file-not-named"] as const),
    by(surveyReplaceRelayFile, {
      dm: subtaskIs({ progress: null }),
      upstream: { binlogFiles: async () => ({ kind: "known", value: [aFile(1, 500, true)] }) },
    }),
    "Nothing says which binlog file is meant: neither DM's error nor where it stands. Name it: --file mysql-bin.000123",
  ],
  [
    "the global row stands inside a transaction",
    ...(["boundary", "fails", "gate-inside-transaction"] as const),
    by(surveyGtidSwitch, { ...FILE_OF, upstream: { eventTypeAt: async () => ({ kind: "known", value: "Write_rows_v1" }) } }),
    "The global checkpoint (mysql-bin.004451, 894) stands inside a transaction; its GTID set would skip the rest of it.",
  ],
  [
    "what begins there cannot be read",
    ...(["boundary", "not-known", "gate-boundary-not-known"] as const),
    by(surveyGtidSwitch, { ...FILE_OF, upstream: { eventTypeAt: async () => AWAY } }),
    "Whether the global checkpoint stands at the boundary of a transaction is not known (connect ECONNREFUSED). Approving the plan accepts that.",
  ],
];

const EMPTY_ROW: readonly Row[] = [
  [
    "no task runs on the source any more",
    ...(["task", "fails", "gate-not-there"] as const),
    by(surveyGtidSwitch, { ...FILE_OF, dm: dmSays(aSource([])) }),
    "DM does not hold the task for this source any more: somebody stopped it.",
  ],
];

const STATEMENT_ROWS: readonly Row[] = [
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

const ROWS_ROWS: readonly Row[] = [
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

const UNDO_ROWS: readonly Row[] = [
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

export const SURVEY_CASES: readonly GateCase[] = [
  ...[TASK_ROWS, CAUSE_ROWS, SOURCE_ROWS, EMPTY_ROW, STATEMENT_ROWS, ROWS_ROWS, UNDO_ROWS],
].flatMap((rows) => rows.map(([name, gate, answer, key, gates, en]) => ({ name, gate, answer, key, gates, en })));
