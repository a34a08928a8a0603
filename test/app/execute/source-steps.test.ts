import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  startSource,
  stopSource,
  switchRelay,
  transferSource,
  updateSource,
  verifyRelay,
} from "../../../src/app/execute/source-steps.ts";
import type { StepContext, StepRoutine } from "../../../src/app/execute/step-action.ts";
import type { DmCluster, WriteOutcome } from "../../../src/app/ports/dm.ts";
import type { Target } from "../../../src/domain/plan/plan.ts";
import type { StepAction } from "../../../src/domain/plan/step-action.ts";
import { newRun } from "../../../src/domain/run/new-run.ts";
import { fakeSources, relaySource, SOURCE_YAML } from "../../support/fake-sources.ts";
import { anError, aRelay, aSource, aSubtask, at } from "../../support/observations.ts";
import { aPlan } from "../../support/samples.ts";

const SOURCE: Target = { task: null, source: "s1", unit: "InvalidUnit" };
const WITH_GTIDS = SOURCE_YAML.replace("enable-gtid: false", "enable-gtid: true");
const yaml = (text: string): Partial<DmCluster> => ({ sourceConfig: async () => ({ kind: "config", yaml: text }) });
const GONE: Partial<DmCluster> = { sourceConfig: async () => ({ kind: "absent", why: "it is not there" }) };
const NO_CONFIG: Partial<DmCluster> = { sourceConfig: async () => ({ kind: "not-known", why: "HTTP 502" }) };
const status = (...entries: ReturnType<typeof aSource>[]): Partial<DmCluster> => ({
  sourceStatus: async () => ({ kind: "answered", entries }),
});
const SILENT: Partial<DmCluster> = { sourceStatus: async () => ({ kind: "not-known", why: "no master answers" }) };
const worker = (name: string) => aSource([aSubtask()], { worker: name });
const dead = aSource([], { answered: false, message: "grpc request error", worker: "w1" });
const described = (enable_gtid: boolean): Partial<DmCluster> => ({
  describeSource: async () => ({ kind: "described", description: { enable_gtid } }),
});

function context(action: StepAction, dm: Partial<DmCluster>): StepContext {
  const ended = new AbortController();
  let slept = 0;
  const step = { number: 1, target: SOURCE, action, atMostSeconds: 60 };
  return {
    ...{
      step,
      run: newRun("R-1", aPlan("P-1", { targets: [SOURCE], steps: [step] }), 0, 60),
      facts: fakeSources(),
      wasBegun: false,
    },
    ...{
      signal: ended.signal,
      timeoutMs: 1_000,
      pollMs: 1,
      store: { kept: { get: async () => "sealed" } },
      seal: { open: () => SOURCE_YAML },
    },
    // Its own time is over after a few polls.
    clock: { now: () => 0, monotonic: () => 0, sleep: async () => (++slept > 5 ? ended.abort() : undefined) },
    dm: { ...yaml(SOURCE_YAML), ...status(worker("w1")), ...dm },
  } as unknown as StepContext;
}

const START = { kind: "start-source", settings: { gtid: true, relay: false } } as const;
const ORIGINAL = { kind: "start-source", settings: { gtid: null, relay: null } } as const;
const OFF = { kind: "switch-relay", on: false, workers: ["w1"] } as const;
const ON = { kind: "switch-relay", on: true, workers: ["w1"] } as const;
const MOVE = { kind: "transfer-source", worker: "w2" } as const;
const UPDATE = { kind: "update-source", settings: { gtid: true, relay: null } } as const;

/** [step, what DM shows, "already", "not-yet" or why it cannot be known] */
const ASKED: readonly (readonly [StepRoutine, StepAction, string, Partial<DmCluster>, string])[] = [
  [stopSource, { kind: "stop-source" }, "it is there", {}, "not-yet"],
  [stopSource, { kind: "stop-source" }, "DM lists it no more", GONE, "already"],
  [stopSource, { kind: "stop-source" }, "DM is silent", NO_CONFIG, "HTTP 502"],
  [
    stopSource,
    { kind: "stop-source" },
    "v1.0",
    { sourceConfig: async () => ({ kind: "not-offered" }) },
    "this DM hands out no source's YAML",
  ],
  [startSource, START, "it is gone", GONE, "not-yet"],
  [startSource, START, "it is there with its new settings, bound", yaml(WITH_GTIDS), "already"],
  [
    startSource,
    START,
    "it is there with its new settings, bound to nobody yet",
    { ...yaml(WITH_GTIDS), ...status({ ...dead, worker: null }) },
    "not-yet",
  ],
  [startSource, START, "it is there, and who has it is not known", { ...yaml(WITH_GTIDS), ...SILENT }, "no master answers"],
  [
    startSource,
    START,
    "it is there with its old settings",
    {},
    "the source is there, but it has enable-gtid: false: somebody made it meanwhile",
  ],
  [startSource, ORIGINAL, "it is there as it was", {}, "already"],
  [
    startSource,
    ORIGINAL,
    "it is there with the other settings",
    yaml(WITH_GTIDS),
    "the source is there, but it has enable-gtid: true: somebody made it meanwhile",
  ],
  [
    startSource,
    ORIGINAL,
    "its relay was left off",
    yaml(SOURCE_YAML.replace("enable-relay: false", "enable-relay: true")),
    "the source is there, but it has enable-relay: true: somebody made it meanwhile",
  ],
  [transferSource, MOVE, "it is where it was", {}, "not-yet"],
  [transferSource, MOVE, "it is there already", status(worker("w2")), "already"],
  [transferSource, MOVE, "where it is is not known", SILENT, "no master answers"],
  [transferSource, MOVE, "DM does not know it", GONE, "DM does not list the source"],
  [switchRelay, OFF, "a relay is listed", status(relaySource()), "not-yet"],
  [switchRelay, OFF, "no relay is listed", {}, "already"],
  [switchRelay, OFF, "the worker does not answer, so no relay shows", status(dead), "grpc request error"],
  [switchRelay, OFF, "one worker does not answer, the other shows a relay", status(dead, relaySource()), "not-yet"],
  [switchRelay, OFF, "DM is silent", SILENT, "no master answers"],
  [switchRelay, ON, "a relay is listed", status(relaySource()), "already"],
  [switchRelay, ON, "no relay is listed", {}, "not-yet"],
  [switchRelay, ON, "the worker does not answer", status(dead), "grpc request error"],
  [updateSource, UPDATE, "OpenAPI says it is so", described(true), "already"],
  [updateSource, UPDATE, "OpenAPI says it is not", described(false), "not-yet"],
  [updateSource, UPDATE, "OpenAPI is off", { describeSource: async () => ({ kind: "not-offered" }) }, "not-offered"],
];

