import { causeGate } from "../../../src/app/survey/cause-gate.ts";
import { surveyResume, surveyStart, surveyStopStart } from "../../../src/app/survey/task-surveys.ts";
import type { Cause } from "../../../src/domain/diagnosis/cause.ts";
import { fakeSources, type InputParts, ORDERS, TASK_YAML } from "../fake-sources.ts";
import { aSource } from "../observations.ts";
import { by, dmSays, type Row, SILENT, subtaskIs } from "./asked.ts";

const causing =
  (cause: Cause, parts: InputParts = {}) =>
  async () => [
    await causeGate({ facts: fakeSources(parts), cluster: "shop", target: ORDERS, signal: new AbortController().signal }, cause),
  ];

export const TASK_ROWS: readonly Row[] = [
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

export const CAUSE_ROWS: readonly Row[] = [
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
