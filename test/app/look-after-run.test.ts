import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { type RowsBench, startRowsBench } from "../support/rows-bench.ts";

let bench: RowsBench;
afterEach(() => bench.end());

test("after a run its source is looked at anew, however rarely it is looked at otherwise", { timeout: 90_000 }, async () => {
  bench = await startRowsBench({ relay: true, policy: { lookAtBinlogsSeconds: 3_600 } });
  const kinds = () => bench.watch.latest("shop").findings.map(({ kind }) => kind);
  await bench.writeHuge();
  await bench.until("a row arrives", async () => (await bench.ids()).includes(2));
  await bench.poll();
  assert.ok(kinds().includes("binlog-over-4gib-ahead"), kinds().join());

  const id = await bench.approvedRun("switch-to-gtid");
  await bench.poll();
  const run = await bench.finish(id);
  await bench.poll();

  assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
  // A look from before the switch would say that the file was read by position.
  assert.deepEqual(await bench.store.records.list("rows-suspicion"), []);
  assert.ok(
    kinds().every((kind) => kind === "healthy"),
    kinds().join(),
  );
});
