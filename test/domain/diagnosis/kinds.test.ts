import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "../../../src/domain/diagnosis/diagnose.ts";
import type { Observation, SourceObservation } from "../../../src/domain/observation/observation.ts";
import { anError, anObservation, aSource, aSubtask } from "../../support/observations.ts";

const told = (observation: Observation) =>
  diagnose(observation, { checkerOf: () => null, firstFailedAt: () => null }).map(({ kind, incident, confidence }) => ({
    kind,
    incident,
    confidence,
  }));
const kindOf = (source: SourceObservation): string => {
  const findings = told(anObservation([source]));
  assert.equal(findings.length, 1);
  return `${findings[0]!.kind}${findings[0]!.incident ? "!" : ""}`;
};
const failing = (...parameters: Parameters<typeof anError>) => aSource([aSubtask({ errors: [anError(...parameters)] })]);

/** [what DM said, what is concluded]; `!` marks an incident. */
const CASES: readonly (readonly [string, SourceObservation, string])[] = [
  ["a running subtask", aSource([aSubtask()]), "healthy"],
  ["a finished one", aSource([aSubtask({ stage: "Finished", unit: "Load" })]), "healthy"],
  ["one on its way", aSource([aSubtask({ stage: "Resuming" })]), "healthy"],
  ["a pause by a person", aSource([aSubtask({ stage: "Paused", errors: [], isCanceled: true })]), "paused-by-person"],
  [
    "a pause that nobody made and no error explains",
    aSource([aSubtask({ stage: "Paused", errors: [], isCanceled: false })]),
    "unknown!",
  ],
  ["a stage that no DM used before", aSource([aSubtask({ stage: "unknown", stageAsSaid: "Hibernating" })]), "unknown!"],
  ["a unit that no DM used before", aSource([aSubtask({ unit: "unknown", unitAsSaid: "Teleport" })]), "unknown!"],
  [
    "a downstream that refuses connections",
    failing(10001, "dial tcp 10.0.0.1:4000: connect: connection refused", { scope: "downstream" }),
    "downstream-unreachable!",
  ],
  [
    "an upstream whose name is not found",
    failing(36069, "dial tcp: lookup mysql: no such host", { scope: "upstream" }),
    "upstream-unreachable!",
  ],
  [
    "a dump that times out (it reads)",
    aSource([aSubtask({ unit: "Dump", errors: [anError(32001, "dial tcp 10.0.0.2:3306: i/o timeout")] })]),
    "upstream-unreachable!",
  ],
  [
    "a load that loses its network (it writes)",
    aSource([aSubtask({ unit: "Load", errors: [anError(34000, "dial tcp 10.0.0.1:4000: i/o timeout")] })]),
    "downstream-unreachable!",
  ],
  [
    "30029 in a subtask",
    failing(30029, "", { message: "event from 4 in mysql-bin.000003 diff from passed-in event" }),
    "binlog-over-4gib-suspected!",
  ],
  [
    "ERROR 1236",
    failing(36069, "ERROR 1236 (HY000): Could not find first log file name in binary log index file"),
    "binlog-over-4gib-suspected!",
  ],
  [
    "a checksum that does not match",
    failing(11038, "binlog checksum mismatch, data may be corrupted"),
    "binlog-over-4gib-suspected!",
  ],
  [
    "11106",
    failing(11106, "", { message: "the given relay log pos (mysql-bin.000003, 5) of meta config is too big" }),
    "binlog-over-4gib-suspected!",
  ],
  [
    "access denied",
    failing(10001, "Error 1045 (28000): Access denied for user 'dm'@'%'", { scope: "downstream" }),
    "access-denied!",
  ],
  ["a DDL that is refused", failing(44006, "[ddl:8200]Unsupported modify column"), "unsupported-ddl!"],
  [
    "a worker that cannot be asked",
    aSource([], { answered: false, message: "grpc request error", messageCodes: [38008] }),
    "worker-offline!",
  ],
  [
    "a source that no worker holds",
    aSource([aSubtask({ stage: "InvalidStage", unit: "InvalidUnit" })], {
      answered: false,
      worker: null,
      message: "can't find task=t from dm-worker for source=s1, please use dmctl list-member to check if worker is offline.",
    }),
    "worker-offline!",
  ],
  ["a source that fails for a reason of its own", aSource([], { answered: false, message: "something new" }), "unknown!"],
  [
    "a source that cannot ask its upstream",
    aSource([], {
      result: { isCanceled: false, errors: [anError(10001, "dial tcp 10.0.0.2:3306: connect: connection refused")] },
    }),
    "upstream-unreachable!",
  ],
  ["a source without a task", aSource([], { message: "no sub task started" }), "healthy"],
];

for (const [says, source, expected] of CASES) {
  test(`${says} is ${expected}`, () => {
    assert.equal(kindOf(source), expected);
  });
}

test("nothing is said with full confidence, and an unknown with little", () => {
  for (const [, source] of CASES)
    for (const { confidence, kind } of told(anObservation([source])))
      assert.ok(confidence < 1 && (kind !== "unknown" || confidence <= 0.2));
});

test("a relay that fails is a finding of its own beside its healthy subtask", () => {
  const relay = {
    source: "s1",
    worker: "w1",
    stage: "Paused" as const,
    stageAsSaid: "Paused",
    result: { isCanceled: false, errors: [anError(30029, "")] },
    masterPosition: null,
    relayPosition: null,
    subDirectory: "",
    caughtUp: false,
  };

  const findings = told(anObservation([aSource([aSubtask()], { relay })]));

  assert.deepEqual(
    findings.map(({ kind }) => kind),
    ["binlog-over-4gib-suspected", "healthy"],
  );
});

test("a paused relay whose reason the surface does not show is unknown, never called a person's pause", () => {
  const relay = {
    source: "s1",
    worker: "w1",
    stage: "Paused" as const,
    stageAsSaid: "Paused",
    result: null,
    masterPosition: null,
    relayPosition: null,
    subDirectory: "",
    caughtUp: false,
  };

  assert.deepEqual(
    told(anObservation([aSource([], { relay })])).map(({ kind, incident }) => [kind, incident]),
    [["unknown", true]],
  );
});
