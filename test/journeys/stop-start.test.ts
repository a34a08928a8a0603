import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { type Demo, startDemo } from "../../src/demo/demo.ts";
import { verifyChain } from "../../src/domain/audit/verify-chain.ts";
import type { Message } from "../../src/stand-ins/slack/workspace.ts";

describe("from DM's trouble to an approved, audited stop and start", { timeout: 120_000 }, () => {
  let demo: Demo;
  let card: Message;
  let plan: Message;
  const channel = "C0ALERTS";
  const messages = () => demo.slack.workspace.messages;
  const saidTo = (person: string) =>
    messages()
      .filter((message) => message.ephemeralTo === person)
      .map((message) => JSON.stringify(message.blocks));
  const find = (what: string, fits: (message: Message) => boolean, withinMs = 20_000) =>
    demo.slack.workspace.waitFor(what, () => messages().find(fits), withinMs);
  const answered = async (person: string, words: RegExp) =>
    demo.slack.workspace.waitFor(`${words} to ${person}`, () => saidTo(person).some((text) => words.test(text)));
  const stops = () => demo.dm.calls.filter((call) => call.method === "PUT").length;

  before(async () => {
    demo = await startDemo("bad-connection", { logLevel: "silent" });
  });
  after(() => demo.stop());

  test("one card for both subtasks arrives within 15 seconds, mentions the on-call group, and pings nobody else", async () => {
    card = await find("the card", (message) => message.threadTs === null && message.text.includes("I-1"), 15_000);

    assert.deepEqual(card.pings, ["U0ANA"]);
    assert.match(JSON.stringify(card.blocks), /mysql-orders-01[\s\S]*mysql-orders-02/);
    assert.equal(messages().filter(({ threadTs }) => threadTs === null).length, 1);
  });

  test("who may only look is told so, and it is recorded", async () => {
    await demo.slack.act.press("kim", channel, card.ts, "Show plan");

    await answered("U0KIM", /needs the role operator/);
    assert.ok(
      (await demo.medic.store.audit.about({}, 10)).some(({ kind, actor }) => kind === "click-refused" && actor.id === "U0KIM"),
    );
  });

  test("an operator gets a plan in the thread, but may not approve a disruptive one", async () => {
    await demo.slack.act.press("ana", channel, card.ts, "Show plan");
    plan = await find("the plan", (message) => message.threadTs === card.ts && message.text.includes("P-1"));

    await demo.slack.act.press("ana", channel, plan.ts, "Approve");

    await answered("U0ANA", /needs the role approver/);
    assert.equal(stops(), 0);
  });

  test("a second Show plan names the open plan instead of making another", async () => {
    await demo.slack.act.press("ana", channel, card.ts, "Show plan");

    await answered("U0ANA", /P-1 is open for this already/);
  });

  test("two presses of Approve at once start one run, which is proved", async () => {
    await Promise.all([
      demo.slack.act.press("bo", channel, plan.ts, "Approve"),
      demo.slack.act.press("chen", channel, plan.ts, "Approve"),
    ]);

    const run = await find(
      "the run's end",
      (message) => message.threadTs === card.ts && /R-1.*proved/.test(message.text),
      40_000,
    );
    assert.match(JSON.stringify(run.blocks), /Running at mysql-bin/);
    assert.equal(stops(), 2, "one stop for each source");
    assert.equal(demo.dm.calls.filter((call) => call.method === "POST").length, 2);
    assert.equal((await demo.medic.store.runs.recent(10)).length, 1);
  });

  test("a click on the stale button says what became of the plan", async () => {
    const old = structuredClone(plan);
    const button = {
      type: "button",
      text: { type: "plain_text", text: "Approve" },
      action_id: "approve:0",
      value: `P-1|${(await demo.medic.store.plans.get("P-1"))!.digest}`,
    };
    Object.assign(plan, { blocks: [{ type: "actions", block_id: "old", elements: [button] }] });

    await demo.slack.act.press("bo", channel, plan.ts, "Approve");

    await answered("U0BO", /was approved already; R-1/);
    Object.assign(plan, { blocks: old.blocks });
  });

  test("the card turns green after several good polls", async () => {
    await demo.slack.workspace.waitFor("the card's last form", () => card.text.includes("RECOVERED"), 30_000);

    assert.equal((await demo.medic.store.incidents.open()).length, 0);
  });

  test("every hop is in the audit record, whose chain holds, and every person is marked as stood in for", async () => {
    const events = await demo.medic.store.audit.read(1, 1_000);

    const kinds = events.map(({ kind }) => kind);
    for (const kind of [
      "incident-opened",
      "click-refused",
      "plan-made",
      "vote-refused",
      "vote-counted",
      "run-started",
      "step-started",
      "step-ended",
      "run-ended",
      "incident-closed",
    ] as const)
      assert.ok(kinds.includes(kind), kind);
    assert.ok(events.every(({ actor }) => actor.identity === "system" || actor.identity === "stand-in"));
    assert.deepEqual(verifyChain(events, [], { sha256: sha256.sha256, isSigned: () => false }), []);
    assert.doesNotMatch(JSON.stringify(events), /task-secret|probe-secret/);
    assert.doesNotMatch(JSON.stringify(messages()), /task-secret|probe-secret/);
  });

  test("the command answers, by either name and by a mention, and a mistyped one is helped", async () => {
    await demo.slack.act.type("kim", channel, "/dm status");
    await answered("U0KIM", /Everything is well/);
    await demo.slack.act.type("kim", channel, "/dm-medic explain 10006");
    await answered("U0KIM", /ErrDBExecuteFailed/);
    await demo.slack.act.type("kim", channel, "@dm-medic audit orders-sync");
    await answered("U0KIM", /step-ended/);
    await demo.slack.act.type("kim", channel, "/dm diagnos orders-sync");
    await answered("U0KIM", /Did you mean \/dm diagnose/);
    await demo.slack.act.type("kim", channel, "/dm diagnose order-sync");
    await answered("U0KIM", /Did you mean orders-sync/);
    await demo.slack.act.type("kim", channel, "/dm plan orders-sync");
    await answered("U0KIM", /needs the role operator/);
  });

  test("a command that nobody listens to is refused as Slack does", async () => {
    await demo.slack.act.type("kim", channel, "/deploy");

    assert.ok(demo.slack.workspace.toasts.some(({ text }) => /not a valid command/.test(text)));
  });
});
