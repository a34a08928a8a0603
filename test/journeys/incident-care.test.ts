import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { loadConfig } from "../../src/config/config.ts";
import { type Medic, startMedic } from "../../src/main.ts";
import type { Message } from "../../src/stand-ins/slack/workspace.ts";
import { type BotStage, startBotStage } from "../support/bot-stage.ts";

type Content = Record<string, unknown>;
const nobody = { users: [], groups: [] };

async function startBot(change: (content: Content, cluster: Content) => object): Promise<{ set: BotStage; medic: Medic }> {
  const set = await startBotStage((content) => change(content, (content.clusters as Content[])[0]!));
  const loaded = loadConfig(set.file, { EMPTY: "", BOT_TOKEN: set.slack.botToken, APP_TOKEN: set.slack.appToken });
  if (loaded.kind !== "ok") throw new Error(JSON.stringify(loaded.problems));
  return { set, medic: await startMedic(loaded.config) };
}
const drawn = ({ text, blocks }: Message): string => text + JSON.stringify(blocks);

describe("an incident between people", { timeout: 120_000 }, () => {
  let set: BotStage;
  let medic: Medic;
  let card: Message;
  before(async () => {
    // One DM under two names: a task of that name is in both clusters.
    ({ set, medic } = await startBot((content, cluster) => {
      const roles = { ...(cluster.roles as object), admin: { ...nobody, users: ["U0CHEN"] } };
      const first = { ...cluster, name: "first", roles, onCall: { critical: "S0ONCALL", warning: "S0ONCALL" } };
      const second = { ...first, name: "second", channel: "C0AUDIT", language: "zh" };
      const policy = { ...(content.policy as object), remindAfterSeconds: 10, remindAtMost: 2 };
      return { ...content, clusters: [first, second], policy };
    }));
    set.dm.world.breakConnections("invalid-connection", "stop-start");
    card = await set.find(
      "the card",
      ({ text, channel, threadTs }) => channel === "C0ALERTS" && threadTs === null && /I-\d/.test(text),
    );
  });
  after(async () => {
    await medic.stop();
    await set.end();
  });
  const toldTo = (person: string, pattern: RegExp) =>
    set.find(`${pattern} to ${person}`, (message) => message.ephemeralTo === person && pattern.test(drawn(message)));
  const asked = (person: string) =>
    set.slack.workspace.waitFor("the question for a reason", () => (set.slack.workspace.modals.get(person)?.length ?? 0) > 0);
  const events = async () => (await medic.store.audit.about({}, 300)).map(({ kind }) => kind);

  test("a new card mentions the on-call group, and asks again while nobody acknowledges", async () => {
    assert.deepEqual(card.pings, ["U0ANA"]);
    const again = await set.find(
      "the second mention",
      ({ threadTs, pings, channel }) => channel === "C0ALERTS" && threadTs === card.ts && pings.includes("U0ANA"),
      30_000,
    );
    assert.match(again.text, /I-\d/);
  });

  test("a Chinese channel gets the whole card in Chinese", async () => {
    const chinese = await set.find("the other card", ({ channel, threadTs }) => channel === "C0AUDIT" && threadTs === null);
    const words = drawn(chinese);
    assert.match(words, /[\u4e00-\u9fff]{4}/);
    // Outside of DM's own words and of names there is no English sentence: no three plain words in a row.
    const ours = JSON.stringify(chinese.blocks, (key, value: unknown) =>
      key === "elements" && JSON.stringify(value).includes('"code":true')
        ? (value as { style?: { code?: true } }[]).filter(({ style }) => !style?.code)
        : value,
    );
    const shown = [...ours.matchAll(/"text":"([^"]*)"/g)]
      .map(([, text]) => text!)
      .filter((text) => !/code=|RawCause|Location|dmctl|curl/.test(text));
    assert.doesNotMatch(shown.join("\n"), /\b[A-Za-z]{3,} [A-Za-z]{2,} [A-Za-z]{2,}/);
  });

  test("a task's name that two clusters know gets a choice, whose button answers", async () => {
    await set.slack.act.type("ana", "C0ALERTS", "/dm diagnose orders");
    const choice = await toldTo("U0ANA", /first\/orders/);
    assert.match(drawn(choice), /second\/orders/);

    await set.slack.act.press("ana", "C0ALERTS", choice.ts, "first/orders");
    await toldTo("U0ANA", /invalid connection/);
  });

  test("the Home tab shows what is open", async () => {
    await set.slack.act.openHome("ana");
    const home = await set.slack.workspace.waitFor("the Home tab", () => set.slack.workspace.homes.get("U0ANA"));
    assert.match(JSON.stringify(home), /I-\d/);
  });

  test("silence is shown on the card with its end, and recorded", async () => {
    await set.slack.act.press("ana", "C0ALERTS", card.ts, "Silence", "1 hour");
    await set.find("the silenced card", (message) => message.ts === card.ts && /Silent until/.test(drawn(message)));
    assert.ok((await events()).includes("incident-silenced"));
  });

  test("an admin breaks the glass alone, with a reason, and that is recorded by its own name", async () => {
    await set.slack.act.type("chen", "C0ALERTS", "/dm plan first/orders stop-start");
    const plan = await set.find(
      "the plan",
      ({ text, ephemeralTo, threadTs }) => ephemeralTo === null && threadTs === card.ts && /P-1/.test(text),
    );
    await set.slack.act.press("ana", "C0ALERTS", plan.ts, "Break glass");
    await asked("U0ANA");
    await set.slack.act.submit("ana", { reason: "I would like to" });
    const refused = await toldTo("U0ANA", /role admin/);
    assert.equal(refused.threadTs, card.ts, "the answer stands where the button was pressed");

    await set.slack.act.press("chen", "C0ALERTS", plan.ts, "Break glass");
    await asked("U0CHEN");
    await set.slack.act.submit("chen", { reason: "Nobody else is awake and the lag grows" });

    await set.find("the run's end", ({ text }) => /R-1.*(?:proved|did not|WAITS)/.test(text), 40_000);
    const [event] = (await medic.store.audit.about({}, 300)).filter(({ kind }) => kind === "break-glass");
    assert.equal(event?.actor.id, "U0CHEN");
    assert.match(JSON.stringify(event), /Nobody else is awake/);
  });
});
