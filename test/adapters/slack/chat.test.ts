import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { WebClient } from "@slack/web-api";
import { systemClock } from "../../../src/adapters/clock/system-clock.ts";
import { createLog } from "../../../src/adapters/log/log.ts";
import { createChat } from "../../../src/adapters/slack/chat.ts";
import type { Chat } from "../../../src/app/ports/chat.ts";
import { BOT, CHANNELS, GROUPS, PEOPLE } from "../../../src/demo/cast.ts";
import { type SlackStandIn, startSlackStandIn } from "../../../src/stand-ins/slack/slack-stand-in.ts";

describe("a file for one person", { timeout: 30_000 }, () => {
  let slack: SlackStandIn;
  let chat: Chat;
  const [bo, chen] = [PEOPLE[1]!, PEOPLE[2]!];
  before(async () => {
    slack = await startSlackStandIn({ people: PEOPLE, groups: GROUPS, channels: CHANNELS, bot: BOT, commands: [] });
    const client = new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
    chat = createChat({ client, clock: systemClock, log: createLog("silent") });
  });
  after(() => slack.stop());
  const seenBy = async (person: string) => {
    const headers = { "x-page-token": slack.pageToken };
    const state = await fetch(`http://127.0.0.1:${slack.port}/driver/state?as=${person}`, { headers });
    const { channels } = (await state.json()) as {
      channels: { messages: { text: string; files?: { name: string; text: string }[] }[] }[];
    };
    return channels.flatMap(({ messages }) => messages).filter(({ files }) => files !== undefined);
  };

  test("reaches that person whole, through the real client, and nobody else", async () => {
    const file = { name: "C-3-orders.sql", text: "REPLACE … 'naïve 😀';\r\n--boundary\n" };

    assert.deepEqual(await chat.sendFile(bo.id, file, "2 rows <!channel>"), { kind: "sent" });

    const [message] = await seenBy(bo.id);
    assert.deepEqual([message?.files?.[0]?.name, message?.files?.[0]?.text], [file.name, file.text]);
    assert.equal(message?.text, "2 rows &lt;!channel&gt;");
    assert.deepEqual(await seenBy(chen.id), []);
  });

  test("is told as not sent, in Slack's own word, where Slack refuses or is away", async () => {
    const file = { name: "a.csv", text: "a" };

    assert.deepEqual(await chat.sendFile("U0NOBODY", file, ""), { kind: "not-sent", why: "user_not_found" });
    slack.faults.next({ kind: "error", error: "missing_scope" }, "files.getUploadURLExternal");
    assert.deepEqual(await chat.sendFile(bo.id, file, ""), { kind: "not-sent", why: "missing_scope" });
    slack.faults.isDown = true;
    assert.equal((await chat.sendFile(bo.id, file, "")).kind, "not-sent");
    slack.faults.isDown = false;
    assert.equal((await seenBy(bo.id)).length, 1);
  });
});
