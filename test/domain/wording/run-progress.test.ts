import assert from "node:assert/strict";
import { test } from "node:test";
import type { Run } from "../../../src/domain/run/run.ts";
import { runMessage } from "../../../src/domain/wording/run-message.ts";
import { aPlan } from "../../support/samples.ts";

const GIB = 1024 ** 3;

function replaying(rate: number | null): Run {
  const plan = aPlan("P-1");
  const at = "Running at mysql-bin.000002, 900";
  const progress = { done: GIB, total: 4 * GIB, unit: "bytes" as const, rate, at };
  const step = {
    ...{ number: 1, target: { task: "t", source: "s", unit: "Sync" as const }, atMostSeconds: 60 },
    action: { kind: "watch-past-file" as const, file: "mysql-bin.000002", sizeBytes: 4 * GIB },
  };
  return {
    ...{ id: "R-1", plan, startedAt: 0, deadlineAt: 1, state: { kind: "running" }, puttingBack: null, version: 0 },
    steps: [{ step, state: { kind: "started", at: 0, attempt: 1, fence: 1, progress } }],
  } as unknown as Run;
}
const labels = (run: Run) => runMessage(run, "en").blocks.flatMap((block) => (block.kind === "progress" ? [block.label] : []));

test("how far a replay is comes before the steps, in bytes, rate and time left", () => {
  assert.deepEqual(labels(replaying(GIB / 2)), ["25% · 1.0 GiB / 4.0 GiB · 512.0 MiB/s · left 6s", "0 / 1 steps"]);
  assert.deepEqual(labels(replaying(null)), ["25% · 1.0 GiB / 4.0 GiB", "0 / 1 steps"]);
  assert.equal(runMessage(replaying(null), "en").blocks[0]?.kind, "progress");
});
