import type { CallFault } from "../../../src/stand-ins/dm/dm-stand-in.ts";
import type { FaultCase, FaultStage } from "../../support/fault-case.ts";

type What = CallFault["what"];
const onCall =
  (method: string, path: string, what: What) =>
  ({ dm }: FaultStage): void =>
    dm.faultNext({ matches: (call) => call.method === method && call.path.startsWith(`/apis/v1alpha1/${path}`), what });
const stop = (what: What) => onCall("PUT", "tasks/", what);
const start = (what: What) => onCall("POST", "tasks", what);
const said = (json: object, takesEffect: boolean): What => ({
  kind: "raw",
  status: 200,
  text: JSON.stringify(json),
  takesEffect,
});
const page = (status: number, takesEffect: boolean): What => ({
  ...{ kind: "raw", status, takesEffect },
  text: "<html><h1>upstream timed out</h1></html>",
});
/** A call's time-out becomes a second. */
const IMPATIENT = { policy: { leaseSeconds: 5 } };
const STOP_AND_START = ["PUT tasks 7", "POST tasks"];
const AGAIN = { as: "succeeded", says: /proved: it runs again/ } as const;
const NOT_KNOWN = { as: "needs-person", left: "not-known", says: /WAITS FOR A PERSON.*could not be found out/ } as const;
const GONE = { as: "needs-person", left: "task-gone", says: /THE TASK DOES NOT EXIST/ } as const;

const source =
  (op: number, what: What) =>
  ({ dm }: FaultStage): void =>
    dm.faultNext({
      matches: ({ method, path, body }) =>
        method === "PUT" && path.startsWith("/apis/v1alpha1/sources") && (body as { op?: number }).op === op,
      what,
    });
const onRelay =
  (word: "enable" | "disable", what: What) =>
  ({ dm }: FaultStage): void =>
    dm.faultNext({ matches: ({ method, path }) => method === "POST" && path.endsWith(`/relay/${word}`), what });
const SWITCH = ["PUT tasks 7", "PUT sources 3", "PUT sources 1", "POST tasks", ...STOP_AND_START];
const NO_SOURCE = { as: "needs-person", left: "source-gone", says: /WAITS FOR A PERSON.*source is not in DM now/ } as const;

const SOURCE_FAULTS: readonly FaultCase[] = [
  {
    id: "dm-source-stop-reply-lost",
    happens: "DM takes a source away from its worker and the reply is lost",
    holds: "DM is asked: it lists the source no more; nothing is sent again",
    ...{ trouble: "lost-row", fault: source(3, { kind: "lose-reply" }), ends: AGAIN, calls: SWITCH },
  },
  {
    id: "dm-source-start-reply-lost",
    happens: "DM gives the source to a worker and the reply is lost",
    holds: "DM is asked: the source is there with the settings that were wanted; nothing is sent again",
    ...{ trouble: "lost-row", fault: source(1, { kind: "lose-reply" }), ends: AGAIN, calls: SWITCH },
  },
  {
    id: "dm-source-start-not-received",
    happens: "the connection is cut before DM has read that the source is to be made anew",
    holds: "loud: the source is not in DM now; Go on makes it",
    ...{ trouble: "lost-row", fault: source(1, { kind: "drop" }), ends: NO_SOURCE, afterwards: { answer: "go-on", ends: AGAIN } },
    calls: SWITCH,
  },
  {
    id: "dm-source-start-refused",
    happens: "DM refuses to make the source anew, and a person says Put back",
    holds: "loud: the source is not in DM now; source and task are made as they were",
    ...{ trouble: "lost-row", fault: source(1, said({ result: false, msg: "Access denied for user", sources: [] }, false)) },
    ends: { ...NO_SOURCE, says: /source is not in DM now.*Access denied/ },
    afterwards: { answer: "put-back", ends: { as: "failed", left: "task-running", says: /was put back/ } },
    calls: [...SWITCH.slice(0, 3), "PUT sources 1", "POST tasks"],
    rows: [1, 2, 200, 202],
  },
  {
    id: "dm-end-of-safe-mode-refused",
    happens: "DM refuses the start that ends safe mode",
    holds: "loud: the task does not exist; Go on starts it with its own YAML",
    trouble: "lost-row",
    at: { step: "watch-past-file", is: "done", happen: ({ world }) => world.refuseNextStart("GTID state purged") },
    ...{ ends: GONE, afterwards: { answer: "go-on", ends: AGAIN }, calls: [...SWITCH, "POST tasks"] },
  },
  {
    id: "dm-relay-off-reply-lost",
    happens: "DM switches a relay off and the reply is lost",
    holds: "DM is asked; the relay is switched off once and on once",
    ...{ trouble: "old-relay", fault: onRelay("disable", { kind: "lose-reply" }) },
    ends: { as: "succeeded", says: /./ },
    calls: ["POST sources", "POST sources"],
  },
  {
    id: "dm-relay-on-not-received",
    happens: "the connection is cut before DM has read that the relay is to be switched on again",
    holds: "a person is told that the relay is off; Go on switches it on",
    ...{ trouble: "old-relay", fault: onRelay("enable", { kind: "drop" }) },
    ends: { as: "needs-person", left: "relay-off", says: /relay of the source is switched off/ },
    afterwards: { answer: "go-on", ends: { as: "succeeded", says: /./ } },
    calls: ["POST sources", "POST sources"],
  },
  {
    id: "dm-skip-reply-lost",
    happens: "DM notes that a DDL is to be skipped and the reply is lost",
    holds: "the statement is skipped once, and the row behind it arrives",
    ...{ trouble: "refused-ddl", fault: onCall("PUT", "errors", { kind: "lose-reply" }) },
    ends: { as: "succeeded", says: /./ },
    calls: ["PUT errors 1"],
  },
];

