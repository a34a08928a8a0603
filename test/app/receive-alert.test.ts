import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import { createLog } from "../../src/adapters/log/log.ts";
import { createMetrics } from "../../src/adapters/metrics/metrics.ts";
import type { Clock } from "../../src/app/ports/clock.ts";
import { createReceiveAlert } from "../../src/app/receive-alert.ts";
import { createReminder } from "../../src/app/remind.ts";
import { createIncidentReport } from "../../src/app/report-incident.ts";
import { createPlanReport } from "../../src/app/report-plan.ts";
import type { Alert } from "../../src/domain/alert/alert.ts";
import { type Bench, startBench } from "../support/engine.ts";
import { anAlert, anIncident } from "../support/samples.ts";

describe("alerts that were stored", () => {
  let bench: Bench;
  let now = Date.parse("2026-11-24T10:10:00Z");
  const clock: Clock = { ...systemClock, now: () => now };
  beforeEach(async () => {
    bench = await startBench();
    now = Date.parse("2026-11-24T10:10:00Z");
  });
  afterEach(() => bench.stop());

  const settings = () => ({
    ...bench.settings,
    clusters: [{ ...bench.settings.clusters[0]!, alertLabels: [{ label: "env", value: "shop-prod" }] }],
  });
  const alerts = () =>
    createReceiveAlert({
      ...{ store: bench.store, watch: bench.watch, settings: settings(), clock, metrics: createMetrics() },
      log: createLog("silent"),
    });
  const work = async (given: readonly Alert[], signal = bench.signal): Promise<void> => {
    await alerts().receive(given);
    await alerts().work(signal);
  };
  const messages = async () => (await bench.store.outbox.due(now + 1e9, 1_000)).filter(({ key }) => key.startsWith("alert:"));
  const unheardOf = (fingerprint: string, labels: Record<string, string>): Alert => ({
    ...anAlert(fingerprint),
    ...{ name: "DiskFull", labels: { alertname: "DiskFull", ...labels } },
  });

  test("a relay alert is mapped through its instance although nothing was polled before", async () => {
    const relay = {
      ...anAlert("r1"),
      name: "DM_relay_x",
      labels: { env: "shop-prod", instance: "127.0.0.1:8262", job: "dm_worker" },
    };

    await work([relay]);

    assert.deepEqual(
      (await messages()).map(({ key }) => key),
      ["alert:DM_relay_x:shop::s1:2026-11-24T10:1"],
    );
  });

  test("several that map to nothing are one message that tells the labels of each", async () => {
    await work([unheardOf("a", { host: "db-1" }), unheardOf("b", { host: "db-2" })]);

    const [only, ...others] = await messages();
    assert.deepEqual(others, []);
    const words = JSON.stringify(only?.document);
    assert.ok(words.includes("db-1") && words.includes("db-2"), words);
  });

  test("a later one does not overwrite an earlier one, and one of another hour is a message of its own", async () => {
    await work([unheardOf("a", { host: "db-1" })]);
    await work([unheardOf("b", { host: "db-2" })]);
    now += 3_600_000;
    await work([unheardOf("c", { host: "db-3" })]);

    const said = (await messages()).map(({ document }) => /db-\d/.exec(JSON.stringify(document))?.[0]);
    assert.deepEqual(said.sort(), ["db-1", "db-2", "db-3"]);
  });

  test("a storm of them becomes a handful of messages", async () => {
    for (let batch = 0; batch < 20; batch++)
      await work(Array.from({ length: 100 }, (_, index) => unheardOf(`${batch}-${index}`, { host: `h-${batch}-${index}` })));

    assert.ok((await messages()).length <= 3);
    assert.equal(await bench.store.inbox.countWaiting(), 0);
  });

  test("they stay in the inbox when the work is cut short, and the next start works on them", async () => {
    const ended = AbortSignal.abort();

    await work([{ ...anAlert("x"), labels: { env: "shop-prod" } }], ended);
    assert.equal(await bench.store.inbox.countWaiting(), 1);

    await alerts().work(bench.signal);
    assert.equal(await bench.store.inbox.countWaiting(), 0);
  });

  test("an incident of a cluster that is not configured any more keeps no reminder from the others", async () => {
    const report = createIncidentReport({ settings: bench.settings, clock });
    const due = { mentionedAt: now - 86_400_000, mentions: 1 };
    await bench.store.incidents.insert({ ...anIncident("I-1"), ...due, cluster: "gone", openedAt: 1 });
    await bench.store.incidents.insert({ ...anIncident("I-2"), ...due, openedAt: 2 });
    const log = createLog("silent");

    await createReminder({
      store: bench.store,
      settings: bench.settings,
      clock,
      log,
      report,
      planReport: createPlanReport({ settings: bench.settings, clock }),
    }).tick();

    assert.equal((await bench.store.incidents.get("I-2"))?.mentions, 2);
  });
});
