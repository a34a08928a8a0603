import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { loadConfig } from "../../../src/config/config.ts";
import { startMedic } from "../../../src/main.ts";
import { startBotStage } from "../../support/bot-stage.ts";

test("a press that the store takes too late is told as not noted, and is not worked on behind the person's back", {
  timeout: 60_000,
}, async () => {
  const set = await startBotStage();
  const loaded = loadConfig(set.file, { EMPTY: "", BOT_TOKEN: set.slack.botToken, APP_TOKEN: set.slack.appToken });
  assert.ok(loaded.kind === "ok");
  let isSlow = false;
  const put = new EventTarget();
  const medic = await startMedic(loaded.config, {
    wrapStore: (store) => ({
      ...store,
      clicks: {
        ...store.clicks,
        async put(click) {
          if (isSlow) await new Promise((resolve) => setTimeout(resolve, 2_500));
          const stored = await store.clicks.put(click);
          if (isSlow) put.dispatchEvent(new Event("stored"));
          return stored;
        },
      },
    }),
  });
  try {
    const plan = await set.troubleWithPlan();
    isSlow = true;
    const late = once(put, "stored");
    await set.slack.act.press("bo", "C0ALERTS", plan.ts, "Approve");
    await set.find("that nothing was noted", ({ text, ephemeralTo }) => ephemeralTo === "U0BO" && /nothing was noted/.test(text));
    await late;
    isSlow = false;
    // The next rounds of the schedule would take up whatever waits.
    await new Promise((resolve) => setTimeout(resolve, 2_500));

    assert.deepEqual(await medic.store.clicks.waiting(10), []);
    assert.equal((await medic.store.plans.get("P-1"))?.state.kind, "open");
    assert.deepEqual(set.writes(), []);
  } finally {
    await medic.stop();
    await set.end();
  }
});