const TASK_FAULTS: readonly FaultCase[] = [
  {
    id: "dm-stop-not-received",
    happens: "the connection is cut before DM has read the stop",
    holds: "the stop is not seen, so a person is called; Go on asks again and sends it once",
    ...{ trouble: "connection", fault: stop({ kind: "drop" }), ends: NOT_KNOWN, afterwards: { answer: "go-on", ends: AGAIN } },
    calls: STOP_AND_START,
  },
  {
    id: "dm-stop-reply-lost",
    happens: "DM stops the task and the reply is lost",
    holds: "DM is asked, the stop is not sent again",
    ...{ trouble: "connection", fault: stop({ kind: "lose-reply" }), ends: AGAIN, calls: STOP_AND_START },
  },
  {
    id: "dm-stop-half-reply",
    happens: "DM stops the task and half of the reply arrives",
    holds: "half of an answer says nothing: DM is asked",
    ...{ trouble: "connection", fault: stop({ kind: "half" }), ends: AGAIN, calls: STOP_AND_START },
  },
  {
    id: "dm-stop-hangs",
    happens: "DM stops the task and never answers",
    holds: "the call ends with its time-out, DM is asked",
    ...{ trouble: "connection", options: IMPATIENT, fault: stop({ kind: "hang" }), ends: AGAIN, calls: STOP_AND_START },
  },
  {
    id: "dm-stop-504-after",
    happens: "DM stops the task, and what stands between answers 504",
    holds: "the code is not believed: DM is asked",
    ...{ trouble: "connection", fault: stop(page(504, true)), ends: AGAIN, calls: STOP_AND_START },
  },
  {
    id: "dm-stop-503-before",
    happens: "what stands between answers 503 and DM gets no stop",
    holds: "the stop is not seen, so a person is called; Put back changes nothing",
    ...{ trouble: "connection", fault: stop(page(503, false)), ends: NOT_KNOWN },
    afterwards: {
      answer: "put-back",
      ends: { as: "failed", left: "task-untouched", says: /was put back.*Nothing was changed/ },
    },
    ...{ calls: ["PUT tasks 7"], task: "Paused" },
  },
  {
    id: "dm-stop-refused",
    happens: "DM answers 200 with result false to the stop",
    holds: "the run ends, nothing was changed, DM's words are told",
    ...{ trouble: "connection", fault: stop(said({ result: false, msg: "the leader is changing" }, false)) },
    ends: { as: "failed", left: "task-untouched", says: /the leader is changing/ },
    ...{ calls: ["PUT tasks 7"], task: "Paused" },
  },
  {
    id: "dm-stop-false-but-done",
    happens: "DM answers 200 with result false and has stopped the task",
    holds: "the answer is not believed: the master lists it no more, so it is started again",
    ...{ trouble: "connection", fault: stop(said({ result: false, msg: "context deadline exceeded" }, true)) },
    ...{ ends: AGAIN, calls: STOP_AND_START },
  },
  {
    id: "dm-stop-true-but-not-done",
    happens: "DM answers result true to the stop and does nothing",
    holds: "the answer is not believed: the master still lists it; the run ends, nothing was changed",
    ...{ trouble: "connection", fault: stop(said({ result: true, msg: "", sources: [] }, false)) },
    ends: { as: "failed", left: "task-untouched", says: /still lists/ },
    ...{ calls: ["PUT tasks 7"], task: "Paused" },
  },
  {
    id: "dm-stop-not-json",
    happens: "DM stops the task and the answer is JSON of another shape",
    holds: "the answer is not believed: DM is asked",
    ...{ trouble: "connection", fault: stop(said({ tasks: [1, 2] }, true)), ends: AGAIN, calls: STOP_AND_START },
  },
  {
    id: "dm-start-not-received",
    happens: "the connection is cut before DM has read the start",
    holds: "loud: the task does not exist; Go on starts it",
    ...{ trouble: "connection", fault: start({ kind: "drop" }), ends: GONE, afterwards: { answer: "go-on", ends: AGAIN } },
    calls: STOP_AND_START,
  },
  {
    id: "dm-start-reply-lost",
    happens: "DM starts the task and the reply is lost",
    holds: "DM is asked, the start is not sent again",
    ...{ trouble: "connection", fault: start({ kind: "lose-reply" }), ends: AGAIN, calls: STOP_AND_START },
  },
  {
    id: "dm-start-half-reply",
    happens: "DM starts the task and half of the reply arrives",
    holds: "half of an answer says nothing: DM is asked",
    ...{ trouble: "connection", fault: start({ kind: "half" }), ends: AGAIN, calls: STOP_AND_START },
  },
  {
    id: "dm-start-hangs",
    happens: "DM starts the task and never answers",
    holds: "the call ends with its time-out, DM is asked",
    ...{ trouble: "connection", options: IMPATIENT, fault: start({ kind: "hang" }), ends: AGAIN, calls: STOP_AND_START },
  },
  {
    id: "dm-start-500-after",
    happens: "DM starts the task, and the answer is 500",
    holds: "the code is not believed: DM is asked",
    ...{ trouble: "connection", fault: start(page(500, true)), ends: AGAIN, calls: STOP_AND_START },
  },
  {
    id: "dm-start-refused",
    happens: "the precheck refuses the start",
    holds: "loud: the task does not exist, DM's reason; Go on starts it once the reason is gone",
    ...{ trouble: "connection", fault: ({ world }) => world.refuseNextStart("GTID state purged") },
    ends: { ...GONE, says: /THE TASK DOES NOT EXIST.*GTID state purged/ },
    ...{ afterwards: { answer: "go-on", ends: AGAIN }, calls: [...STOP_AND_START, "POST tasks"] },
  },
  {
    id: "dm-start-refused-put-back",
    happens: "the precheck refuses the start, and a person says Put back",
    holds: "the task is started with its own YAML",
    ...{ trouble: "connection", fault: ({ world }) => world.refuseNextStart("GTID state purged"), ends: GONE },
    afterwards: { answer: "put-back", ends: { as: "failed", left: "task-running", says: /was put back/ } },
    calls: [...STOP_AND_START, "POST tasks"],
  },
  {
    id: "dm-start-refused-for-the-source",
    happens: "DM answers result true to the start and false for its source",
    holds: "each part of the answer counts: loud, and Go on starts it",
    ...{ trouble: "connection", options: { version: "v5.3.0" } },
    fault: ({ world }) => world.refuseNextStart("subtask exists", "per-source"),
    ...{ ends: GONE, afterwards: { answer: "go-on", ends: AGAIN }, calls: ["PUT tasks 1", "POST tasks", "POST tasks"] },
  },
  {
    id: "dm-start-true-but-not-done",
    happens: "DM answers result true to the start and does nothing",
    holds: "the answer is not believed: loud, and Go on starts it",
    ...{ trouble: "connection", fault: start(said({ result: true, msg: "", sources: [] }, false)), ends: GONE },
    ...{ afterwards: { answer: "go-on", ends: AGAIN }, calls: [...STOP_AND_START, "POST tasks"] },
  },
  {
    id: "dm-resume-reply-lost",
    happens: "DM resumes the task and the reply is lost",
    holds: "the task is seen to run; no second resume",
    ...{ trouble: "moment", fault: stop({ kind: "lose-reply" }), ends: AGAIN, calls: ["PUT tasks 3"] },
  },
  {
    id: "dm-resume-true-but-not-done",
    happens: "DM answers result true to the resume and does nothing",
    holds: "taken is not held: the run ends as not proved",
    ...{ trouble: "moment", options: { policy: { verifySeconds: 1 } } },
    fault: stop(said({ result: true, msg: "", sources: [] }, false)),
    ends: { as: "failed", says: /not proved within 1 s/ },
    ...{ calls: ["PUT tasks 3"], task: "Paused" },
  },
  {
    id: "dm-worker-holds-on",
    happens: "the worker does not let go of the stopped task in time",
    holds: "nothing is started over it: loud; Go on waits again, then starts",
    ...{ trouble: "connection", options: { letGoAfterMs: 1e12, policy: { waitUntilGoneSeconds: 1 } } },
    ends: { ...GONE, says: /within 1 s: the worker still lists it/ },
    afterwards: {
      async mend(stage) {
        for (const subtask of stage.world.subtasks.values()) Object.assign(subtask, { goneAt: stage.world.now() });
        await stage.until("it let go", () => stage.subtask() === null);
      },
      ...{ answer: "go-on", ends: AGAIN },
    },
    calls: STOP_AND_START,
  },
  {
    id: "dm-hangs-in-wait",
    happens: "the master takes the question whether the worker has let go, and never answers",
    holds: "the wait ends with its own time; what was seen last is told, and Go on waits again",
    ...{ trouble: "connection", options: { letGoAfterMs: 1_200_000, policy: { waitUntilGoneSeconds: 1 } } },
    fault: ({ dm }) => {
      const wasStopped = () => dm.calls.some(({ method }) => method === "PUT");
      let looks = 0;
      dm.faultNext({
        matches: ({ method, path }) => method === "GET" && path.includes("?sources=") && wasStopped() && ++looks === 4,
        what: { kind: "hang" },
      });
    },
    ends: { ...GONE, says: /within 1 s: the worker still lists it/ },
    afterwards: {
      mend: (stage) => stage.until("it let go", () => stage.subtask() === null),
      ...{ answer: "go-on", ends: AGAIN },
    },
    calls: STOP_AND_START,
  },
  {
    id: "dm-master-gone-after-stop",
    happens: "the master's process dies right after the stop",
    holds: "loud: the task does not exist; Go on, once a master answers, starts it",
    trouble: "connection",
    at: { step: "stop-task", is: "done", happen: ({ dm }) => dm.masterDies() },
    ends: GONE,
    afterwards: { mend: ({ dm }) => dm.masterReturns(), answer: "go-on", ends: AGAIN },
    calls: STOP_AND_START,
  },
  {
    id: "dm-master-silent-before-stop",
    happens: "the master answers nothing for the whole check before the first step",
    holds: "what cannot be read is not taken for unchanged: the run ends, nothing was changed",
    trouble: "connection",
    fault: ({ dm }) => dm.masterDies(),
    ends: { as: "failed", left: "task-untouched", says: /Nothing was changed.*cannot be read now/ },
    calls: [],
    task: "Paused",
  },
  {
    id: "dm-worker-dies-after-start",
    happens: "the worker dies after the start",
    holds: "the start is no proof: the run ends as not proved",
    trouble: "connection",
    options: { policy: { verifySeconds: 1 }, freeWorkers: 0 },
    at: { step: "start-task", is: "done", happen: ({ world }) => world.crashWorker("worker1") },
    ends: { as: "failed", says: /not proved within 1 s/ },
    calls: STOP_AND_START,
  },
];

export const DM_FAULTS: readonly FaultCase[] = [...TASK_FAULTS, ...SOURCE_FAULTS];
