import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "../../../src/domain/diagnosis/diagnose.ts";
import { masterUnreachable } from "../../../src/domain/diagnosis/master-unreachable.ts";
import type { SourceKnowledge } from "../../../src/domain/diagnosis/source-knowledge.ts";
import { advanceIncidents } from "../../../src/domain/incident/advance-incidents.ts";
import type { Incident } from "../../../src/domain/incident/incident.ts";
import { notKnown } from "../../../src/domain/observation/known.ts";
import type {
  Observation,
  RelayObservation,
  SourceObservation,
  SubtaskObservation,
} from "../../../src/domain/observation/observation.ts";
import { anError, anObservation, aSource, aSubtask, at, wellSubtask } from "../../support/observations.ts";

/** Plays one poll after another as the watch does, numbering incidents as the store would. */
function player(wellPollsToClose = 2) {
  let open: Incident[] = [];
  let now = 0;
  let numbers = 0;
  const underRepair = new Set<string>();
  const sourcesUnderRepair = new Set<string>();
  const sourcesTakenAway = new Set<string>();
  const closed: Incident[] = [];
  const apply = (observation: Observation | null, findings: ReturnType<typeof diagnose>): string[] => {
    now += 10_000;
    const changes = advanceIncidents({
      ...{ cluster: "shop", now, observation, findings, open },
      ...{ wellPollsToClose, underRepair, sourcesUnderRepair, sourcesTakenAway },
    });
    for (const change of changes) {
      if (change.kind === "opened") open.push({ ...change.incident, id: `I-${++numbers}` });
      else if (change.kind === "closed") {
        open = open.filter(({ id }) => id !== change.incident.id);
        closed.push(change.incident);
      } else open = open.map((incident) => (incident.id === change.incident.id ? change.incident : incident));
    }
    return changes.map((change) => change.kind);
  };
  return {
    apply,
    poll: (subtasks: readonly SubtaskObservation[], extra: Partial<Observation> = {}) => {
      const sources = Array.from(Map.groupBy(subtasks, ({ source }) => source).values(), (ofSource) => aSource(ofSource));
      const observation = anObservation(sources, { at: now, ...extra });
      return apply(observation, diagnose(observation, { checkerOf: () => null, firstFailedAt: () => null }));
    },
    mastersAway: () => apply(null, [masterUnreachable("shop", [{ master: "m1", why: "refused" }])]),
    open: () => open,
    ...{ underRepair, sourcesUnderRepair, sourcesTakenAway },
    closed,
    silence: (incident: Incident) => {
      open = open.map((one) =>
        one.id === incident.id
          ? { ...one, silenced: { by: "U1", until: 1e12, severity: one.severity, members: one.members.length } }
          : one,
      );
    },
  };
}

const refused = anError(10001, "dial tcp 127.0.0.1:4000: connect: connection refused", { scope: "downstream" });
const invalid = anError(10006, "invalid connection");
const gone = anError(10006, "Error 1366: Incorrect string value for column 'note'");

test("one incident keeps its number while its error changes three times", () => {
  const cluster = player();

  for (const error of [invalid, refused, gone]) cluster.poll([aSubtask({ errors: [error] })]);

  assert.deepEqual(
    cluster.open().map(({ id, kind, members }) => [id, kind, members.length]),
    [["I-1", "unknown", 1]],
  );
});

test("ten subtasks that lose the downstream are one incident with one root", () => {
  const cluster = player();

  cluster.poll(Array.from({ length: 10 }, (_, index) => aSubtask({ source: `s${index}`, errors: [refused] })));

  assert.deepEqual(
    cluster.open().map(({ root, members }) => [root.kind, members.length]),
    [["downstream", 10]],
  );
});

test("a second subtask with the same loss joins the first one's incident and makes the downstream its root", () => {
  const cluster = player();
  cluster.poll([aSubtask({ errors: [invalid] }), wellSubtask({ source: "s2" })]);
  assert.deepEqual(
    cluster.open().map(({ root }) => root.kind),
    ["subtask"],
  );

  cluster.poll([aSubtask({ errors: [invalid] }), aSubtask({ source: "s2", errors: [refused] })]);

  assert.deepEqual(
    cluster.open().map(({ id, root, members }) => [id, root.kind, members.length]),
    [["I-1", "downstream", 2]],
  );
});

