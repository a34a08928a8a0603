import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startTask } from "../../../src/app/execute/start-task.ts";
import type { StepContext } from "../../../src/app/execute/step-action.ts";
import type { DmCluster } from "../../../src/app/ports/dm.ts";
import type { StartForm } from "../../../src/domain/plan/step-action.ts";
import { newRun } from "../../../src/domain/run/new-run.ts";
import type { StepState } from "../../../src/domain/run/run.ts";
import { fakeSources, ORDERS, TASK_YAML } from "../../support/fake-sources.ts";
import { aSource, aSubtask } from "../../support/observations.ts";
import { aPlan } from "../../support/samples.ts";

const facts = fakeSources();
const SAFE = facts.yaml.withSafeMode(TASK_YAML, "s1", null);
const copy = (yaml: string) => ({ taskConfig: async () => ({ kind: "config", yaml }) }) as Partial<DmCluster>;
const V1: Partial<DmCluster> = { taskConfig: async () => ({ kind: "not-offered" }) };
const HELD: Partial<DmCluster> = { taskSources: async () => ({ kind: "answered", sources: ["s1"] }) };
const DONE: StepState = { kind: "done", at: 1, proof: "", alreadySo: false, caveat: null };
const UNKNOWN: StepState = { kind: "unknown", at: 1, why: "" };

interface Parts {
  readonly form: StartForm;
  readonly dm: Partial<DmCluster>;
  readonly wasBegun?: boolean;
  /** How an earlier start in safe mode of the same run ended. */
  readonly before?: StepState;
}
function context({ form, dm, wasBegun = false, before }: Parts): StepContext {
  const start = (number: number, own: StartForm) =>
    ({ number, target: ORDERS, action: { kind: "start-task", form: own }, atMostSeconds: 60 }) as const;
  const run = newRun("R-1", aPlan("P-1", { targets: [ORDERS], steps: [start(1, "safe-mode"), start(2, form)] }), 0, 60);
  const steps = before ? [{ ...run.steps[0]!, state: before }, run.steps[1]!] : run.steps;
  return {
    ...{ run: { ...run, steps }, step: run.steps[1]!.step, facts, wasBegun, signal: new AbortController().signal },
    ...{ store: { kept: { get: async () => "sealed" } }, seal: { open: () => TASK_YAML }, timeoutMs: 1_000 },
    dm: { ...HELD, ...copy(TASK_YAML), sourceStatus: async () => ({ kind: "answered", entries: [aSource([])] }), ...dm },
  } as unknown as StepContext;
}

const MEANWHILE = "somebody started it meanwhile, ";
/** [situation, what is asked, "already", "not-yet" or why it cannot be known] */
const ASKED: readonly (readonly [string, Parts, string])[] = [
  ["the master does not list it", { form: "original", dm: { taskSources: async () => ({ kind: "gone" }) } }, "not-yet"],
  [
    "the master lists it for another source",
    { form: "original", dm: { taskSources: async () => ({ kind: "answered", sources: ["s2"] }) } },
    "not-yet",
  ],
  [
    "the master is silent",
    { form: "original", dm: { taskSources: async () => ({ kind: "not-known", why: "HTTP 502" }) } },
    "HTTP 502",
  ],
  ["it runs as it should", { form: "original", dm: {} }, "already"],
  ["it runs in safe mode as it should", { form: "safe-mode", dm: copy(SAFE) }, "already"],
  ["it runs without safe mode on rows that were set back", { form: "safe-mode", dm: {} }, `${MEANWHILE}without safe mode`],
  ["it runs in safe mode for good", { form: "original", dm: copy(SAFE) }, `${MEANWHILE}in safe mode`],
  [
    "v1.0 does not tell, and nobody of us started it",
    { form: "safe-mode", dm: V1 },
    `${MEANWHILE}and whether in safe mode DM does not tell`,
  ],
  ["v1.0 does not tell, and this step had begun", { form: "safe-mode", dm: V1, wasBegun: true }, "already"],
  ["v1.0 does not tell, and this run had started it so", { form: "safe-mode", dm: V1, before: DONE }, "already"],
  ["v1.0 does not tell, and a start of this run was not heard of", { form: "safe-mode", dm: V1, before: UNKNOWN }, "already"],
  ["v1.0, its original", { form: "original", dm: V1 }, "already"],
];

describe("whether a task is started already", () => {
  for (const [name, parts, expected] of ASKED)
    test(`${name}: ${expected}`, async () => {
      const answer = await startTask.ask(context(parts));
      assert.equal(answer.kind === "cannot-know" ? answer.why : answer.kind, expected);
    });
});

describe("a start", () => {
  test("is not sent while the worker still holds the old subtask", async () => {
    const lingering: Partial<DmCluster> = {
      sourceStatus: async () => ({ kind: "answered", entries: [aSource([aSubtask({ stage: "Stopping" })])] }),
      startTask: async () => assert.fail("it was sent"),
    };
    const outcome = await startTask.act(context({ form: "original", dm: lingering }));
    assert.deepEqual(outcome, { kind: "failed", why: "the worker has not let go of it yet (Stopping): go on in a moment" });
  });

  test("that DM refuses is told in DM's words, without the password", async () => {
    const refusing: Partial<DmCluster> = {
      taskSources: async () => ({ kind: "gone" }),
      startTask: async () => ({ kind: "refused", said: "check of dm_task:secret failed", codes: [26_005] }),
    };
    const outcome = await startTask.act(context({ form: "original", dm: refusing }));
    assert.deepEqual(outcome, { kind: "failed", why: "DM refused the start: check of dm_task:****** failed" });
  });

  test("that was taken and is not to be seen is no success", async () => {
    const taken: Partial<DmCluster> = {
      taskSources: async () => ({ kind: "gone" }),
      startTask: async () => ({ kind: "accepted", said: "" }),
    };
    const outcome = await startTask.act(context({ form: "original", dm: taken }));
    assert.deepEqual(outcome, { kind: "failed", why: "accepted, but the master does not list it" });
  });

  test("whose reply was lost is left to the question", async () => {
    const lost: Partial<DmCluster> = { startTask: async () => ({ kind: "unknown", why: "socket hang up" }) };
    assert.deepEqual(await startTask.act(context({ form: "original", dm: lost })), { kind: "unclear", why: "socket hang up" });
  });
});
