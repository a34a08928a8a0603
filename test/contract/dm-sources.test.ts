import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { stringify } from "yaml";
import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import { createDmCluster } from "../../src/adapters/dm/dm-cluster.ts";
import { createLog } from "../../src/adapters/log/log.ts";
import type { DmCluster, WriteOutcome } from "../../src/app/ports/dm.ts";
import { type Downstream, startDownstream } from "../../src/stand-ins/databases/downstream.ts";
import { type DmStandIn, startDmStandIn } from "../../src/stand-ins/dm/dm-stand-in.ts";

const signal = new AbortController().signal;
const within = 5_000;

describe("what the adapter writes to sources, relays and statements", () => {
  let downstream: Downstream;
  let dm: DmStandIn;
  let cluster: DmCluster;
  before(async () => {
    downstream = await startDownstream({ users: { task: "task-pw" } });
    const target = { host: "127.0.0.1", port: downstream.port, user: "task", password: "task-pw" };
    const yaml = stringify({
      name: "orders",
      "task-mode": "incremental",
      "target-database": target,
      "mysql-instances": [{ "source-id": "s1" }],
    });
    dm = await startDmStandIn({
      version: "v8.1.0",
      sources: [{ id: "s1", relay: true }],
      tasks: [yaml],
      downstream,
      letGoAfterMs: 0,
    });
    cluster = createDmCluster({
      ...{ name: "shop", masters: [dm.url], tls: null, readTimeoutMs: 2_000 },
      ...{ clock: systemClock, log: createLog("silent") },
    });
  });
  after(async () => {
    await dm.stop();
    await downstream.stop();
  });
  const codes = (outcome: WriteOutcome) => (outcome.kind === "refused" ? outcome.codes : outcome.kind);

  test("a source that still has a task is not stopped, and the code says so", async () => {
    assert.deepEqual(codes(await cluster.stopSource("s1", within, signal)), [46010]);
    assert.ok(dm.world.sources.has("s1"));
  });

  test("relay that the source's own setting switched on is switched off with an empty list of workers, not with none", async () => {
    assert.deepEqual(codes(await cluster.switchRelay({ source: "s1", on: false, workers: null }, within, signal)), [46031]);
    assert.equal(codes(await cluster.switchRelay({ source: "s1", on: false, workers: [] }, within, signal)), "accepted");
    assert.equal(dm.world.sources.get("s1")?.relay, null);
  });

  test("a source's settings are not changed while a task runs", async () => {
    const described = await cluster.describeSource("s1", signal);
    assert.equal(described.kind === "described" && described.description.enable_gtid, false);
    assert.deepEqual(codes(await cluster.updateSource("s1", { source_name: "s1", enable_gtid: true }, within, signal)), [46025]);
  });

  test("a source that DM does not know is absent; a move to a worker that is none is refused", async () => {
    assert.deepEqual(await cluster.describeSource("nope", signal), { kind: "absent" });
    assert.deepEqual(codes(await cluster.transferSource("s1", "nope", within, signal)), [46004]);
  });

  test("a skip where nothing failed is told as a refusal, though DM's top answer is true", async () => {
    const call = { task: "orders", source: "s1", how: "skip", position: null, statements: [] } as const;
    assert.deepEqual(await cluster.handleStatement(call, within, signal), {
      ...{ kind: "refused", said: "source 's1' has no error", codes: [] },
    });
  });

  test("stopped and started anew, a source reads by GTIDs", async () => {
    await cluster.operate({ task: "orders", sources: ["s1"], workers: null, op: "stop-7" }, within, signal);
    await dm.world.step();
    assert.equal(codes(await cluster.stopSource("s1", within, signal)), "accepted");
    const yaml = stringify({
      "source-id": "s1",
      "enable-gtid": true,
      from: { host: "127.0.0.1", port: 1, user: "dm", password: "x" },
    });
    assert.equal(codes(await cluster.startSource(yaml, within, signal)), "accepted");
    assert.equal(dm.world.sources.get("s1")?.readsByGtid, true);
  });

  test("a lost reply is unknown, and an OpenAPI that is off is told apart from a source that is not there", async () => {
    dm.faultNext({ matches: ({ path }) => path.endsWith("/transfer"), what: { kind: "lose-reply" } });
    assert.equal(codes(await cluster.transferSource("s1", "worker2", within, signal)), "unknown");
    for (const _ of [1, 2])
      dm.faultNext({
        matches: ({ path }) => path.startsWith("/api/v1/sources"),
        what: { kind: "raw", status: 404, text: "404 page not found" },
      });
    assert.deepEqual(await cluster.describeSource("s1", signal), { kind: "not-offered" });
  });
});