test("unrelated troubles are two incidents", () => {
  const cluster = player();

  cluster.poll([
    aSubtask({ errors: [anError(44006, "Unsupported modify column")] }),
    aSubtask({ source: "s2", errors: [anError(36027, "column count mismatch")] }),
  ]);

  assert.equal(cluster.open().length, 2);
});

test("Running between two of DM's attempts closes nothing; moving on over several polls does", () => {
  const cluster = player(2);
  cluster.poll([aSubtask({ errors: [invalid] })]);
  cluster.poll([aSubtask()]);
  cluster.poll([aSubtask()]);
  cluster.poll([aSubtask()]);
  assert.equal(cluster.open().length, 1, "Running without moving is not well");
  cluster.poll([wellSubtask()]);
  cluster.poll([aSubtask({ errors: [invalid] })]);
  cluster.poll([wellSubtask()]);
  assert.equal(cluster.open().length, 1, "one good poll is not enough, and a failure begins anew");

  const last = cluster.poll([wellSubtask()]);

  assert.deepEqual(last, ["closed"]);
  assert.equal(cluster.closed[0]?.id, "I-1");
});

test("an incident of two closes when both are well", () => {
  const cluster = player(1);
  cluster.poll([aSubtask({ errors: [refused] }), aSubtask({ source: "s2", errors: [refused] })]);

  cluster.poll([wellSubtask(), aSubtask({ source: "s2", errors: [refused] })]);
  assert.equal(cluster.open().length, 1);
  cluster.poll([wellSubtask(), wellSubtask({ source: "s2" })]);

  assert.equal(cluster.open().length, 0);
});

test("a crashed worker whose subtasks DM does not list any more is one incident that stays until they run again", () => {
  const cluster = player(1);
  const observation = anObservation([
    aSource([], { worker: null, answered: false, message: "grpc request error", messageCodes: [38008] }),
  ]);
  const findings = diagnose(observation, { checkerOf: () => null, firstFailedAt: () => null });
  assert.deepEqual(
    findings.map(({ kind }) => kind),
    ["worker-offline"],
  );
  cluster.poll([], { sources: observation.sources });
  cluster.poll([], { sources: observation.sources });
  assert.deepEqual(
    cluster.open().map(({ id, kind }) => [id, kind]),
    [["I-1", "worker-offline"]],
  );

  cluster.poll([wellSubtask()]);

  assert.equal(cluster.open().length, 0);
});

test("masters that do not answer are one incident, and say nothing about the others", () => {
  const cluster = player(1);
  cluster.poll([aSubtask({ errors: [gone] })]);

  cluster.mastersAway();
  cluster.mastersAway();

  assert.deepEqual(
    cluster.open().map(({ kind }) => kind),
    ["unknown", "master-unreachable"],
  );
  cluster.poll([aSubtask({ errors: [gone] })]);
  assert.deepEqual(
    cluster.open().map(({ kind }) => kind),
    ["unknown"],
  );
});

test("a pause by a person opens nothing", () => {
  const cluster = player();

  cluster.poll([aSubtask({ stage: "Paused", errors: [], isCanceled: true })]);

  assert.deepEqual(cluster.open(), []);
});

test("a silence is broken by one more member", () => {
  const cluster = player();
  cluster.poll([aSubtask({ errors: [refused] })]);
  cluster.silence(cluster.open()[0]!);
  cluster.poll([aSubtask({ errors: [refused] })]);
  assert.notEqual(cluster.open()[0]?.silenced, null);

  cluster.poll([aSubtask({ errors: [refused] }), aSubtask({ source: "s2", errors: [refused] })]);

  assert.equal(cluster.open()[0]?.silenced, null);
});

test("a poll that shows the same as before changes nothing", () => {
  const cluster = player();
  cluster.poll([aSubtask({ errors: [gone] })]);

  assert.deepEqual(cluster.poll([aSubtask({ errors: [gone] })]), []);
});

test("two dumps whose connections broke have not lost the downstream: a dump reads the upstream", () => {
  const cluster = player();
  const dumps = ["s1", "s2"].map((source) => aSubtask({ source, unit: "Dump", errors: [invalid] }));

  cluster.poll(dumps);

  assert.deepEqual(
    cluster.open().map(({ root }) => root.kind),
    ["subtask", "subtask"],
  );
});

const failingRelay: RelayObservation = {
  ...{ source: "s1", worker: "w1", stage: "Paused", stageAsSaid: "Paused", caughtUp: false },
  ...{ relayPosition: at(4_200_000), masterPosition: at(500, 4), subDirectory: "0-101.000001" },
  result: { isCanceled: false, errors: [anError(30029, "event from 4203966 in mysql-bin.000003 diff from passed-in event")] },
};

