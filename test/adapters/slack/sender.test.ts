import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { WebClient } from "@slack/web-api";
import { systemClock } from "../../../src/adapters/clock/system-clock.ts";
import { sha256 } from "../../../src/adapters/keys/keys.ts";
import { createLog } from "../../../src/adapters/log/log.ts";
import { createMetrics } from "../../../src/adapters/metrics/metrics.ts";
import { createSender } from "../../../src/adapters/slack/sender.ts";
import { openSqliteStore } from "../../../src/adapters/store/sqlite-store.ts";
import type { Store } from "../../../src/app/ports/store.ts";
import { document } from "../../../src/domain/wording/document.ts";
import { type SlackStandIn, startSlackStandIn } from "../../../src/stand-ins/slack/slack-stand-in.ts";

describe("the sender", () => {
  let slack: SlackStandIn;
  let store: Store;
  /** Moved by hand: a second of Slack's limit costs no second of the test. */
  let moved = 0;
  const clock = { ...systemClock, now: () => Date.now() + moved, monotonic: () => performance.now() + moved };
  const bot = { userId: "UB", botId: "B", appId: "A", name: "dm-medic" };

  beforeEach(async () => {
    moved = 0;
    slack = await startSlackStandIn({
      people: [],
      groups: [],
      channels: [
        { id: "C1", name: "one", topic: "" },
        { id: "C9", name: "default", topic: "" },
      ],
      bot,
      commands: [],
    });
    store = await openSqliteStore({ file: ":memory:", hashing: sha256 });
  });
  afterEach(async () => {
    await store.close();
    await slack.stop();
  });

  const newSender = (isActive = () => true) => {
    const logger = {
      debug() {},
      info() {},
      warn() {},
      error() {},
      setLevel() {},
      getLevel: () => "error" as never,
      setName() {},
    };
    const client = new WebClient(slack.botToken, {
      slackApiUrl: slack.apiUrl,
      logger,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: 2_000,
    });
    return createSender({
      client,
      store,
      clock,
      metrics: createMetrics(),
      log: createLog("silent"),
      defaultChannel: "C9",
      languageOf: () => "en",
      isActive,
    });
  };
  const wish = (key: string, headline: string, channel = "C1", threadOf: string | null = null) =>
    store.outbox.wish({ key, channel, threadOf, document: document(headline, "info", []), urgency: 1, at: clock.now() });
  const posted = () => slack.workspace.messages.map(({ text }) => text.replace(/^\(Sent again[^)]*\) /, "").replace(/^\S+ /, ""));
  const calls = (method: string) => slack.calls.filter((call) => call.method === method).length;
  const send = async (times = 1, sender = newSender()) => {
    for (let round = 0; round < times; round++) {
      await sender.sendDue();
      moved += 1_300;
    }
  };

  test("posts one message a second and channel", async () => {
    for (const key of ["a", "b", "c"]) await wish(key, key);
    const sender = newSender();

    await sender.sendDue();
    await sender.sendDue();
    assert.deepEqual(posted(), ["a"]);
    moved += 1_000;
    await sender.sendDue();

    assert.deepEqual(posted(), ["a", "b"]);
  });

  test("sends only the last of several wishes for one message, in place", async () => {
    await wish("card", "one");
    const sender = newSender();
    await send(1, sender);
    for (const words of ["two", "three", "four"]) await wish("card", words);

    await send(2, sender);

    assert.deepEqual(posted(), ["four"]);
    assert.equal(calls("chat.update"), 1);
  });

  test("puts a reply into its thread, after its parent", async () => {
    await wish("reply", "reply", "C1", "card");
    await wish("card", "card");

    await send(3);

    assert.deepEqual(
      slack.workspace.messages.map(({ threadTs }) => threadTs === null),
      [true, false],
    );
  });

  test("waits as long as Slack says", async () => {
    await wish("a", "a");
    slack.faults.next({ kind: "429", retryAfterSeconds: 30 }, "chat.postMessage");
    const sender = newSender();
    await send(5, sender);
    assert.deepEqual(posted(), []);

    moved += 30_000;
    await send(1, sender);

    assert.deepEqual(posted(), ["a"]);
  });

  test("loses nothing while Slack is away, and sends each once when it is back", async () => {
    slack.faults.isDown = true;
    for (const key of ["a", "b"]) await wish(key, key);
    await send(3);
    slack.faults.isDown = false;
    moved += 120_000;

    await send(8);

    assert.deepEqual(
      posted()
        .map((text) => text.replace(/^\(Sent again[^)]*\) \S+ /, ""))
        .sort(),
      ["a", "b"],
    );
  });

  test("repeats a post whose reply was lost exactly once, and marks the repeat", async () => {
    await wish("a", "a");
    slack.faults.next({ kind: "lost-reply" }, "chat.postMessage");
    slack.faults.next({ kind: "lost-reply" }, "chat.postMessage");
    const sender = newSender();
    await send(1, sender);
    moved += 60_000;
    await send(1, sender);
    moved += 600_000;

    await send(3, sender);

    assert.equal(calls("chat.postMessage"), 2);
    assert.match(slack.workspace.messages[1]?.text ?? "", /Sent again/);
    assert.equal((await store.outbox.get("a"))?.state, "failed");
  });

  test("takes a message found half-sent after a crash for uncertain and marks its repeat", async () => {
    await wish("a", "a");
    await store.outbox.sending("a", clock.now());

    await send(2);

    assert.match(slack.workspace.messages[0]?.text ?? "", /Sent again/);
    assert.equal((await store.outbox.get("a"))?.state, "sent");
  });

  test("uses the default channel where it may not post", async () => {
    await wish("a", "a", "C404");

    await send(2);

    assert.deepEqual(
      slack.workspace.messages.map(({ channel }) => channel),
      ["C9"],
    );
  });

  test("posts anew what somebody deleted", async () => {
    await wish("a", "one");
    const sender = newSender();
    await send(1, sender);
    slack.workspace.messages.splice(0);
    await wish("a", "two");

    await send(2, sender);

    assert.deepEqual(posted(), ["two"]);
  });

  test("what Slack finds too long goes again smaller, at last as its headline alone, and not a fourth time", async () => {
    const long = Array.from({ length: 30 }, (_, index) => ({
      kind: "quote" as const,
      from: `log ${index}`,
      text: "x".repeat(900),
    }));
    await store.outbox.wish({
      ...{ key: "a", channel: "C1", threadOf: null, urgency: 1, at: clock.now() },
      document: document("a", "info", long),
    });
    for (const error of ["msg_blocks_too_long", "invalid_blocks"])
      slack.faults.next({ kind: "error", error }, "chat.postMessage");

    await send(2);

    assert.equal(calls("chat.postMessage"), 3);
    assert.deepEqual(
      slack.workspace.messages.map(({ blocks }) => blocks.map((block) => block.type)),
      [["header"]],
    );
    assert.equal((await store.outbox.get("a"))?.state, "sent");
  });

  test("a refusal that no form mends is tried again later, not at once", async () => {
    await wish("a", "a");
    for (let index = 0; index < 9; index++) slack.faults.next({ kind: "error", error: "invalid_blocks" }, "chat.postMessage");

    await send(1);

    assert.equal(calls("chat.postMessage"), 3);
    assert.equal((await store.outbox.get("a"))?.attempts, 1);
  });

  test("a wrong token keeps everything for the day on which it is right", async () => {
    await wish("a", "a");
    await wish("b", "b", "C9");
    slack.faults.next({ kind: "error", error: "token_revoked" }, "chat.postMessage");
    const sender = newSender();
    await send(1, sender);
    assert.equal(calls("chat.postMessage"), 1);
    moved += 61_000;

    await send(3, sender);

    assert.deepEqual(posted().sort(), ["a", "b"]);
  });

  test("sends nothing while another copy is active", async () => {
    await wish("a", "a");

    await send(
      2,
      newSender(() => false),
    );

    assert.deepEqual(posted(), []);
  });
});
