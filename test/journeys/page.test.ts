import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type Demo, startDemo } from "../../src/demo/demo.ts";
import type { Message } from "../../src/stand-ins/slack/workspace.ts";
import { launchChromium } from "../support/chromium.ts";
import { skipWithout } from "../support/services.ts";

describe("the demo page in a real Chromium", { skip: skipWithout("chromium"), timeout: 150_000 }, () => {
  let demo: Demo;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  let staleBlocks: Message["blocks"] = [];
  before(async () => {
    [demo, browser] = await Promise.all([startDemo("bad-connection", { logLevel: "silent" }), launchChromium()]);
    page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (line) => line.type() === "error" && problems.push(line.text()));
    await page.goto(demo.url);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  test("the card arrives, and somebody who may only look is refused in sight", async () => {
    await page.getByLabel("Act as").selectOption("U0KIM");
    await page.getByRole("button", { name: "Show plan" }).click({ timeout: 25_000 });

    await page.getByText("This needs the role operator").waitFor({ timeout: 10_000 });
    await page.getByText("Only visible to you").waitFor();
  });

  test("what is to be done next is said, with the button that leads there", async () => {
    const guide = page.getByRole("region", { name: /what to do next/ });
    await guide.getByText("press “Show plan” as Ana Sousa").waitFor({ timeout: 10_000 });

    await guide.getByRole("button", { name: "Act as Ana Sousa" }).click();

    await page.getByText("On call · operator").waitFor();
    assert.equal(await page.getByLabel("Act as").inputValue(), "U0ANA");
    assert.equal(await page.getByText("This needs the role operator").count(), 0);
  });

  test("an approver opens the plan, reads its steps, approves with a double click, and the task runs again", async () => {
    await page.getByRole("button", { name: "Show plan" }).click();
    await page.getByRole("button", { name: "Act as Bo Lindqvist" }).click({ timeout: 15_000 });
    await page.getByRole("button", { name: "Open the thread" }).click();
    const thread = page.getByRole("complementary", { name: "Thread" });
    await thread.getByRole("button", { name: "Steps in full" }).click();
    await page.getByRole("dialog").getByText("PUT /apis/v1alpha1/tasks/orders-sync").first().waitFor({ timeout: 10_000 });
    // The last of it: the same work by hand, for every source.
    await page
      .getByRole("dialog")
      .getByText(/dmctl .* stop-task -w '<the worker of mysql-orders-02>' orders-sync/)
      .waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();

    const plan = demo.slack.workspace.messages.find(({ text, threadTs }) => threadTs !== null && text.includes("P-1"))!;
    staleBlocks = plan.blocks;
    await thread.getByRole("button", { name: "Approve" }).dblclick();
    await page.getByLabel("Channel", { exact: true }).getByRole("button", { name: "Details" }).focus();

    await thread.getByText(/R-1 .* proved: it runs again/).waitFor({ timeout: 60_000 });
    await page
      .getByText(/RECOVERED/)
      .first()
      .waitFor({ timeout: 30_000 });
    assert.equal((await demo.medic.store.runs.recent(10)).length, 1);
    // The card was drawn anew meanwhile; who steers by keyboard stands where they stood.
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Details");
    await page.getByText(/It is over. In the thread, press “Audit trail”/).waitFor();
  });

  test("a press on a plan that was drawn before says what became of it", async () => {
    const plan = demo.slack.workspace.messages.find(({ text, threadTs }) => threadTs !== null && text.includes("P-1"))!;
    const now = plan.blocks;
    Object.assign(plan, { blocks: staleBlocks });
    demo.slack.workspace.changed();
    const thread = page.getByRole("complementary", { name: "Thread" });
    await thread.getByRole("button", { name: "Approve" }).click({ timeout: 10_000 });

    await thread.getByText(/was approved already/).waitFor({ timeout: 10_000 });
    Object.assign(plan, { blocks: now });
    demo.slack.workspace.changed();
    assert.equal((await demo.medic.store.runs.recent(10)).length, 1);
  });

  test("the audit trail opens from the run", async () => {
    await page.getByRole("complementary", { name: "Thread" }).getByRole("button", { name: "Audit trail" }).click();

    await page.getByRole("dialog").getByText("run-started").first().waitFor({ timeout: 10_000 });
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  });

  test("it works on a phone's width without scrolling sideways", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    assert.equal(await page.getByLabel("Messages", { exact: true }).isVisible(), false);
    await page.getByLabel("Close thread").click();

    const widths = (await page.evaluate(
      "[document.documentElement.scrollWidth, document.querySelector('#messages').scrollWidth, document.querySelector('#messages').clientWidth]",
    )) as number[];
    assert.ok(widths[0]! <= 390, `the page is ${widths[0]} wide`);
    assert.ok(widths[1]! <= widths[2]!, "the messages scroll sideways");
    await page.getByLabel("Show channels").click();
    await page.getByRole("button", { name: /Home/ }).click();
    await page.getByText(/Everything is well/).waitFor({ timeout: 10_000 });
  });

  test("the page reported no error", () => {
    assert.deepEqual(problems, []);
  });

  test("without the token, or from another host or origin, nothing is given out", async () => {
    const state = `http://127.0.0.1:${demo.slack.port}/driver/state`;
    const token = { "x-page-token": demo.slack.pageToken };

    assert.equal((await fetch(state)).status, 401);
    assert.equal((await fetch(state, { headers: { ...token, origin: "http://evil.example" } })).status, 403);
    assert.equal((await fetch(state, { headers: token })).status, 200);
  });
});
