import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { drawBlocks, drawMessage, MESSAGE_LIMITS, SMALL_LIMITS } from "../../../src/adapters/slack/draw-blocks.ts";
import { documentModal, loadingModal, reasonModal } from "../../../src/adapters/slack/draw-modal.ts";
import { type Block, BUTTON_ACTIONS, type Document, type Inline } from "../../../src/domain/wording/document.ts";
import { pingsOf } from "../../../src/stand-ins/slack/pings.ts";
import { validateBlocks, validateView } from "../../../src/stand-ins/slack/validate-blocks.ts";
import { Workspace } from "../../../src/stand-ins/slack/workspace.ts";

const wild = fc.oneof(
  fc.string({ maxLength: 50 }),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.constantFrom("<!channel>", "<@U1>", "`*_~`", "&<>", "x".repeat(9_000), "😀".repeat(3_000), "\u0000\u202e", ""),
);
const inline: fc.Arbitrary<Inline> = fc.oneof(
  fc.record({ kind: fc.constantFrom("plain" as const, "strong" as const, "code" as const), text: wild }),
  fc.record({ kind: fc.constant("time" as const), at: fc.nat(4e12) }),
  fc.record({ kind: fc.constant("person" as const), id: wild, name: fc.option(wild) }),
  fc.record({ kind: fc.constant("link" as const), url: fc.webUrl(), text: wild }),
);
const inlines = fc.array(inline, { maxLength: 12 });
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constantFrom("paragraph" as const, "note" as const), text: inlines }),
  fc.record({
    kind: fc.constant("facts" as const),
    facts: fc.array(fc.record({ label: wild, value: inlines }), { maxLength: 12 }),
  }),
  fc.record({
    kind: fc.constant("list" as const),
    items: fc.array(fc.record({ mark: fc.constantFrom("done" as const, "failed" as const), text: inlines }), { maxLength: 20 }),
  }),
  fc.record({ kind: fc.constant("code" as const), title: fc.option(wild), text: wild }),
  fc.record({ kind: fc.constant("quote" as const), from: wild, text: wild }),
  fc.record({ kind: fc.constant("progress" as const), done: fc.nat(9), total: fc.nat(9), label: wild }),
  fc.constant({ kind: "divider" as const }),
);
const button = fc.record({
  action: fc.constantFrom(...BUTTON_ACTIONS),
  label: wild,
  value: wild,
  style: fc.constantFrom("primary" as const, "default" as const),
  confirm: fc.constant(null),
  choices: fc.option(fc.array(fc.record({ label: wild, value: fc.string({ minLength: 1 }) }), { minLength: 1, maxLength: 120 })),
});
const documents: fc.Arbitrary<Document> = fc.record({
  headline: wild,
  tone: fc.constantFrom("critical" as const, "good" as const),
  blocks: fc.array(block, { maxLength: 80 }),
  buttons: fc.array(button, { maxLength: 25 }),
});

test("any document becomes a message within every limit of Slack", () => {
  fc.assert(
    fc.property(documents, (document) => {
      const drawn = drawMessage(document, "k".repeat(300));

      assert.deepEqual(validateBlocks(drawn.blocks, 50), []);
      assert.ok(drawn.text.length > 0 && drawn.text.length < 40_000);
      // Counted in the way that is worst for us, the JSON around the words included.
      assert.ok(JSON.stringify(drawn.blocks).length < 13_200);
      assert.ok(JSON.stringify(drawMessage(document, "k", SMALL_LIMITS).blocks).length < 5_000);
    }),
    { numRuns: 300 },
  );
});

test("any document becomes a modal within every limit of Slack", () => {
  fc.assert(
    fc.property(documents, wild, (document, title) => {
      assert.deepEqual(validateView(documentModal(title || "x", document, "en") as never, "modal"), []);
    }),
    { numRuns: 150 },
  );
  assert.deepEqual(validateView(loadingModal("P-1", "zh") as never, "modal"), []);
  assert.deepEqual(validateView(reasonModal("P-1", { action: "approve", value: "P-1|d" }, "en") as never, "modal"), []);
});

test("nothing that came from DM pings anybody, whichever block it stands in", () => {
  const workspace = new Workspace({
    people: [{ id: "U1", name: "ana", realName: "Ana", title: "" }],
    groups: [],
    channels: [],
    bot: { userId: "UB", botId: "B", appId: "A", name: "b" },
  });
  const hostile = "<!channel> <@U1> <!subteam^S1> @here";
  const words: Inline[] = [
    { kind: "plain", text: hostile },
    { kind: "code", text: hostile },
    { kind: "strong", text: hostile },
    { kind: "person", id: "U1", name: hostile },
  ];
  const document: Document = {
    headline: hostile,
    tone: "critical",
    buttons: [],
    blocks: [
      { kind: "paragraph", text: words },
      { kind: "note", text: words },
      { kind: "quote", from: hostile, text: hostile },
      { kind: "code", title: hostile, text: hostile },
      { kind: "facts", facts: [{ label: hostile, value: words }] },
    ],
  };

  const drawn = drawMessage(document, "s");

  assert.deepEqual(pingsOf(workspace, drawn.text, drawn.blocks as never), []);
  assert.doesNotMatch(drawn.text, /<!/);
});

test("a mention that we mean does ping", () => {
  const workspace = new Workspace({
    people: [],
    groups: [{ id: "S1", handle: "oncall", name: "On call", users: ["U1"] }],
    channels: [],
    bot: { userId: "UB", botId: "B", appId: "A", name: "b" },
  });

  const blocks = drawBlocks(
    {
      headline: "x",
      tone: "info",
      buttons: [],
      blocks: [{ kind: "paragraph", text: [{ kind: "mention", of: "group", id: "S1" }] }],
    },
    "s",
    MESSAGE_LIMITS,
  );

  assert.deepEqual(pingsOf(workspace, "x", blocks as never), ["U1"]);
});

test("what does not fit is counted, not silently dropped", () => {
  const blocks = Array.from({ length: 200 }, (_, index): Block => ({ kind: "quote", from: `n${index}`, text: "x".repeat(500) }));

  const drawn = drawMessage({ headline: "x", tone: "info", blocks, buttons: [] }, "s");

  assert.match(JSON.stringify(drawn.blocks), /… \+1\d\d/);
});

test("words of DM that look like marks, emoji names or quotes are shown as they are", () => {
  const words = "*not bold* :fire: `code` ~gone~ _x_\n> quoted";
  const drawn = drawMessage(
    { headline: ":fire:", tone: "info", blocks: [{ kind: "note", text: [{ kind: "plain", text: words }] }], buttons: [] },
    "s",
  );

  const [header, context] = drawn.blocks as unknown as [
    { text: { emoji: boolean } },
    { elements: { text: string; verbatim: boolean }[] },
  ];
  const shown = context.elements[0]!;
  assert.equal(header.text.emoji, false);
  assert.equal(shown.verbatim, true);
  assert.doesNotMatch(shown.text, /\*not bold\*|:fire:|~gone~|_x_|^&gt;/m);
  assert.equal(shown.text.replaceAll("\u200b", "").replace("&gt;", ">"), words);
});
