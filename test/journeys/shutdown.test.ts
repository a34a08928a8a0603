import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, test } from "node:test";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { type BotStage, freePort, startBotStage } from "../support/bot-stage.ts";

const bin = new URL("../../bin/medic.js", import.meta.url).pathname;

/** `medic start` as people run it. */
async function startProcess(set: BotStage, port: number): Promise<ChildProcess> {
  const { botToken, appToken } = set.slack;
  const child = spawn(process.execPath, [bin, "start", "--config", set.file], {
    env: { ...process.env, EMPTY: "", BOT_TOKEN: botToken, APP_TOKEN: appToken, BEARER: "a-bearer-secret" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  for (let round = 0; round < 200; round++) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const up = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) return child;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not listen within 10 s");
}

describe("a stop with work under way", { timeout: 120_000 }, () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    test(`${signal} in a slow call of a run: it ends in time, and the next start goes on`, async () => {
      const port = await freePort();
      const set = await startBotStage((content) => ({ ...content, http: { port, webhook: { bearer: "${BEARER}" } } }));
      const children: ChildProcess[] = [];
      try {
        const first = await startProcess(set, port);
        children.push(first);
        const plan = await set.troubleWithPlan();
        set.dm.faultNext({ matches: ({ method }) => method === "PUT", what: { kind: "delay", milliseconds: 1_500 } });
        await set.slack.act.press("bo", "C0ALERTS", plan.ts, "Approve");
        while (set.writes().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        const webhook = fetch(`http://127.0.0.1:${port}/alerts/alertmanager`, {
          method: "POST",
          headers: { authorization: "Bearer a-bearer-secret", "content-type": "application/json" },
          body: JSON.stringify(ALERT),
        });
        const asked = performance.now();
        const ended = once(first, "exit") as Promise<[number | null]>;
        const stored = (await webhook).status;
        first.kill(signal);
        const [code] = await ended;

        assert.equal(code, 0);
        assert.equal(stored, 200);
        assert.ok(performance.now() - asked < 25_000, "the deadline");

        const second = await startProcess(set, port);
        children.push(second);
        await set.find("the run's end", ({ text }) => /R-1.*(?:proved|did not|WAITS)/.test(text), 40_000);
        await set.find("the alert", ({ text }) => /DM_unheard_of/.test(text), 20_000);
        second.kill("SIGTERM");
        assert.equal(((await once(second, "exit")) as [number])[0], 0);

        const store = await openSqliteStore({ file: join(set.folder, "medic.db"), hashing: sha256 });
        assert.equal((await store.runs.get("R-1"))?.state.kind, "succeeded");
        assert.deepEqual(await store.runs.locks(), []);
        assert.equal((await store.audit.about({}, 200)).filter(({ kind }) => kind === "stopped").length, 2);
        await store.close();
        assert.deepEqual(set.writes(), ["PUT", "POST"]);
      } finally {
        for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
        await set.end();
      }
    });
});

const ALERT = {
  ...{ version: "4", groupKey: "g", status: "firing", receiver: "medic" },
  ...{ groupLabels: {}, commonLabels: {}, commonAnnotations: {}, externalURL: "" },
  alerts: [
    {
      ...{ status: "firing", fingerprint: "f1", generatorURL: "", endsAt: "0001-01-01T00:00:00Z" },
      labels: { alertname: "DM_unheard_of", env: "nobody" },
      annotations: {},
      startsAt: "2026-11-24T10:00:00Z",
    },
  ],
};
