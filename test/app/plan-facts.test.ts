import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { type Bench, type BenchOptions, startBench } from "../support/engine.ts";

describe("the gates before a stop", () => {
  let bench: Bench;
  afterEach(() => bench.stop());
  const gates = async (options: BenchOptions): Promise<string[]> => {
    bench = await startBench(options);
    bench.dm.world.breakConnections("invalid-connection", "stop-start");
    return bench.plan("stop-start-task").then(
      (plan) => plan.gates.map(({ phrase }) => phrase.key),
      (error: Error) => [error.message],
    );
  };
  const file = (change: (yaml: string) => string): BenchOptions => ({
    taskFile: (yaml) => ({ kind: "file", path: "orders.yaml", text: change(yaml) }),
  });

  test("hold for the file that the task runs with", async () => {
    assert.deepEqual(await gates({}), ["gate-still-there", "gate-yaml-file", "gate-checkpoint-row", "gate-login-works"]);
  });

  test("refuse a file that drifted, that removes the meta, or that has the wrong password", async () => {
    for (const [change, why] of [
      [(yaml: string) => yaml.replace("task-mode: incremental", "task-mode: all"), "gate-yaml-drift"],
      [(yaml: string) => `${yaml}remove-meta: true\n`, "gate-yaml-remove-meta"],
      [(yaml: string) => yaml.replace("task-pw", "wrong"), "gate-login-refused"],
      [(yaml: string) => yaml.replace("source-id: s1", "source-id: s9"), "gate-yaml-drift"],
    ] as const) {
      assert.deepEqual(await gates(file(change)), [`refused: ${why}`]);
      await bench.stop();
    }
    bench = await startBench();
  });

  test("on v1.0, which keeps no copy, refuse a file that does not name the source", async () => {
    const without = file((yaml) => yaml.replace("source-id: s1", "source-id: s9"));

    assert.deepEqual(await gates({ version: "v1.0.7", ...without }), ["refused: gate-yaml-source"]);
  });

  test("try the configured password where the file's is encrypted for DM", async () => {
    const encrypted = file((yaml) => yaml.replace("task-pw", "VjX8cEeTX+qcvZ3bPaO4h0C80pe/1aU="));

    assert.ok((await gates(encrypted)).includes("gate-login-works"));
  });

  test("fill the password into DM's own copy where no file is there", async () => {
    assert.ok((await gates({ taskFile: "none" })).includes("gate-yaml-gateway"));
  });
});
