import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import { startHttpServer } from "../../src/adapters/http/http-server.ts";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { createLog } from "../../src/adapters/log/log.ts";
import { createMetrics } from "../../src/adapters/metrics/metrics.ts";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { createReceiveAlert } from "../../src/app/receive-alert.ts";
import { someSettings } from "../support/engine.ts";
import { type Figure, ratePerSecond } from "./measure.ts";

const CALLS = 2_000;
const AT_ONCE = 16;

const payload = (index: number): string =>
  JSON.stringify({
    version: "4",
    alerts: [
      {
        status: "firing",
        labels: { alertname: "DM_task_state", env: "prod", task: "t", instance: String(index) },
        annotations: { summary: "x".repeat(200) },
        startsAt: "2026-11-24T10:00:00Z",
        fingerprint: `f${index}`,
      },
    ],
  });

function poster(port: number): (index: number) => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  return (index) =>
    new Promise((resolve, reject) => {
      const call = request(
        {
          port,
          host: "127.0.0.1",
          path: "/alerts/alertmanager",
          method: "POST",
          agent,
          headers: { authorization: "Bearer s", "content-type": "application/json" },
        },
        (response) => {
          response
            .resume()
            .on("end", () => (response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`))));
        },
      );
      call.on("error", reject);
      call.end(payload(index));
    });
}

/** A Node server that only inserts the same row into the same table, as durably. */
async function bareRate(folder: string): Promise<number> {
  const database = new DatabaseSync(join(folder, "bare.db"));
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE inbox (id INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint TEXT, starts_at INTEGER, status TEXT, received_at INTEGER, body TEXT, handled_at INTEGER, UNIQUE (fingerprint, starts_at, status))",
  );
  const insert = database.prepare("INSERT INTO inbox (fingerprint, starts_at, status, received_at, body) VALUES (?, ?, ?, ?, ?)");
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming
      .on("data", (chunk: Buffer) => chunks.push(chunk))
      .on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        const [alert] = (JSON.parse(body) as { alerts: { fingerprint: string; startsAt: string; status: string }[] }).alerts;
        insert.run(alert!.fingerprint, Date.parse(alert!.startsAt), alert!.status, Date.now(), JSON.stringify(alert));
        response.end("{}");
      });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const rate = await ratePerSecond(CALLS, AT_ONCE, poster((server.address() as { port: number }).port));
  server.closeAllConnections();
  server.close();
  database.close();
  return rate;
}

async function ourRate(folder: string): Promise<{ rate: number; stormMiB: number }> {
  const store = await openSqliteStore({ file: join(folder, "ours.db"), hashing: sha256 });
  const metrics = createMetrics();
  const nobody = {
    poll: async () => {},
    pollAnew: async () => {},
    latest: () => ({ observation: null, findings: [], at: null, problem: null }),
  };
  const alerts = createReceiveAlert({
    store,
    watch: nobody,
    settings: someSettings(),
    clock: systemClock,
    metrics,
    log: createLog("silent"),
  });
  const server = await startHttpServer({
    options: { host: "127.0.0.1", port: 0, bodyAtMostBytes: 1_000_000, secret: { kind: "bearer", value: "s" } },
    alerts,
    metrics,
    clock: systemClock,
    log: createLog("silent"),
    readiness: async () => ({ ready: true, details: {} }),
  });
  const post = poster(server.port);
  const rate = await ratePerSecond(CALLS, AT_ONCE, post);
  global.gc?.();
  const idle = process.memoryUsage().rss;
  await ratePerSecond(10_000, AT_ONCE, (index) => post(CALLS + index));
  while ((await store.inbox.countWaiting()) > 0) await alerts.work(new AbortController().signal);
  global.gc?.();
  const stormMiB = (process.memoryUsage().rss - idle) / 1_048_576;
  await server.stop();
  await store.close();
  return { rate, stormMiB };
}

export async function benchWebhook(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "dm-medic-bench-"));
  const bare = await bareRate(folder);
  const { rate, stormMiB } = await ourRate(folder);
  rmSync(folder, { recursive: true, force: true });
  return [
    {
      name: "webhook to stored / a bare Node server with the same durability",
      ratio: rate / bare,
      bound: 0.5,
      unit: "at least",
      detail: `${rate.toFixed(0)}/s / ${bare.toFixed(0)}/s`,
    },
    {
      name: "memory over idle after a storm of 10,000 alerts, in MiB / 50",
      ratio: stormMiB / 50,
      bound: 1,
      unit: "at most",
      detail: `${stormMiB.toFixed(1)} MiB`,
    },
  ];
}
