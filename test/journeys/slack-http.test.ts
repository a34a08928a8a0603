import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { loadConfig } from "../../src/config/config.ts";
import { type Medic, startMedic } from "../../src/main.ts";
import type { Message } from "../../src/stand-ins/slack/workspace.ts";
import { type BotStage, freePort, startBotStage } from "../support/bot-stage.ts";

describe("Slack by HTTP", { timeout: 60_000 }, () => {
  let set: BotStage;
  let medic: Medic;
  let url: string;
  let own: string;
  let card: Message;

  before(async () => {
    const [port, ownPort] = [await freePort(), await freePort()];
    url = `http://127.0.0.1:${port}/slack/events`;
    own = `http://127.0.0.1:${ownPort}`;
    set = await startBotStage(({ slack, ...content }) => {
      const { appToken: _, ...rest } = slack as Record<string, unknown>;
      const http = { port: ownPort, webhook: { bearer: "${BEARER}" } };
      return { ...content, slack: { ...rest, mode: "http", signingSecret: "${SIGNING}", port }, http };
    });
    const { botToken, signingSecret } = set.slack;
    const env = { EMPTY: "", BOT_TOKEN: botToken, SIGNING: signingSecret, BEARER: "a-bearer-secret" };
    const loaded = loadConfig(set.file, env);
    assert.equal(loaded.kind, "ok", JSON.stringify(loaded));
    if (loaded.kind !== "ok") return;
    medic = await startMedic(loaded.config);
    set.slack.setRequestUrl(url);
    set.dm.world.breakConnections("invalid-connection", "stop-start");
    card = await set.find("the card", ({ text }) => text.includes("I-1"));
  });
  after(async () => {
    await medic.stop();
    await set.end();
  });

  /** A request as Slack would send it, or as somebody else would. */
  async function send(body: string, { secret = set.slack.signingSecret, ageSeconds = 0, type = "x-www-form-urlencoded" } = {}) {
    const timestamp = String(Math.floor(Date.now() / 1000) - ageSeconds);
    const signature = `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
    const response = await fetch(url, {
      method: "POST",
      body,
      headers: {
        "content-type": `application/${type}`,
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signature,
      },
    });
    return response.status;
  }
  const press = (action: string, value: string, more: object = {}): string =>
    new URLSearchParams({
      payload: JSON.stringify({
        type: "block_actions",
        user: { id: "U0BO", username: "bo", team_id: "T1" },
        team: { id: "T1" },
        api_app_id: BOT_APP,
        channel: { id: "C0ALERTS" },
        message: { ts: card.ts },
        container: { type: "message", message_ts: card.ts, channel_id: "C0ALERTS" },
        trigger_id: "1.1",
        actions: [{ type: "button", action_id: action, block_id: "b", value, action_ts: `${Date.now()}.1` }],
        ...more,
      }),
    }).toString();
  const BOT_APP = "A0MEDIC";
  const metric = async (line: RegExp): Promise<number> =>
    Number(line.exec(await (await fetch(`${own}/metrics`)).text())?.[1] ?? 0);
  const toBo = (pattern: RegExp) =>
    set.find(
      String(pattern),
      ({ ephemeralTo, text, blocks }) => ephemeralTo === "U0BO" && pattern.test(text + JSON.stringify(blocks)),
    );

  test("a command and a press come through and are answered", async () => {
    await set.slack.act.type("bo", "C0ALERTS", "/dm list");
    await toBo(/orders/);
    await set.slack.act.press("bo", "C0ALERTS", card.ts, "Acknowledge");
    await set.find("the card says who", ({ ts, blocks }) => ts === card.ts && /bo/i.test(JSON.stringify(blocks)));
    assert.ok((await medic.store.audit.about({}, 50)).some(({ kind }) => kind === "incident-acknowledged"));
  });

  test("what is typed arrives as it was typed", async () => {
    await set.slack.act.type("bo", "C0ALERTS", "/dm a<b&&c>d");
    const { text, blocks } = await toBo(/I do not know/);
    assert.match(text + JSON.stringify(blocks), /“a(?:<|&lt;)b(?:&|&amp;){2}c(?:>|&gt;)d”/);
  });

  test("a wrong or old signature is answered 401, counted, and nothing is done", async () => {
    const events = (await medic.store.audit.about({}, 200)).length;
    const forged = press("silence", "I-1");
    assert.equal(await send(forged, { secret: "somebody else's" }), 401);
    assert.equal(await send(forged, { ageSeconds: 600 }), 401);
    assert.equal(await send("not=even&signed", { secret: "x" }), 401);

    assert.equal((await medic.store.audit.about({}, 200)).length, events);
    assert.ok((await metric(/dm_medic_slack_requests_refused_total\{status="401"\} (\d+)/)) >= 3);
  });

  test("an action that nobody knows is answered in words and counted", async () => {
    assert.equal(await send(press("launch:0", "I-1")), 200);
    await toBo(/another version/);
    assert.equal(await metric(/dm_medic_clicks_total\{action="unknown",outcome="refused"\} (\d+)/), 1);
  });

  test("payloads of a wrong shape neither crash it nor do anything", async () => {
    const before = set.writes().length;
    for (const body of [
      press("approve:0", "P-1|x", { actions: [{ type: "button" }] }),
      press("approve:0", "P-1|x", { user: null }),
      press("approve:0", ""),
      new URLSearchParams({ payload: "{not json" }).toString(),
      new URLSearchParams({ payload: JSON.stringify({ type: "block_actions" }) }).toString(),
      "",
    ])
      await send(body);
    assert.ok((await send("{}", { type: "json" })) >= 400);

    assert.equal((await fetch(`${own}/healthz`)).status, 200);
    await set.slack.act.type("bo", "C0ALERTS", "/dm status");
    await toBo(/I-1|open|incident/i);
    assert.equal(set.writes().length, before);
  });
});
