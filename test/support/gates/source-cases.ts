import { surveyGtidSwitch } from "../../../src/app/survey/gtid-survey.ts";
import { surveyReplaceRelayFile, surveyResetRelay } from "../../../src/app/survey/relay-surveys.ts";
import { surveyRewind } from "../../../src/app/survey/rewind-survey.ts";
import { relaySource } from "../fake-sources.ts";
import { aSource, aSubtask } from "../observations.ts";
import { AWAY, by, dmSays, FILE_OF, type Row, SILENT, subtaskIs } from "./asked.ts";
import { aFile } from "./replay-cases.ts";

export const SOURCE_ROWS: readonly Row[] = [
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

export const EMPTY_ROW: readonly Row[] = [
  [
    "no task runs on the source any more",
    ...(["task", "fails", "gate-not-there"] as const),
    by(surveyGtidSwitch, { ...FILE_OF, dm: dmSays(aSource([])) }),
    "DM does not hold the task for this source any more: somebody stopped it.",
  ],
];