describe("whether a step on a source is done already", () => {
  for (const [routine, action, name, dm, expected] of ASKED)
    test(`${action.kind}${"on" in action ? (action.on ? " on" : " off") : ""}, ${name}: ${expected}`, async () => {
      const answer = await routine.ask(context(action, dm));
      assert.equal(answer.kind === "cannot-know" ? answer.why : answer.kind, expected);
    });
});

/** One sample after the other, the last one for ever. */
const samples = (...relays: readonly (Parameters<typeof aRelay>[0] | null)[]): Partial<DmCluster> => {
  let at = 0;
  return {
    sourceStatus: async () => {
      const relay = relays[Math.min(at++, relays.length - 1)]!;
      return {
        kind: "answered",
        entries: [aSource([aSubtask()], { relay: relay === null ? null : aRelay({ caughtUp: false, ...relay }) })],
      };
    },
  };
};
const pulls = (file: number, position: number, caughtUp = false) => ({ relayPosition: at(position, file), caughtUp });
const RELAY_FAILS = {
  stage: "Paused" as const,
  result: { isCanceled: false, errors: [anError(30_015, "ERROR 1236")] },
  relayPosition: at(4, 4),
};
const VERIFIED: readonly (readonly [string, string | null, Partial<DmCluster>, RegExp])[] = [
  ["it moves", null, samples(pulls(3, 4), pulls(3, 90), pulls(3, 900), pulls(4, 4)), /^done/],
  ["it has caught up and stands still", null, samples(pulls(3, 900, true)), /^done/],
  ["it stands still behind its upstream", null, samples(pulls(3, 900)), /^failed the relay does not run and move/],
  [
    "it turns on its file",
    null,
    samples(pulls(3, 900), pulls(3, 4), pulls(3, 800), pulls(3, 4), pulls(3, 700), pulls(3, 4)),
    /^failed/,
  ],
  ["it fails", null, samples(RELAY_FAILS), /^failed the relay does not run and move .*ERROR 1236/],
  ["there is none", null, samples(null), /^failed .*DM lists no relay for the source/],
  ["it is past the file", "mysql-bin.000003", samples(pulls(4, 4)), /^done/],
  [
    "it is not past the file",
    "mysql-bin.000003",
    samples(pulls(3, 900, true)),
    /^failed the relay is not past mysql-bin\.000003/,
  ],
];

describe("the proof of a relay", () => {
  for (const [name, past, dm, expected] of VERIFIED)
    test(`${name}: ${expected.source.slice(1, 50)}`, async () => {
      const ended = await verifyRelay.act(context({ kind: "verify-relay", past }, dm));
      assert.match(`${ended.kind} ${"why" in ended ? ended.why : ""}`, expected);
    });
});

const accepted: WriteOutcome = { kind: "accepted", said: "" };
/** [what DM answers to the call, what it shows afterwards, how the step ends] */
const ACTED: readonly (readonly [string, WriteOutcome, Partial<DmCluster>, RegExp])[] = [
  ["taken, and it shows", accepted, GONE, /^done/],
  ["taken, and it never shows", accepted, {}, /^unclear DM took it, but it is not to be seen/],
  ["taken, and DM is silent", accepted, NO_CONFIG, /^unclear HTTP 502/],
  ["refused", { kind: "refused", said: "tasks are running", codes: [46_010] }, {}, /^failed tasks are running/],
  ["refused, and it is so all the same", { kind: "refused", said: "source not found", codes: [46_005] }, GONE, /^done/],
  ["its reply was lost", { kind: "unknown", why: "socket hang up" }, GONE, /^unclear socket hang up/],
];

describe("what DM answers to a write is not believed", () => {
  for (const [name, outcome, dm, expected] of ACTED)
    test(`a stop of the source, ${name}: ${expected.source.slice(1, 30)}`, async () => {
      const ended = await stopSource.act(context({ kind: "stop-source" }, { ...dm, stopSource: async () => outcome }));
      assert.match(`${ended.kind} ${"why" in ended ? ended.why : ""}`, expected);
    });
});
