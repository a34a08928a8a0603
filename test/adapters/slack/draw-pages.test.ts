import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { drawPages } from "../../../src/adapters/slack/draw-pages.ts";
import type { Block, Document } from "../../../src/domain/wording/document.ts";
import { paragraph, plain } from "../../../src/domain/wording/document.ts";
import { validateBlocks } from "../../../src/stand-ins/slack/validate-blocks.ts";

const button = { action: "details", label: "Details", value: "I-1", style: "default", confirm: null, choices: null } as const;
const answer = (blocks: readonly Block[]): Document => ({ headline: "Dry run", tone: "info", blocks, buttons: [button] });
const steps = (count: number, letters: number): Block[] =>
  Array.from({ length: count }, (_, at) => [
    paragraph(plain(`step ${at + 1}.`)),
    { kind: "code" as const, title: null, text: `call ${at + 1}; ${"x".repeat(letters)}` },
  ]).flat();
const textOf = (pages: ReturnType<typeof drawPages>): string => JSON.stringify(pages.map(({ blocks }) => blocks));

describe("a long answer", () => {
  test("of one message stays one, buttons and all", () => {
    const pages = drawPages(answer(steps(3, 10)), "a");

    assert.equal(pages.length, 1);
    assert.match(textOf(pages), /"Details"/);
    assert.doesNotMatch(pages[0]!.text, /\(1\/1\)/);
  });

  test("comes in several messages that leave nothing out, in order, each within Slack's limits, with the buttons under the last", () => {
    const pages = drawPages(answer(steps(40, 400)), "a");

    assert.ok(pages.length > 1 && pages.length <= 4);
    const numbers = [...textOf(pages).matchAll(/"call (\d+);/g)].map(([, number]) => Number(number));
    assert.deepEqual(
      numbers,
      Array.from({ length: 40 }, (_, at) => at + 1),
    );
    assert.doesNotMatch(textOf(pages), /… \+\d/);
    for (const { blocks } of pages) assert.deepEqual(validateBlocks(blocks, 50), []);
    assert.deepEqual(
      pages.map(({ blocks }) => JSON.stringify(blocks).includes('"Details"')),
      pages.map((_, at) => at === pages.length - 1),
    );
    assert.match(pages.at(-1)!.text, new RegExp(`\\(${pages.length}/${pages.length}\\)`));
  });

  test("that four messages do not hold says how much is missing", () => {
    const pages = drawPages(answer(steps(400, 400)), "a");

    assert.equal(pages.length, 4);
    assert.match(textOf(pages.slice(-1)), /… \+\d{3}/);
    for (const { blocks } of pages) assert.deepEqual(validateBlocks(blocks, 50), []);
  });

  test("of one block that is too long for any message is cut there", () => {
    const pages = drawPages(
      answer([{ kind: "code", title: null, text: "y".repeat(30_000) }, paragraph(plain("behind it"))]),
      "a",
    );

    for (const { blocks } of pages) assert.deepEqual(validateBlocks(blocks, 50), []);
    assert.match(textOf(pages), /behind it/);
  });
});