test("an incident whose plan is being carried out does not close between two steps, however well its units look", () => {
  const cluster = player(1);
  cluster.poll([aSubtask({ errors: [invalid] })]);
  cluster.underRepair.add("I-1");

  cluster.poll([wellSubtask()]);
  cluster.poll([wellSubtask()]);
  assert.equal(cluster.open().length, 1);
  cluster.underRepair.clear();
  cluster.poll([wellSubtask()]);

  assert.equal(cluster.closed[0]?.id, "I-1");
});

test("a relay that failed and was switched off for good does not hold its incident open, nor does a silent source close it", () => {
  const cluster = player(2);
  const source = (parts: Partial<SourceObservation>) => ({ sources: [aSource([wellSubtask()], parts)] });
  cluster.poll([], source({ relay: failingRelay }));
  assert.deepEqual(
    cluster.open().map(({ root }) => root.kind),
    ["relay"],
  );

  cluster.poll([], source({ answered: false, relay: null }));
  cluster.poll([], source({ answered: false, relay: null }));
  cluster.poll([], source({ relay: null }));
  assert.equal(cluster.closed.length, 0);
  cluster.poll([], source({ relay: null }));

  assert.equal(cluster.closed[0]?.id, "I-1");
});

const warned: SourceKnowledge = {
  ...{ at: 0, server: notKnown("not asked"), gtid: notKnown("not asked"), readsByGtid: false, rows: new Map(), relayFalls: [] },
  files: { kind: "known", value: [{ name: "mysql-bin.000003", number: 3, sizeBytes: 4_600_000_000, isActive: false }] },
};
const pollWarned = (cluster: ReturnType<typeof player>, relay: RelayObservation | null) => {
  const observation = anObservation([aSource([wellSubtask()], { relay })]);
  const context = { checkerOf: () => null, firstFailedAt: () => null, knowledgeOf: () => warned };
  return cluster.apply(observation, diagnose(observation, context));
};

test("a relay that fails on the large file that was warned of joins the warning's incident", () => {
  const cluster = player();

  pollWarned(cluster, null);
  pollWarned(cluster, failingRelay);

  assert.deepEqual(
    cluster.open().map(({ id, root, kind, members }) => [id, root.kind, kind, members.length]),
    [["I-1", "binlog", "binlog-over-4gib", 2]],
  );
});

test("a repair that replays a large file is not warned of it; without a repair it is", () => {
  const cluster = player();
  cluster.sourcesUnderRepair.add("s1");

  pollWarned(cluster, null);
  assert.deepEqual(cluster.open(), []);
  cluster.sourcesUnderRepair.clear();
  pollWarned(cluster, null);

  assert.deepEqual(
    cluster.open().map(({ kind }) => kind),
    ["binlog-over-4gib-ahead"],
  );
});

test("a worker that our own run stopped calls nobody; one that stays away after it does", () => {
  const cluster = player();
  const away = aSource([], { worker: null, answered: false, message: "grpc request error", messageCodes: [38008] });
  cluster.sourcesTakenAway.add("s1");

  cluster.poll([], { sources: [away] });
  assert.deepEqual(cluster.open(), []);
  cluster.sourcesTakenAway.clear();
  cluster.poll([], { sources: [away] });

  assert.deepEqual(
    cluster.open().map(({ kind }) => kind),
    ["worker-offline"],
  );
});

test("a relay that pulls a file over 4 GiB again is not well in it, however far it comes; in the next file it is", () => {
  const cluster = player(2);
  const at900 = { ...failingRelay, relayPosition: at(900) };
  const running = (position: number, file = 3): RelayObservation => ({
    ...failingRelay,
    ...{ stage: "Running", stageAsSaid: "Running", result: null, relayPosition: at(position, file) },
  });
  const poll = (relay: RelayObservation) => cluster.poll([], { sources: [aSource([wellSubtask()], { relay })] });
  poll(at900);

  for (const position of [1_000_000, 2_000_000, 3_000_000, 4_000_000]) poll(running(position));
  assert.deepEqual(
    cluster.open().map(({ id, kind }) => [id, kind]),
    [["I-1", "binlog-over-4gib-suspected"]],
  );
  poll(running(5, 4));
  poll(running(700, 4));

  assert.equal(cluster.closed[0]?.id, "I-1");
});
