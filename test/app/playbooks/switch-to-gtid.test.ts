import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { NO_OPTIONS } from "../../../src/domain/plan/plan.ts";
import { proofOf, type RowsBench, type RowsBenchOptions, startRowsBench, took } from "../../support/rows-bench.ts";

let bench: RowsBench;
const start = async (options?: RowsBenchOptions): Promise<void> => {
  bench = await startRowsBench(options);
  await bench.writeHuge();
};
const passed = () => bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
const ABOUT = { options: { ...NO_OPTIONS, file: "mysql-bin.000002" } };
const BY_GATEWAY = ["PUT tasks 7", "PUT sources 3", "PUT sources 1", "POST tasks", "PUT tasks 7", "POST tasks"];
afterEach(() => bench.end());

describe("switch-to-gtid", { timeout: 170_000 }, () => {
  test("brings a lost row back where DM is past the file already: all rows to its head with its previous set", async () => {
    await start();
    await passed();
    assert.deepEqual(await bench.ids(), [1, 2, 200, 202]);

    const run = await bench.finish(await bench.approvedRun("switch-to-gtid", ABOUT));

    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.deepEqual(took(run), [
      "keep-task-yaml done",
      "keep-source-yaml done",
      "check-before-stop done",
      "prepare-backup done",
      "stop-task done",
      "wait-until-gone done",
      "stop-source done",
      "start-source done",
      "rewrite-checkpoint done",
      "start-task done",
      "prove-gtid-stream done",
      "watch-past-file done",
      "stop-task done",
      "wait-until-gone done",
      "start-task done",
      "verify-recovered done",
      "compare-rows done",
    ]);
    assert.match(proofOf(run, "rewrite-checkpoint"), /global row mysql-bin\.000002, 4, 0-101-\d/);
    assert.deepEqual(bench.writes(), BY_GATEWAY);
    assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
    assert.equal(bench.source().config.enableGtid, true);
    assert.equal(bench.subtask()?.definition.instances.get("replica-1")?.isSafe, false);
  });

  test("loses nothing where the relay turns on the file: table rows to the global row, the relay off", async () => {
    await start({ relay: true });
    await bench.until("a row arrives", async () => (await bench.ids()).includes(2));
    await bench.poll();
    assert.ok(bench.watch.latest("shop").findings.some(({ kind }) => kind === "binlog-over-4gib-ahead"));

    const run = await bench.finish(await bench.approvedRun("switch-to-gtid"));

    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.deepEqual(bench.writes(), BY_GATEWAY);
    assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
    assert.equal(bench.source().relay, null);
  });

  const passTwo = async (): Promise<void> => {
    await start();
    await passed();
    await bench.world.writeHugeTransaction("replica-1", {
      ...{ before: ["INSERT INTO shop.orders VALUES (300, 'A')"], past: ["INSERT INTO shop.orders VALUES (301, 'B')"] },
      next: ["INSERT INTO shop.orders VALUES (302, 'C')"],
    });
    await bench.until("row 302 is there", async () => (await bench.ids()).includes(302));
    await bench.poll();
    assert.deepEqual(await bench.ids(), [1, 2, 200, 202, 300, 302]);
  };

  test("goes back to the earliest of several files that may have lost rows, names the others, and brings all of it back", async () => {
    await passTwo();

    const run = await bench.finish(await bench.approvedRun("switch-to-gtid"));

    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.ok(run.plan.binding["file replica-1"]?.startsWith("mysql-bin.000002 "), JSON.stringify(run.plan.binding));
    assert.deepEqual(
      run.plan.warnings.map(({ key, values }) => [key, values.others]),
      [
        ["warn-gtid-measured-here", undefined],
        ["warn-big-files-later", "mysql-bin.000003"],
      ],
    );
    assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202, 300, 301, 302]);
  });

  test("goes back to the file that was asked for, and says what it leaves", async () => {
    await passTwo();

    const run = await bench.finish(
      await bench.approvedRun("switch-to-gtid", { options: { ...NO_OPTIONS, file: "mysql-bin.000003" } }),
    );

    assert.deepEqual(
      run.plan.warnings.map(({ key, values }) => [key, values.others]),
      [
        ["warn-gtid-measured-here", undefined],
        ["warn-big-files-earlier", "mysql-bin.000002"],
      ],
    );
    assert.deepEqual(await bench.ids(), [1, 2, 200, 202, 300, 301, 302]);
    assert.ok(run.state.kind === "failed" && /1 missing/.test(run.state.why), JSON.stringify(run.state));
  });

  test("proves that GTIDs are in force where the upstream tells it, and says so where it does not", async () => {
    await start({ flavor: "mysql" });
    await passed();

    const run = await bench.finish(await bench.approvedRun("switch-to-gtid", ABOUT));

    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.equal(proofOf(run, "prove-gtid-stream"), "Binlog Dump GTID: 1 streams of dm_source for 1 tasks");
    assert.deepEqual(run.state.kind === "succeeded" && run.state.caveats, []);
    assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
  });

  test("switches a relay off by the workers that were named for it, and on again by the same", async () => {
    await start({ openapi: true, policy: { relayAfterSwitch: true } });
    await passed();
    const relay = `${bench.dm.url}/api/v1/sources/replica-1/relay/enable`;
    const headers = { "content-type": "application/json" };
    await fetch(relay, { method: "POST", headers, body: JSON.stringify({ worker_name_list: ["worker1"] }) });
    await bench.until("the named worker pulls", () => bench.source().relay?.worker === "worker1");
    const before = bench.dm.calls.length;

    const run = await bench.finish(await bench.approvedRun("switch-to-gtid", ABOUT));

    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.equal(run.plan.binding["relay workers replica-1"], "worker1");
    const calls = bench.dm.calls
      .slice(before)
      .filter(({ path }) => path.includes("/relay/") || path.endsWith("v1alpha1/sources"))
      .map(({ method, path, body }) => `${method} ${path.split("/").at(-1)} ${JSON.stringify(body).slice(0, 40)}`);
    assert.deepEqual(
      calls.map((call) => call.split(" ")[1]),
      ["disable", "sources", "sources", "enable"],
    );
    for (const call of [calls[0], calls[3]]) assert.match(call!, /\{"worker_name_list":\["worker1"\]\}/);
    assert.equal(bench.source().relay?.worker, "worker1");
  });

  test("is refused before anything stops where workers were named for the relay and OpenAPI is off", async () => {
    await start({ relay: true, openapi: false });
    await bench.until("a row arrives", async () => (await bench.ids()).includes(2));
    const source = bench.source();
    // What `start-relay -s replica-1 worker1` leaves: the bound worker pulls, the setting is off.
    source.relay!.worker = "worker1";
    source.config = { ...source.config, enableRelay: false };

    assert.match((await bench.why("switch-to-gtid", ABOUT)).join(" "), /worker1/);
  });

  test("leaves the relay off while the file lies ahead of the tasks: it would turn on it", async () => {
    await start({ relay: true, policy: { relayAfterSwitch: true } });
    await bench.until("a row arrives", async () => (await bench.ids()).includes(2));
    await bench.world.writeHugeTransaction("replica-1");
    await bench.watch.pollAnew("shop", bench.signal);

    const plan = await bench.plan("switch-to-gtid", { options: { ...NO_OPTIONS, file: "mysql-bin.000002" } });

    assert.ok(plan.warnings.some(({ key }) => key === "warn-relay-stays-off"));
    assert.deepEqual(
      plan.steps.flatMap(({ action }) => (action.kind === "start-source" ? [action.settings.relay] : [])),
      [false],
    );
  });

  test("takes every task of the source along, and proves a stream by GTID for each", async () => {
    await start({ flavor: "mysql" });
    await passed();
    await bench.write(
      "CREATE DATABASE mart",
      "CREATE TABLE mart.items (id INT NOT NULL PRIMARY KEY)",
      "INSERT INTO mart.items VALUES (7)",
    );
    await bench.world.startTask(bench.yaml("mart"), ["replica-1"]);
    await bench.until("the other task has its row", async () => (await bench.checkpoint("mart").catch(() => [])).length > 1);

    const run = await bench.finish(await bench.approvedRun("switch-to-gtid", ABOUT));

    assert.equal(proofOf(run, "prove-gtid-stream"), "Binlog Dump GTID: 2 streams of dm_source for 2 tasks");
    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
    assert.deepEqual(
      took(run).filter((step) => step.startsWith("rewrite-checkpoint")),
      Array(2).fill("rewrite-checkpoint done"),
    );
  });

  test("switches the relay on again at the end where the policy wants it", async () => {
    await start({ relay: true, policy: { relayAfterSwitch: true } });
    await bench.until("DM stands in the file", async () => (await bench.checkpoint())[0]!.file.endsWith(".000002"));

    const run = await bench.finish(await bench.approvedRun("switch-to-gtid"));

    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.ok(bench.source().relay, "a relay is there again");
    assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
  });

  test("is refused on v1.0, whose gateway knows no sources", async () => {
    await start({ version: "v1.0.7" });
    const why = await bench.why("switch-to-gtid", ABOUT);
    assert.match(why.join(" "), /v1\.0/);
  });
});
