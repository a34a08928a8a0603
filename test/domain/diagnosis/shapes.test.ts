import assert from "node:assert/strict";
import { test } from "node:test";
import { readSavedAnswers } from "../../../src/adapters/dm/saved-answer.ts";
import { diagnoseAnswers } from "../../../src/cli/diagnose-answers.ts";

// Written by hand after dm-facts §1 to §3 and §6: shapes that no recording holds.

const error = (ErrCode: number, RawCause: string, parts: object = {}) => ({
  ErrCode,
  ErrClass: "database",
  ErrScope: "not-set",
  ErrLevel: "high",
  Message: "",
  RawCause,
  Workaround: "",
  ...parts,
});
const result = (errors: readonly object[], isCanceled = false) => ({ isCanceled, errors, detail: null });
const SYNC = {
  totalEvents: "9",
  masterBinlog: "(mysql-bin.000001, 1501)",
  syncerBinlog: "(mysql-bin|000001.000001, 4)",
  blockingDDLs: [] as string[],
  unresolvedGroups: [] as object[],
  synced: false,
  binlogType: "local",
  secondsBehindMaster: "0",
  conflictMsg: "",
};
const subtask = (parts: object = {}) => ({
  name: "t",
  stage: "Running",
  unit: "Sync",
  result: null,
  unresolvedDDLLockID: "",
  sync: SYNC,
  validation: null,
  ...parts,
});
const failed = (errors: readonly object[], parts: object = {}) => subtask({ stage: "Paused", result: result(errors), ...parts });
const element = (subTaskStatus: readonly object[], parts: object = {}, status: object = {}) => ({
  result: true,
  msg: "",
  sourceStatus: { source: "s1", worker: "w1", result: null, relayStatus: null, ...status },
  subTaskStatus,
  ...parts,
});
const v2 = (...sources: readonly object[]) => ({ result: true, msg: "", sources });
const of = (...subtasks: readonly object[]) => v2(element(subtasks));
const withRelay = (parts: object) =>
  v2(
    element(
      [],
      {},
      {
        relayStatus: {
          masterBinlog: "(mysql-bin.000005, 916)",
          relayBinlog: "(mysql-bin.000005, 4)",
          relaySubDir: "u.000001",
          relayCatchUpMaster: false,
          stage: "Paused",
          result: null,
          ...parts,
        },
      },
    ),
  );
const v1 = (...subTaskStatus: readonly object[]) => ({
  result: true,
  workers: [{ result: true, worker: "10.0.0.1:8262", sourceID: "s1", subTaskStatus }],
});
const failedV1 = (inner: object, unit = "Sync") => v1({ name: "t", stage: "Paused", unit, result: { errors: [inner] } });
const STACK =
  "\ngithub.com/pingcap/dm/pkg/terror.(*Error).Delegate\n\t/home/jenkins/pkg/terror/terror.go:271\nruntime.goexit\n\t/usr/local/go/src/runtime/asm_amd64.s:1337";
const openapi = (parts: object) => ({
  total: 1,
  data: [
    { name: "t", source_name: "s1", worker_name: "w1", stage: "Paused", unit: "Sync", unresolved_ddl_lock_id: "", ...parts },
  ],
});
const INVALID = error(10006, "invalid connection", { Message: "execute statement failed: commit" });
const REFUSED = error(10001, "dial tcp 10.0.0.1:4000: connect: connection refused", { ErrScope: "downstream" });
const OFFLINE =
  "[code=38029:class=dm-master:scope=internal:level=high], Message: s1 relevant worker-client not found, Workaround: Please use list-member.";

