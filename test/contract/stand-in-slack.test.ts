import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, beforeEach, describe, test } from "node:test";
import WebSocket from "ws";
import { BOT, CHANNELS, GROUPS, PEOPLE } from "../../src/demo/cast.ts";
import { type SlackStandIn, startSlackStandIn } from "../../src/stand-ins/slack/slack-stand-in.ts";

type Answer = Readonly<Record<string, unknown>> & {
  readonly ok?: boolean;
  readonly error?: string;
  readonly ts?: string;
  readonly url?: string;
};

const text = (words: string) => ({ type: "plain_text", text: words });
const section = { type: "section", text: text("words") };
const buttons = (...ids: string[]) => ({
  type: "actions",
  elements: ids.map((id) => ({ type: "button", action_id: id, text: text(id) })),
});
const modal = (blocks: unknown[], more: object = {}) => ({ type: "modal", title: text("A title"), blocks, ...more });
const input = {
  type: "input",
  block_id: "reason",
  label: text("Why?"),
  element: { type: "plain_text_input", action_id: "text", min_length: 5 },
};

describe("the stand-in Slack refuses what Slack refuses", { timeout: 60_000 }, () => {
  let slack: SlackStandIn;
  const channels = [
    ...CHANNELS,
    { id: "C0AWAY", name: "not-invited", topic: "", isMember: false },
    { id: "C0OLD", name: "old", topic: "", isArchived: true },
  ];
  const commands = [{ command: "/dm", description: "", usageHint: "help" }];
  before(async () => {
    slack = await startSlackStandIn({ people: PEOPLE, groups: GROUPS, channels, bot: BOT, commands });
  });
  after(() => slack.stop());
  beforeEach(() => {
    slack.faults.limitsRates = false;
  });

  async function raw(method: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${slack.apiUrl}${method}`, {
      method: "POST",
      headers: { authorization: `Bearer ${slack.botToken}`, "content-type": "application/json", ...headers },
      body,
    });
  }
  async function ask(method: string, args: object): Promise<Answer> {
    return (await (await raw(method, JSON.stringify(args))).json()) as Answer;
  }
  async function drive(method: "GET" | "POST", path: string, body?: unknown): Promise<{ status: number; body: Answer }> {
    const headers = { "x-page-token": slack.pageToken };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${slack.port}${path}`, { method, headers, ...sent });
    return { status: response.status, body: (await response.json()) as Answer };
  }
  /** An app that acknowledges everything, and keeps what it was sent. */
  async function connect(): Promise<{ socket: WebSocket; payloads: Record<string, unknown>[] }> {
    const headers = { authorization: `Bearer ${slack.appToken}` };
    const opened = (await (await raw("apps.connections.open", "{}", headers)).json()) as { url: string };
    const socket = new WebSocket(opened.url);
    const payloads: Record<string, unknown>[] = [];
    socket.on("message", (data) => {
      const envelope = JSON.parse(String(data)) as { envelope_id?: string; payload: Record<string, unknown> };
      if (!envelope.envelope_id) return;
      payloads.push(envelope.payload);
      socket.send(JSON.stringify({ envelope_id: envelope.envelope_id }));
    });
    await once(socket, "open");
    return { socket, payloads };
  }
  const post = async (args: object): Promise<string> =>
    (await ask("chat.postMessage", { channel: "C0ALERTS", text: "t", ...args })).ts!;

  for (const [what, method, args, error] of [
    ["no such channel", "chat.postMessage", { channel: "C0NONE", text: "t" }, "channel_not_found"],
    ["a channel without the app", "chat.postMessage", { channel: "C0AWAY", text: "t" }, "not_in_channel"],
    ["an archived channel", "chat.postMessage", { channel: "C0OLD", text: "t" }, "is_archived"],
    ["nothing to say", "chat.postMessage", { channel: "C0ALERTS" }, "no_text"],
    ["a thread that is not there", "chat.postMessage", { channel: "C0ALERTS", text: "t", thread_ts: "1.1" }, "thread_not_found"],
    ["blocks that are no list", "chat.postMessage", { channel: "C0ALERTS", text: "t", blocks: "{" }, "invalid_blocks_format"],
    ["a block that is null", "chat.postMessage", { channel: "C0ALERTS", text: "t", blocks: [null] }, "invalid_blocks"],
    [
      "51 blocks",
      "chat.postMessage",
      { channel: "C0ALERTS", text: "t", blocks: Array(51).fill({ type: "divider" }) },
      "invalid_blocks",
    ],
    [
      "blocks that are too much together",
      "chat.postMessage",
      { channel: "C0ALERTS", text: "t", blocks: Array(5).fill({ type: "section", text: text("x".repeat(2_900)) }) },
      "msg_blocks_too_long",
    ],
    [
      "one action twice in a block",
      "chat.postMessage",
      { channel: "C0ALERTS", text: "t", blocks: [buttons("a", "a")] },
      "invalid_blocks",
    ],
    [
      "an ephemeral for a stranger",
      "chat.postEphemeral",
      { channel: "C0ALERTS", text: "t", user: "U0NONE" },
      "user_not_in_channel",
    ],
    ["an update of nothing", "chat.update", { channel: "C0ALERTS", ts: "1.1", text: "t" }, "message_not_found"],
    ["an update elsewhere", "chat.update", { channel: "C0NONE", ts: "1.1", text: "t" }, "channel_not_found"],
    ["a link to nothing", "chat.getPermalink", { channel: "C0ALERTS", message_ts: "1.1" }, "message_not_found"],
    ["a trigger that was never given", "views.open", { trigger_id: "1.x", view: modal([section]) }, "expired_trigger_id"],
    ["inputs that nobody can submit", "views.open", { trigger_id: "1.x", view: modal([input]) }, "invalid_arguments"],
    ["a modal as a Home tab", "views.publish", { user_id: "U0ANA", view: modal([section]) }, "invalid_arguments"],
    ["a method that is not there", "chat.shout", {}, "unknown_method"],
  ] as const)
    test(what, async () => {
      const answer = await ask(method, args);

      assert.deepEqual([answer.ok, answer.error], [false, error]);
    });

  test("a body that is no JSON, and a token that is not the bot's", async () => {
    assert.equal(((await (await raw("api.test", "{")).json()) as Answer).error, "invalid_json");
    const strange = await raw("api.test", "{}", { authorization: "Bearer xoxb-other" });
    assert.equal(((await strange.json()) as Answer).error, "invalid_auth");
  });

  test("more than its tier's calls a minute of one method is answered 429 with the time to wait", async () => {
    slack.faults.limitsRates = true;
    const ts = await post({});

    const statuses: number[] = [];
    let wait = 0;
    for (let call = 0; call < 51; call++) {
      const response = await raw("chat.update", JSON.stringify({ channel: "C0ALERTS", ts, text: String(call) }));
      statuses.push(response.status);
      wait = Number(response.headers.get("retry-after") ?? 0);
    }

    assert.deepEqual([statuses.slice(0, 50).every((status) => status === 200), statuses[50]], [true, 429]);
    assert.ok(wait > 30 && wait <= 60, `${wait} s`);
  });

  test("a socket opens with a ticket that was given out, once, and never for a page elsewhere", async () => {
    const headers = { authorization: `Bearer ${slack.appToken}` };
    const address = async () => ((await (await raw("apps.connections.open", "{}", headers)).json()) as { url: string }).url;
    const tries = async (url: string, origin?: string): Promise<boolean> => {
      const socket = new WebSocket(url, origin === undefined ? {} : { origin });
      const opened = await Promise.race([once(socket, "open").then(() => true), once(socket, "error").then(() => false)]).catch(
        () => false,
      );
      socket.terminate();
      return opened;
    };
    const url = await address();

    assert.equal(await tries(`ws://127.0.0.1:${slack.port}/link?ticket=guess`), false);
    assert.equal(await tries(await address(), "http://evil.example"), false);
    assert.equal(await tries(url), true);
    assert.equal(await tries(url), false);
  });

  test("a response URL serves five times, holds blocks to the limits, and goes to the thread only when told so", async () => {
    const { socket, payloads } = await connect();
    const root = await post({});
    const ts = await post({ thread_ts: root, blocks: [buttons("go")] });
    await slack.act.press("ana", "C0ALERTS", ts, "go");
    const url = String(payloads.at(-1)!.response_url);
    const say = async (body: object) => (await fetch(url, { method: "POST", body: JSON.stringify(body) })).status;

    assert.equal(await say({ text: "t", blocks: [{ type: "nonsense" }] }), 400);
    assert.equal(await say({ text: "in the channel" }), 200);
    assert.equal(await say({ text: "in the thread", thread_ts: root }), 200);
    const places = slack.workspace.messages
      .filter(({ ephemeralTo }) => ephemeralTo === "U0ANA")
      .map((one) => [one.text, one.threadTs]);
    assert.deepEqual(places, [
      ["in the channel", null],
      ["in the thread", root],
    ]);
    assert.deepEqual([await say({ text: "3" }), await say({ text: "4" }), await say({ text: "5" })], [200, 200, 200]);
    assert.equal(await say({ text: "6" }), 404);
    socket.close();
  });

  test("a trigger opens one modal, and the modal asks for what is missing before the app hears of it", async () => {
    const { socket, payloads } = await connect();
    const ts = await post({ blocks: [buttons("go")] });
    await slack.act.press("ana", "C0ALERTS", ts, "go");
    const view = modal([input], { submit: text("Send") });
    const trigger_id = payloads.at(-1)!.trigger_id;

    assert.equal((await ask("views.open", { trigger_id, view })).ok, true);
    assert.equal((await ask("views.open", { trigger_id, view })).error, "exchanged_trigger_id");
    const heard = payloads.length;
    const short = await drive("POST", "/driver/submit", { as: "ana", values: { reason: "no" } });
    assert.match(JSON.stringify(short.body), /at least 5 characters/);
    assert.equal(payloads.length, heard);
    const sent = await drive("POST", "/driver/submit", { as: "ana", values: { reason: "磁盘已更换 ".repeat(100) } });
    assert.deepEqual(sent.body, { errors: null });
    assert.equal(payloads.at(-1)!.type, "view_submission");
    socket.close();
  });

  for (const [what, path, body, error] of [
    ["a person who is not there", "/driver/press", { as: "zoe" }, /nobody called zoe; there are ana, bo/],
    [
      "a channel that is not there",
      "/driver/type",
      { as: "ana", channel: "C0NONE", text: "t" },
      /no channel C0NONE; there are C0ALERTS/,
    ],
    [
      "a message that is not there",
      "/driver/press",
      { as: "ana", channel: "C0ALERTS", ts: "1.1", button: "x" },
      /no message 1\.1/,
    ],
    ["a modal that is not open", "/driver/submit", { as: "kim", values: {} }, /kim has no modal open/],
    ["values that are no texts", "/driver/submit", { as: "kim", values: { reason: 5 } }, /values must be a text/],
    ["a body that is a list", "/driver/type", [], /must be a JSON object/],
  ] as const)
    test(`the driver answers 400 for ${what}`, async () => {
      const answer = await drive("POST", path, body);

      assert.equal(answer.status, 400);
      assert.match(String(answer.body.error), error);
    });

  test("the driver says that a choice is wanted, and whether the app responded at all", async () => {
    const choice = {
      type: "static_select",
      action_id: "pick",
      placeholder: text("Pick"),
      options: [{ text: text("One"), value: "1" }],
    };
    const ts = await post({ blocks: [{ type: "actions", elements: [choice] }] });
    const press = { as: "ana", channel: "C0ALERTS", ts, button: "Pick" };

    assert.match(String((await drive("POST", "/driver/press", press)).body.error), /wants an option: One/);
    assert.deepEqual((await drive("POST", "/driver/press", { ...press, option: "One" })).body, { ok: true, responded: false });
    const { socket, payloads } = await connect();
    assert.deepEqual((await drive("POST", "/driver/press", { ...press, option: "One" })).body, { ok: true, responded: true });
    const mention = await drive("POST", "/driver/type", {
      as: "ana",
      channel: "C0ALERTS",
      text: "@dm-medic list <!channel>",
      thread: ts,
    });
    assert.deepEqual(mention.body, { ok: true, responded: true });
    const event = payloads.at(-1)!.event as { thread_ts: string; text: string };
    assert.deepEqual([event.thread_ts, event.text], [ts, "<@U0MEDIC> list &lt;!channel&gt;"]);
    assert.deepEqual(slack.workspace.messages.at(-1)!.pings, ["U0MEDIC"]);
    socket.close();
  });

  test("the state of somebody who is not there is refused, and of nobody is the first person's", async () => {
    assert.equal((await drive("GET", "/driver/state?as=zoe")).status, 400);
    assert.equal((await drive("GET", "/driver/state")).body.me, "U0ANA");
  });
});
