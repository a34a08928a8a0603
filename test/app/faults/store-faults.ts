import assert from "node:assert/strict";
import { APPROVER } from "../../support/engine.ts";
import type { FaultCase } from "../../support/fault-case.ts";
import { TROUBLES } from "../../support/fault-case.ts";

const STOP_AND_START = ["PUT tasks 7", "POST tasks"];
const AGAIN = { as: "succeeded", says: /proved: it runs again/ } as const;
const COMMON = { trouble: "connection", ends: AGAIN, calls: STOP_AND_START } as const;

export const STORE_FAULTS: readonly FaultCase[] = [
  {
    ...COMMON,
    id: "store-full-before-stop",
    happens: "the store's disk is full when a stop's intent is to be stored",
    holds: "no call without a stored intent; the run stays as it is stored and goes on later",
    store: { says: "full", at: { step: "stop-task", is: "started" } },
  },
  {
    ...COMMON,
    id: "store-full-after-stop",
    happens: "the store's disk is full when the stop's outcome is to be stored",
    holds: "whoever goes on asks DM: the stop is not sent again",
    store: { says: "full", at: { step: "stop-task", is: "done" } },
  },
  {
    ...COMMON,
    id: "store-io-error-before-start",
    happens: "the store fails when a start's intent is to be stored",
    holds: "no call without a stored intent; whoever goes on starts the task",
    store: { says: "io-error", at: { step: "start-task", is: "started" } },
  },
  {
    ...COMMON,
    id: "store-io-error-after-start",
    happens: "the store fails when the start's outcome is to be stored",
    holds: "whoever goes on asks DM: the start is not sent again",
    store: { says: "io-error", at: { step: "start-task", is: "done" } },
  },
  {
    ...COMMON,
    id: "store-read-only-at-end",
    happens: "the store has become read-only when the run's end is to be stored",
    holds: "outcome, locks, audit and message change together or not at all: it ends once, later",
    store: { says: "read-only", at: "run-end" },
  },
  {
    ...COMMON,
    id: "store-keeps-no-yaml",
    happens: "the store cannot keep the task's YAML",
    holds: "nothing is stopped whose YAML is not kept: a person is called, and Go on keeps it",
    store: { says: "full", at: "kept-text" },
    ends: { as: "needs-person", left: "task-untouched", says: /disk is full/ },
    afterwards: { answer: "go-on", ends: AGAIN },
  },
  {
    ...COMMON,
    id: "store-loses-written-rows",
    happens: "the store cannot note the outcome of rewritten checkpoint rows",
    holds: "whoever goes on reads them: they are ours, and are not written again",
    trouble: "lost-row",
    store: { says: "full", at: { step: "rewrite-checkpoint", is: "done" } },
    ends: { as: "succeeded", says: /proved: it runs again/ },
    calls: ["PUT tasks 7", "PUT sources 3", "PUT sources 1", "POST tasks", ...STOP_AND_START],
  },
  {
    id: "store-full-at-vote",
    happens: "the store's disk is full when the deciding vote is to be stored",
    holds: "vote, run and locks become true together or not at all; the next press counts",
    async try(stage) {
      await TROUBLES.connection.prepare(stage);
      const plan = await stage.plan("stop-start-task");
      const vote = { plan: plan.id, digest: plan.digest, verdict: "approve", reason: "it is needed", person: APPROVER } as const;
      const insertFails = stage.decideOver({
        ...stage.store,
        transaction: (work) =>
          stage.store.transaction((tx) =>
            work({ ...tx, runs: { ...tx.runs, insert: () => Promise.reject(new Error("database or disk is full")) } }),
          ),
      });

      await assert.rejects(insertFails.decide({ ...vote, at: Date.now() }), /disk is full/);
      assert.deepEqual([await stage.store.runs.unfinished(), await stage.store.runs.locks()], [[], []]);
      assert.equal((await stage.store.plans.get(plan.id))?.state.kind, "open");

      assert.equal((await stage.decide.decide({ ...vote, at: Date.now() })).kind, "started");
      assert.equal((await stage.store.audit.about({ plan: plan.id }, 50)).filter(({ kind }) => kind === "run-started").length, 1);
    },
  },
];