/** [what DM said, its answer, "what kind retries playbook" of each finding; `!` marks an incident]. */
const CASES: readonly (readonly [string, object, readonly string[]])[] = [
  [
    "a dump whose only words are the FAQ's, under the code of every failed dump",
    of(failed([error(32001, "invalid connection")], { unit: "Dump" })),
    ["t invalid-connection! false resume-task"],
  ],
  [
    "a dump under a database's code",
    of(failed([error(10003, "invalid connection")], { unit: "Dump" })),
    ["t invalid-connection! null resume-task"],
  ],
  ["a broken and a refused connection: nobody is there", of(failed([INVALID, REFUSED])), ["t downstream-unreachable! true null"]],
  [
    "a broken connection and a broken pipe",
    of(failed([INVALID, error(10006, "write: broken pipe")])),
    ["t invalid-connection! true null"],
  ],
  [
    "the upstream's stream that broke",
    of(failed([error(36069, "connection was bad", { ErrScope: "upstream" })])),
    ["t upstream-unreachable! true null"],
  ],
  [
    "11038 with any words",
    of(failed([error(11038, "get event err EOF, need 19 but got 5")])),
    ["t binlog-over-4gib-suspected! false null"],
  ],
  ["1062 in the cause", of(failed([error(10006, "Error 1062 (23000): Duplicate entry '1'")])), ["t duplicate-entry! false null"]],
  ["a sharding conflict of v2 (36062)", of(failed([error(36062, "")])), ["t unknown! true null"]],
  [
    "a sharding conflict of v1.0 (36062)",
    failedV1({ error: { ErrCode: 36062, ErrClass: 11, Message: "conflict" } }),
    ["t unknown! false null"],
  ],
  [
    "failed, then paused by a person",
    of(subtask({ stage: "Paused", result: result([INVALID], true) })),
    ["t failed-then-stopped-by-person! false null"],
  ],
  [
    "Paused without a result: made anew by a worker that started again",
    of(subtask({ stage: "Paused" })),
    ["t paused-by-person false null"],
  ],
  ["Paused, not by a person, and no error", of(failed([])), ["t unknown! null null"]],
  [
    "shards that wait for a DDL",
    of(subtask({ unresolvedDDLLockID: "t-`a`.`b`", sync: { ...SYNC, blockingDDLs: ["ALTER"] } })),
    ["t healthy null null"],
  ],
  [
    "shards whose DDLs contradict each other",
    of(subtask({ sync: { ...SYNC, conflictMsg: "conflict of DDLs" } })),
    ["t unknown! null null"],
  ],
  [
    "validation that is well",
    of(subtask({ validation: { stage: "Running", result: null, errorRowsStatus: "new/ignored/resolved: 0/2/1" } })),
    ["t healthy null null"],
  ],
  [
    "validation that found rows",
    of(subtask({ validation: { stage: "Running", result: null, errorRowsStatus: "new/ignored/resolved: 3/0/0" } })),
    ["t unknown! null null"],
  ],
  [
    "validation that failed",
    of(subtask({ validation: { stage: "Stopped", result: result([INVALID]), errorRowsStatus: "" } })),
    ["t unknown! null null"],
  ],
  ["a relay that cannot go on (30001)", withRelay({ result: result([error(30001, "")]) }), ["s1 unknown! false null"]],
  [
    "a relay whose upstream refuses",
    withRelay({ result: result([error(30015, "dial tcp 10.0.0.2:3306: connect: connection refused")]) }),
    ["s1 upstream-unreachable! true null"],
  ],
  [
    "a relay that meets 1236",
    withRelay({
      result: result([error(30015, "ERROR 1236 (HY000): Could not find first log file name in binary log index file")]),
    }),
    ["s1 binlog-over-4gib-suspected! true null"],
  ],
  ["a relay that a person paused", withRelay({ result: result([], true) }), ["s1 paused-by-person false null"]],
  [
    "a worker that cannot be asked, named by its source",
    v2(
      element([], { result: false, msg: "[code=38008:class=dm-master:scope=internal:level=high], Message: grpc request error" }),
    ),
    ["s1 worker-offline! null null"],
  ],
  [
    "no worker, and no status that names the source",
    v2({ result: false, msg: OFFLINE, sourceStatus: null, subTaskStatus: [] }),
    ["s1 worker-offline! null null"],
  ],
  ["no worker, through OpenAPI", openapi({ stage: "", unit: "", error_msg: OFFLINE }), ["t worker-offline! null null"]],
  ["no worker, at the top of the answer", { result: false, msg: OFFLINE, sources: [] }, ["s1 worker-offline! null null"]],
  [
    "a worker of v1.0 that cannot be asked, with a stack trace and no result",
    {
      result: true,
      workers: [
        { worker: "10.0.0.1:8262", msg: `[code=38008:class=dm-master:scope=internal:level=high] grpc request error${STACK}` },
      ],
    },
    ["null worker-offline! null null"],
  ],
  [
    "a source that says false beside a running subtask",
    v2(element([subtask()], { result: false, msg: "something new" })),
    ["s1 unknown! null null", "t healthy null null"],
  ],
  [
    "bad connection of v1.0 that is only text",
    failedV1({
      Type: "ExecSQL",
      msg: `[code=10002:class=database:scope=downstream:level=medium] database driver: driver: bad connection${STACK}`,
    }),
    ["t bad-connection! false stop-start-task"],
  ],
  [
    "bad connection of v1.0 in Load",
    failedV1(
      {
        error: {
          ErrCode: 10002,
          ErrClass: 1,
          ErrScope: 2,
          Message: "database driver: driver: bad connection",
          RawCause: "driver: bad connection",
        },
      },
      "Load",
    ),
    ["t bad-connection! false resume-task"],
  ],
  [
    "a task that a worker of v1.0 does not hold",
    v1({ name: "t", msg: "no sub task with name t has started" }),
    ["t unknown! null null"],
  ],
  [
    "errors that OpenAPI of v6.0 flattened without codes",
    openapi({ error_msg: "execute statement failed: begin: invalid connection\n" }),
    ["t invalid-connection! true null"],
  ],
  [
    "the same mixed with one that DM never resumes",
    openapi({ error_msg: "begin: invalid connection\ncommit: Error 1062: Duplicate entry '1'\n" }),
    ["t duplicate-entry! false null"],
  ],
  [
    "a relay that OpenAPI shows paused, without why",
    { total: 1, data: [{ source_name: "s1", worker_name: "w1", relay_status: { stage: "Paused" } }] },
    ["s1 unknown! null null"],
  ],
  [
    "query-error of v1.0",
    {
      result: true,
      workers: [
        {
          result: true,
          worker: "w",
          sourceID: "s1",
          subTaskError: [{ name: "t", stage: "Paused", unit: "Sync", sync: { errors: [] } }],
          RelayError: {
            msg: `[code=30029:class=relay-unit:scope=internal:level=high] event from 4 in mysql-bin.000003 diff from passed-in event${STACK}`,
          },
        },
      ],
    },
    ["s1 binlog-over-4gib-suspected! false null", "t paused-by-person false null"],
  ],
  [
    "query-error of v2.0's pre-releases",
    {
      result: true,
      sources: [
        {
          result: true,
          msg: "",
          sourceError: { source: "s1", worker: "w1", RelayError: { msg: "" } },
          subTaskError: [
            {
              name: "t",
              stage: "Paused",
              unit: "Sync",
              sync: {
                errors: [
                  { msg: "[code=10003:class=database:scope=downstream:level=medium] database driver: invalid connection" },
                ],
              },
            },
          ],
        },
      ],
    },
    ["t invalid-connection! true null"],
  ],
  ["a subtask that is no object", of(subtask(), "x" as unknown as object), ["s1 unknown! null null", "t healthy null null"]],
  ["a relay status that is no object", v2(element([], {}, { relayStatus: "x" })), ["s1 unknown! null null"]],
  ["subtasks that are no list", v2(element("x" as unknown as object[])), ["s1 unknown! null null"]],
  [
    "a source that is no object",
    v2(element([subtask()]), "x" as unknown as object),
    ["t healthy null null", "null unknown! null null"],
  ],
  ["a source with nothing that DM says", v2({ a: 1 }), ["null unknown! null null"]],
  ["a result that is no object", of(subtask({ result: "x" })), ["t unknown! true null"]],
  [
    "an error that is only text",
    of(subtask({ stage: "Paused", result: { isCanceled: false, errors: ["invalid connection"] } })),
    ["t invalid-connection! true null"],
  ],
  [
    "OpenAPI's list with a task that has no status",
    { total: 2, data: [...openapi({ stage: "Running" }).data, { name: "u" }] },
    ["t healthy null null", "null unknown! null null"],
  ],
  [
    "a master without a leader",
    {
      result: false,
      msg: "[code=38043:class=dm-master:scope=internal:level=high], Message: master is not leader, and can't forward request to leader",
      sources: [],
    },
    ["null master-unreachable! null null"],
  ],
  [
    "the same in place of the summary",
    { result: false, msg: "[code=38043:class=dm-master:scope=internal:level=high]", tasks: [] },
    ["null master-unreachable! null null"],
  ],
  [
    "a gateway that finds its master gone",
    { code: 14, message: "all SubConns are in TransientFailure, latest connection error: refused", details: [] },
    ["null master-unreachable! null null"],
  ],
  [
    "a task that v1.0 does not know",
    { msg: "task t has no workers or not exist, can try `refresh-worker-tasks` cmd first" },
    ["t unknown! null null"],
  ],
  [
    "a task that OpenAPI does not know",
    {
      error_msg: "[code=46018:class=scheduler:scope=internal:level=medium], Message: task with name t not exist",
      error_code: 46018,
    },
    ["t unknown! null null"],
  ],
  [
    "the summary",
    {
      result: true,
      tasks: [
        { taskName: "t", taskStatus: "Resuming" },
        { taskName: "u", taskStatus: "Error - Relay status is Paused. Please run `query-status u`" },
        { taskName: "p", taskStatus: "Paused" },
      ],
    },
    ["t healthy null null", "u unknown! null null", "p paused-by-person null null"],
  ],
];

for (const [says, answer, expected] of CASES) {
  test(`${says}: ${expected.join(" and ")}`, () => {
    const saved = readSavedAnswers(JSON.stringify(answer), 1_000);

    assert.equal(saved.kind, "answers");
    const findings = saved.kind === "answers" ? diagnoseAnswers(saved.answers) : [];
    assert.deepEqual(
      findings.map(
        ({ task, source, kind, incident, dmRetriesByItself, advice }) =>
          `${task ?? source} ${kind}${incident ? "!" : ""} ${dmRetriesByItself} ${advice.playbook}`,
      ),
      expected,
    );
  });
}

test("evidence names the place in the answer that was given", () => {
  const places = (
    [of(failed([INVALID])), openapi({ error_msg: "invalid connection" }), failedV1({ msg: "invalid connection" })] as const
  ).map((answer) => {
    const saved = readSavedAnswers(JSON.stringify(answer), 1);
    return saved.kind === "answers" ? diagnoseAnswers(saved.answers)[0]!.evidence[0]!.from : "";
  });

  assert.deepEqual(places, ["subTaskStatus.result.errors[0]", "data[].error_msg", "subTaskStatus.result.errors[0]"]);
});
