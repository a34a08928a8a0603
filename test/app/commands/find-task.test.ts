import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { findTask } from "../../../src/app/commands/find-task.ts";
import type { ClusterView } from "../../../src/domain/wording/status.ts";
import { linesOf } from "../../support/document-text.ts";
import { aFinding } from "../../support/samples.ts";

const view = (cluster: string, ...tasks: string[]): ClusterView => ({
  ...{ cluster, at: 1, problem: null, version: null },
  findings: tasks.map((task) => aFinding(task, "s1", { cluster })),
});
const VIEWS = [view("shop", "orders", "stock", "a/b"), view("bank", "orders", "ledger"), view("quiet")];
const find = (typed: string, rest = "") => findTask(VIEWS, typed, { word: "plan", rest }, "en");

/** [typed, what is found] */
const CASES: readonly (readonly [string, string])[] = [
  ["stock", "shop/stock"],
  ["shop/orders", "shop/orders"],
  ["bank/orders", "bank/orders"],
  ["a/b", "shop/a/b"],
  ["shop/a/b", "shop/a/b"],
  ["bank/stock", "I see no task bank/stock | Did you mean stock, a/b, orders?"],
  ["quiet/orders", "I see no task quiet/orders | Did you mean orders, ledger, stock?"],
  ["ordres", "I see no task ordres | Did you mean orders, ledger, stock?"],
  ["", "I see no task  | Did you mean a/b, stock, orders?"],
];

describe("a task by its typed name", () => {
  for (const [typed, expected] of CASES)
    test(`“${typed}”: ${expected}`, () => {
      const found = find(typed);
      assert.equal(found.kind === "one" ? `${found.cluster}/${found.task}` : linesOf(found.document).join(" | "), expected);
    });

  test("that several clusters have gets a choice, each with what was typed behind it", () => {
    const found = find("orders", " resume --dry-run ");
    assert.ok(found.kind === "answer");
    assert.deepEqual(
      found.document.buttons.map(({ action, label, value }) => [action, label, value]),
      [
        ["choose-task", "shop/orders", "plan|shop/orders resume --dry-run"],
        ["choose-task", "bank/orders", "plan|bank/orders resume --dry-run"],
      ],
    );
  });

  test("with more behind it than a button holds is named, never cut", () => {
    const found = find("orders", `replace "${"x".repeat(2_000)}"`);
    assert.ok(found.kind === "answer");
    assert.deepEqual(linesOf(found.document), ["Which one? shop/orders · bank/orders"]);
  });

  test("in no cluster at all has no hint", () => {
    const found = findTask([view("quiet")], "orders", { word: "plan", rest: "" }, "zh");
    assert.deepEqual(found.kind === "answer" && linesOf(found.document), ["没有看到任务 orders"]);
  });
});
