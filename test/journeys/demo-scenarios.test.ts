import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type Demo, startDemo } from "../../src/demo/demo.ts";
import type { Hint } from "../../src/stand-ins/slack/workspace.ts";
import { launchChromium } from "../support/chromium.ts";
import { rowsOf } from "../support/demo-rows.ts";
import { skipWithout } from "../support/services.ts";

const NEXT_WITHIN_MS = 60_000;
const REASON = "Read the plan and its gates.";

/** Does what the page's hint says, hint by hint, as a visitor would, until it says that all is over; returns the hints. */
async function follow(demo: Demo, page: Page): Promise<string[]> {
  const { workspace } = demo.slack;
  const done: string[] = [];
  for (;;) {
    const hint = await workspace.waitFor<Hint>("a new hint", () => isNew(workspace.hint, done), NEXT_WITHIN_MS);
    done.push(hint.text);
    if (hint.text.startsWith("It is over")) return done;
    if (hint.as !== null) await obey(page, hint);
  }
}
const isNew = (hint: Hint | null, done: readonly string[]): Hint | null =>
  hint !== null && hint.text !== done.at(-1) ? hint : null;

async function obey(page: Page, { text, thread, as }: Hint): Promise<void> {
  const guide = page.getByRole("region", { name: /what to do next/ });
  await guide.getByText(text).waitFor();
  for (const button of ["Act as", "Open the thread"]) {
    const shown = guide.getByRole("button", { name: button });
    if (await shown.isVisible()) await shown.click();
  }
  await page.locator(`#as option:checked[value="${as}"]`).waitFor({ state: "attached" });
  const label = /“([^”]+)”/.exec(text)![1]!;
  const place = thread === null ? page.getByLabel("Channel", { exact: true }) : page.getByLabel("Thread", { exact: true });
  await place.getByRole("button", { name: label, exact: true }).last().click();
  if (!text.includes("write why")) return;
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill(REASON);
  await dialog.getByRole("button", { name: "Send" }).click();
}

describe("the demo's scenarios, followed hint by hint in a real Chromium", {
  skip: skipWithout("chromium"),
  timeout: 300_000,
  // Each waits nearly all the time, for its own stand-ins.
  concurrency: 3,
}, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser?.close());

  async function play(name: string, look: (demo: Demo, page: Page, hints: () => Promise<string[]>) => Promise<void>) {
    const problems: string[] = [];
    const demo = await startDemo(name, { logLevel: "silent" });
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    try {
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("console", (line) => line.type() === "error" && problems.push(line.text()));
      await page.goto(demo.url);
      await look(demo, page, () => follow(demo, page));
      assert.deepEqual(problems, []);
    } finally {
      await page.close();
      await demo.stop();
    }
  }
  /** With the board open and the longest messages of a run in sight. */
  async function fitsAPhone(page: Page): Promise<void> {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.locator("#board").evaluate("(board) => { board.open = true; }");
    const widths = (await page.evaluate(
      "['html', '#thread-messages', '#board'].map((one) => document.querySelector(one)).map((one) => [one.scrollWidth, one.clientWidth])",
    )) as [number, number][];
    for (const [needed, there] of widths) assert.ok(there > 0 && needed <= there, `${needed} needed, ${there} there`);
  }
  /** Both people voted, the run is proved, the incident closed, and the databases hold the same rows. */
  async function isProved(demo: Demo, page: Page, playbook: string): Promise<void> {
    const [run] = await demo.medic.store.runs.recent(1);
    assert.equal(run?.plan.playbook, playbook);
    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.deepEqual(
      run.plan.votes.map(({ person, reason }) => [person.id, reason]),
      [
        ["U0BO", REASON],
        ["U0CHEN", REASON],
      ],
    );
    assert.deepEqual(await demo.medic.store.incidents.open(), []);
    const { upstream, downstream, watched } = await rowsOf(demo);
    assert.ok(watched.length > 0);
    for (const id of watched) assert.ok(upstream.includes(id) && downstream.includes(id), `row ${id}`);
    await page.getByText("all are on both sides").waitFor();
  }

  test("over-4gib-by-the-faq: relay and sync unit get past the file on DM v1.0, and the row that this loses is copied", async () => {
    await play("over-4gib-by-the-faq", async (demo, page, hints) => {
      await hints();

      await isProved(demo, page, "copy-missing-rows");
      const runs = (await demo.medic.store.runs.recent(10)).filter(({ plan }) => plan.playbook !== "compare-rows");
      assert.deepEqual(
        runs.map(({ plan, state }) => `${plan.playbook} ${state.kind}`),
        ["copy-missing-rows succeeded", "rewind-sync-checkpoint failed", "replace-relay-file failed"],
      );
      assert.match(JSON.stringify(runs[1]), /1 missing, 0 differing, 0 only downstream/);
    });
  });

  test("relay-over-4gib: alert, measured size, two votes, a bar, and no row is lost", async () => {
    await play("relay-over-4gib", async (demo, page, hints) => {
      await hints();

      await isProved(demo, page, "switch-to-gtid");
      const [run] = await demo.medic.store.runs.recent(1);
      const watched = run?.plan.steps.find(({ action }) => action.kind === "watch-past-file")?.action;
      assert.deepEqual(watched, { kind: "watch-past-file", file: "mysql-bin.000002", sizeBytes: 4_600_001_195 });
    });
  });

  test("sync-over-4gib: all green, and the rows behind the file arrive after two votes", async () => {
    await play("sync-over-4gib", async (demo, page, hints) => {
      const told = await hints();

      assert.ok(
        told.some((text) => text.includes("watch the bar")),
        told.join("\n"),
      );
      await isProved(demo, page, "switch-to-gtid");
    });
  });

  test("rows-may-be-missing: the lost row is seen, found by a comparison, and brought back", async () => {
    await play("rows-may-be-missing", async (demo, page, hints) => {
      await page.getByText("row B is not downstream").waitFor();
      const before = await rowsOf(demo);
      assert.deepEqual(
        before.watched.filter((id) => !before.downstream.includes(id)),
        [700_002],
      );

      await hints();

      await isProved(demo, page, "switch-to-gtid");
      const found = await demo.medic.store.records.get("comparison", "C-1");
      assert.deepEqual(
        found?.comparison.tables.map(({ counts }) => counts.missing),
        [1],
      );
      await fitsAPhone(page);
    });
  });

  test("unsupported-ddl: the statement is skipped by two votes and stays in the ledger", async () => {
    await play("unsupported-ddl", async (demo, page, hints) => {
      await hints();

      await isProved(demo, page, "skip-or-replace-statement");
      const [line] = await demo.medic.store.records.list("handled-statement");
      assert.match(line?.statement ?? "", /drop primary key/i);
      await page.getByLabel("Message or command").fill("/dm ledger");
      await page.keyboard.press("Enter");
      await page
        .getByLabel("Channel", { exact: true })
        .getByText(/DROP PRIMARY KEY/i)
        .last()
        .waitFor();
    });
  });

  test("unknown-trouble: DM's own words, and no button that repairs", async () => {
    await play("unknown-trouble", async (demo, page) => {
      await page.getByRole("heading", { name: "a trouble that I do not know" }).waitFor();
      await page
        .getByText(/Press “Details” on the card/)
        .first()
        .waitFor();

      await page.getByRole("button", { name: "Details" }).click();

      await page
        .getByRole("dialog")
        .getByText(/only support ROW format binlog/)
        .first()
        .waitFor();
      assert.equal(await page.getByRole("button", { name: "Show plan" }).count(), 0);
      assert.deepEqual(await demo.medic.store.plans.open(), []);
    });
  });
});
