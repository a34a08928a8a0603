import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, test } from "node:test";
import { systemClock } from "../../../src/adapters/clock/system-clock.ts";
import { startHttpServer } from "../../../src/adapters/http/http-server.ts";
import { createLog } from "../../../src/adapters/log/log.ts";
import { createMetrics } from "../../../src/adapters/metrics/metrics.ts";
import { createReceiveAlert, type ReceiveAlert } from "../../../src/app/receive-alert.ts";
import { startAlertmanager } from "../../support/alertmanager.ts";
import { type Bench, startBench } from "../../support/engine.ts";
import { skipWithout } from "../../support/services.ts";

describe("the own server", () => {
  let bench: Bench;
  let alerts: ReceiveAlert;
  let server: Awaited<ReturnType<typeof startHttpServer>>;
  const metrics = createMetrics();
  const secret = "a-secret";
  const start = async (kind: "bearer" | "hmac" = "bearer", over: Partial<ReceiveAlert> = {}) => {
    const settings = {
      ...bench.settings,
      clusters: bench.settings.clusters.map((cluster) => ({ ...cluster, alertLabels: [{ label: "env", value: "prod" }] })),
    };
    alerts = createReceiveAlert({
      store: bench.store,
      watch: bench.watch,
      settings,
      clock: systemClock,
      metrics,
      log: createLog("silent"),
    });
    server = await startHttpServer({
      options: { host: "127.0.0.1", port: 0, bodyAtMostBytes: 100_000, secret: { kind, value: secret } },
      alerts: { ...alerts, ...over },
      metrics,
      clock: systemClock,
      log: createLog("silent"),
      readiness: async () => ({ ready: true, details: { active: true } }),
    });
  };
  beforeEach(async () => {
    bench = await startBench();
  });
  afterEach(async () => {
    await server.stop();
    await bench.stop();
  });

  const payload = (labels: Record<string, string>, fingerprint = "f1", status = "firing") =>
    JSON.stringify({
      version: "4",
      groupKey: "g",
      receiver: "medic",
      status,
      alerts: [
        {
          status,
          labels: { alertname: "DM_task_state", ...labels },
          annotations: {},
          startsAt: "2026-11-24T10:00:00Z",
          endsAt: "0001-01-01T00:00:00Z",
          fingerprint,
        },
      ],
    });
  const send = (body: string, headers: Record<string, string> = { authorization: `Bearer ${secret}` }) =>
    fetch(`http://127.0.0.1:${server.port}/alerts/alertmanager`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    });

  test("stores an alert before it answers 200, and the same one once", async () => {
    await start();

    const answers = [await send(payload({ env: "prod" })), await send(payload({ env: "prod" }))];

    assert.deepEqual(await Promise.all(answers.map((answer) => answer.json())), [
      { stored: 1, known: 0 },
      { stored: 0, known: 1 },
    ]);
    assert.equal(await bench.store.inbox.countWaiting(), 1);
  });

  test("refuses a bad secret, a bad shape, no JSON and a body that is too large, each with its own answer", async () => {
    await start();

    const answers = [
      await send(payload({}), {}),
      await send(payload({}), { authorization: "Bearer wrong" }),
      await send('{"version":"3"}'),
      await send("hello"),
      await send(payload({ big: "x".repeat(200_000) })),
    ];

    assert.deepEqual(
      answers.map(({ status }) => status),
      [401, 401, 400, 400, 413],
    );
    assert.equal(await bench.store.inbox.countWaiting(), 0);
    const told = await metrics.text();
    for (const [reason, count] of [
      ["secret", 2],
      ["shape", 2],
      ["size", 1],
    ])
      assert.ok(told.includes(`dm_medic_webhooks_refused_total{reason="${reason}"} ${count}`), `${reason}`);
    // Recorded, but not once for each: whoever floods the door must not flood the record.
    const events = (await bench.store.audit.read(1, 100)).filter(({ kind }) => kind === "webhook-refused");
    assert.deepEqual(events.map(({ details }) => details.reason).sort(), ["secret", "shape", "size"]);
  });

  test("takes a signature over the very bytes", async () => {
    await start("hmac");
    const body = payload({ env: "prod" });
    const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

    assert.equal((await send(body, { "x-dm-medic-signature": signature })).status, 200);
    assert.equal((await send(`${body} `, { "x-dm-medic-signature": signature })).status, 401);
  });

  test("says 503 and when to come back while the store does not answer", async () => {
    await start("bearer", { receive: () => Promise.reject(new Error("disk full")) });

    const answer = await send(payload({ env: "prod" }));

    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get("retry-after"), "5");
  });

  test("tells health, readiness and metrics", async () => {
    await start();
    const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);

    assert.deepEqual(await (await get("/healthz")).json(), { alive: true });
    assert.deepEqual(await (await get("/readyz")).json(), { ready: true, active: true });
    assert.match(await (await get("/metrics")).text(), /dm_medic_polls_total/);
    assert.equal((await get("/nothing")).status, 404);
  });

  test("an alert wakes the poll and is noted on the incident; one that maps to nothing is posted with its labels", async () => {
    await start();
    bench.dm.world.breakConnections("invalid-connection", "stop-start");
    await send(payload({ env: "prod", task: "orders", source_id: "s1" }));
    await send(payload({ env: "elsewhere", task: "x" }, "f2"));

    await alerts.work(bench.signal);

    const [incident] = await bench.store.incidents.open("shop");
    assert.deepEqual(
      incident?.alerts.map(({ name, status }) => [name, status]),
      [["DM_task_state", "firing"]],
    );
    const notice = (await bench.store.outbox.due(Date.now(), 100)).find(({ key }) =>
      key.startsWith("alert:DM_task_state:unmapped:"),
    );
    assert.match(JSON.stringify(notice?.document), /elsewhere/);
    assert.equal(await bench.store.inbox.countWaiting(), 0);
  });

  test("ten thousand alerts are one card and at most three notices", async () => {
    await start();
    bench.dm.world.breakConnections("invalid-connection", "stop-start");
    const storm = (labels: Record<string, string>) =>
      Array.from({ length: 5_000 }, (_, index) => ({
        fingerprint: `${labels.env}${index}`,
        status: "firing" as const,
        name: "DM_task_state",
        labels: { ...labels, instance: String(index) },
        annotations: {},
        startsAt: 1,
        endsAt: null,
        generatorUrl: "",
        receivedAt: 1,
      }));
    await alerts.receive([...storm({ env: "prod", task: "orders", source_id: "s1" }), ...storm({ env: "none" })]);

    while ((await bench.store.inbox.countWaiting()) > 0) await alerts.work(bench.signal);

    assert.equal((await bench.store.incidents.open()).length, 1);
    const due = await bench.store.outbox.due(Date.now(), 100);
    const [cards, notices] = ["incident:", "alert:DM_task_state:unmapped:"].map((of) =>
      due.filter(({ key }) => key.startsWith(of)),
    );
    assert.equal(cards?.length, 1);
    // Three an hour: a storm that crosses one has six.
    assert.ok(notices!.length >= 1 && notices!.length <= 6, String(notices?.length));
    assert.equal(due.length, 1 + notices!.length);
  });

  test("hears the real Alertmanager", { skip: skipWithout("alertmanager"), timeout: 60_000 }, async () => {
    let heard: () => void = () => {};
    const arrived = new Promise<void>((resolve) => {
      heard = resolve;
    });
    await start("bearer", { receive: async (given) => alerts.receive(given).finally(heard) });
    const alertmanager = await startAlertmanager(`http://127.0.0.1:${server.port}/alerts/alertmanager`, secret);

    await alertmanager.fire({ alertname: "DM_sync_process_exists_with_error", env: "prod", task: "orders", source_id: "s1" });
    await arrived;
    await alertmanager.stop();

    const [waiting] = await bench.store.inbox.waiting(5);
    assert.deepEqual(
      [waiting?.alert.name, waiting?.alert.labels.task, waiting?.alert.status],
      ["DM_sync_process_exists_with_error", "orders", "firing"],
    );
  });
});
