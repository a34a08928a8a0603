import assert from "node:assert/strict";
import type { ProposeRequest } from "../../src/app/propose.ts";
import type { PlaybookId } from "../../src/domain/diagnosis/finding.ts";
import type { Run } from "../../src/domain/run/run.ts";
import { mortalStore } from "./mortal-store.ts";
import { type RowsBench, type RowsBenchOptions, startRowsBench } from "./rows-bench.ts";

/** One playbook's run, to be killed at each of its writes. */
export interface Mortal {
  readonly playbook: PlaybookId;
  readonly options?: RowsBenchOptions;
  readonly request?: Partial<ProposeRequest>;
  /** Brings the trouble about that the playbook is for. */
  prepare(bench: RowsBench): Promise<Partial<ProposeRequest> | undefined>;
  /** What must be true at the end, however often a process died on the way. */
  check(bench: RowsBench, run: Run): Promise<void>;
}

/**
 * A whole run first, its writes counted; then one run for each write, in which the process dies right before or right after it and
 * another process goes on. Each must end as the whole one did: same state, same calls, nothing twice.
 */
export async function dieEverywhere(mortal: Mortal): Promise<number> {
  const whole = await one(mortal, Number.POSITIVE_INFINITY, "after");
  assert.ok(whole.writes >= 4, `only ${whole.writes} writes: the gaps were not tried`);
  for (let at = 1; at <= whole.writes; at++)
    for (const when of ["before", "after"] as const) {
      const died = await one(mortal, at, when);
      assert.deepEqual([died.state, died.calls], [whole.state, whole.calls], `death ${when} write ${at}: ${died.steps}`);
    }
  return whole.writes;
}

async function one({ playbook, options, prepare, check }: Mortal, dieAt: number, when: "before" | "after") {
  const bench = await startRowsBench({ speed: 400, pollMs: 8, ...options });
  try {
    const request = (await prepare(bench)) ?? {};
    const before = bench.writes().length;
    const id = await bench.approvedRun(playbook, request);
    const store = mortalStore(bench.store, dieAt, when);
    await bench.executorOver(store.store).goOn(bench.signal);
    await bench.until("the first process is done", async () => store.isDead() || (await ended(bench, id)), 30_000);
    const run = await bench.finish(id);
    const where = `death ${when} write ${dieAt} of ${playbook}: ${JSON.stringify(run.state)}`;
    await assert.doesNotReject(check(bench, run), where);
    assert.deepEqual(await bench.store.runs.locks(), [], where);
    const endings = (await bench.store.audit.about({ run: id }, 200)).filter(({ kind }) => kind === "run-ended");
    assert.equal(endings.length, 1, where);
    return {
      writes: store.writes(),
      state: run.state.kind,
      calls: bench.writes().slice(before),
      steps: run.steps.map(({ step, state }) => `${step.action.kind} ${state.kind}`).join(", "),
    };
  } finally {
    await bench.end();
  }
}

const ended = async ({ store }: RowsBench, id: string): Promise<boolean> => (await store.runs.get(id))!.state.kind !== "running";
