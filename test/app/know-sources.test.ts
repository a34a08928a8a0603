import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { known } from "../../src/domain/observation/known.ts";
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

test("GTIDs that are set but not in force are no reading by GTID: rows may be missing all the same", {
  timeout: 60_000,
}, async () => {
  bench = await startRowsBench({ flavor: "mysql", policy: { lookAtBinlogsSeconds: 1 } });
  const source = bench.source();
  // An update of the source's settings alone: its worker goes on with those that it has in memory.
  source.config = { ...source.config, enableGtid: true };
  await bench.writeHuge();
  await bench.until("the file is passed", () => bench.isPast(2));

  await bench.watch.pollAnew("shop", bench.signal);

  assert.deepEqual(
    (await bench.store.records.list("rows-suspicion")).map(({ file, task }) => [file, task]),
    [["mysql-bin.000002", "orders"]],
  );
  const rewind = await bench.plan("rewind-sync-checkpoint");
  assert.ok(
    rewind.warnings.some(({ key }) => key === "warn-rewind-loses"),
    JSON.stringify(rewind.warnings),
  );
});

test("a task without a checkpoint row is told when two looks saw none", { timeout: 60_000 }, async () => {
  bench = await startRowsBench();
  await bench.watch.pollAnew("shop", bench.signal);
  const kinds = () => bench.watch.latest("shop").findings.map(({ kind }) => kind);
  Object.assign(bench.facts.databases.get("shop")!.downstream!, { checkpointRows: async () => known([]) });

  await bench.watch.pollAnew("shop", bench.signal);
  assert.deepEqual(kinds(), ["healthy"]);
  await bench.watch.pollAnew("shop", bench.signal);
  assert.deepEqual(kinds(), ["checkpoint-missing"]);
});

test("a table of another schema is not missing: where nothing says the schema, nothing is said", {
  timeout: 60_000,
}, async () => {
  bench = await startRowsBench();
  const own = bench.facts.clusters.get("shop")!;
  // What the probe says of a table that is not there.
  Object.assign(bench.facts.databases.get("shop")!.downstream!, { checkpointRows: async () => known([]) });
  Object.assign(bench.facts.taskFiles, { yamlOf: async () => ({ kind: "none" }) });
  Object.assign(own, { taskConfig: async () => ({ kind: "not-offered" }) });

  for (let look = 0; look < 3; look++) await bench.watch.pollAnew("shop", bench.signal);

  assert.ok(
    bench.watch.latest("shop").findings.every(({ kind }) => kind !== "checkpoint-missing"),
    JSON.stringify(bench.watch.latest("shop").findings),
  );
});
