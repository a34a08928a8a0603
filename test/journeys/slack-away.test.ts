import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadConfig } from "../../src/config/config.ts";
import { startMedic } from "../../src/main.ts";
import { freePort, startBotStage } from "../support/bot-stage.ts";

async function startBot(isDown: boolean) {
  const port = await freePort();
  const set = await startBotStage((content) => ({ ...content, http: { port, webhook: { bearer: "${BEARER}" } } }));
  set.slack.faults.isDown = isDown;
  const { botToken, appToken } = set.slack;
  const loaded = loadConfig(set.file, { EMPTY: "", BOT_TOKEN: botToken, APP_TOKEN: appToken, BEARER: "a-bearer-secret" });
  if (loaded.kind !== "ok") throw new Error(JSON.stringify(loaded.problems));
  const medic = await startMedic(loaded.config);
  const ready = async () =>
    (await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()) as { ready: boolean; slackConnected: boolean };
  return {
    ...{ set, medic, ready },
    async end() {
      await medic.stop();
      await set.end();
    },
  };
}
const until = async (what: string, look: () => Promise<boolean> | boolean): Promise<void> => {
  for (let round = 0; round < 300; round++) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`waited 30 s for: ${what}`);
};

describe("Slack away", { timeout: 120_000 }, () => {
  test("at the start: it watches all the same, says so, and tells once when Slack is there", async () => {
    const { set, medic, ready, end } = await startBot(true);
    try {
      set.dm.world.breakConnections("invalid-connection", "stop-start");
      await until("the incident", async () => (await medic.store.incidents.open()).length === 1);
      assert.deepEqual(await ready().then(({ ready: isReady, slackConnected }) => [isReady, slackConnected]), [true, false]);
      assert.equal(set.slack.workspace.messages.length, 0);

      set.slack.faults.isDown = false;
      await set.find("the card", ({ text, threadTs }) => threadTs === null && text.includes("I-1"), 20_000);
      await until("the connection", async () => (await ready()).slackConnected);
      await set.slack.act.type("bo", "C0ALERTS", "/dm status");
      await set.find("the answer", ({ ephemeralTo }) => ephemeralTo === "U0BO", 10_000);

      assert.equal(
        set.slack.workspace.messages.filter(({ threadTs, ephemeralTo }) => threadTs === null && ephemeralTo === null).length,
        1,
      );
    } finally {
      await end();
    }
  });

  test("in a run: the run ends, and everything that was to be said arrives later, once", async () => {
    const { set, medic, end } = await startBot(false);
    try {
      const plan = await set.troubleWithPlan();
      set.dm.faultNext({ matches: ({ method }) => method === "PUT", what: { kind: "delay", milliseconds: 1_000 } });
      await set.slack.act.press("bo", "C0ALERTS", plan.ts, "Approve");
      await until("the stop", () => set.writes().length === 1);
      set.slack.faults.isDown = true;
      set.slack.sockets.drop();
      await until("the run's end", async () => (await medic.store.runs.get("R-1"))?.state.kind === "succeeded");
      assert.ok(!set.slack.workspace.messages.some(({ text }) => /R-1.*proved/.test(text)));

      set.slack.faults.isDown = false;
      await set.find("the run's end", ({ text }) => /R-1.*proved/.test(text), 60_000);
      await until("an empty outbox", async () => (await medic.store.outbox.waiting()).count === 0);

      const runMessages = set.slack.workspace.messages.filter(
        ({ text, ephemeralTo }) => text.includes("R-1") && ephemeralTo === null,
      );
      assert.ok(runMessages.length >= 1);
      assert.equal(new Set(runMessages.map(({ text }) => text)).size, runMessages.length);
      assert.deepEqual(set.writes(), ["PUT", "POST"]);
    } finally {
      await end();
    }
  });
});
