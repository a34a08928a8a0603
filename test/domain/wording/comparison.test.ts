import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { afterSettling } from "../../../src/domain/comparison/advance-comparison.ts";
import { type Comparison, progressOf, type TableComparison, verdictOf } from "../../../src/domain/comparison/comparison.ts";
import { newRowCopy } from "../../../src/domain/comparison/row-copy.ts";
import { comparisonDocument, rowCopyDocument } from "../../../src/domain/wording/comparison.ts";
import { COMPARISON_TEXTS } from "../../../src/domain/wording/comparison-texts.ts";
import { someLimits } from "../../support/row-rules.ts";
import { comparedTable, planOf, primary, shape } from "../../support/row-shapes.ts";

const plan = planOf(
  shape(["id bigint not null", "v int", "old int"], primary("id")),
  shape(["id bigint not null", "v int"], primary("id")),
);
const table = (more: Partial<TableComparison> = {}): TableComparison => ({
  compared: comparedTable(),
  plan,
  state: { kind: "done", atLeast: false },
  approximateRows: 1_000,
  rowsUpstream: 1_200,
  rowsDownstream: 1_199,
  chunks: 3,
  suspects: [],
  counts: { missing: 0, differing: 0, extra: 0 },
  listed: [],
  wholeDiffers: null,
  unsettled: 0,
  ...more,
});
const comparison = (tables: readonly TableComparison[], more: Partial<Comparison> = {}): Comparison => ({
  kind: "comparison",
  task: "orders",
  limits: someLimits(),
  startedAt: 1,
  spentMs: 2_000,
  tables,
  ended: { kind: "finished", at: 9 },
  ...more,
});
const missing = table({
  counts: { missing: 12, differing: 1, extra: 0 },
  listed: [
    { kind: "missing", key: ["7"], columns: [] },
    { kind: "differing", key: ["8"], columns: ["v"] },
  ],
  compared: comparedTable({
    expected: [
      { kind: "missing", rule: "no-inserts", event: "insert" },
      { kind: "extra", rule: "no-deletes", event: "delete" },
    ],
  }),
});
const words = (value: unknown): string => JSON.stringify(value);

describe("the verdict of a comparison", () => {
  const refused = table({ state: { kind: "not-comparable", why: "not-downstream", detail: "" }, plan: null });
  const cases: readonly (readonly [title: string, comparison: Comparison, verdict: object])[] = [
    ["is equal only when every table was compared", comparison([table(), table()]), { kind: "equal" }],
    ["is different as soon as a row is", comparison([table(), missing, refused], { ended: null }), { kind: "different" }],
    [
      "is different for a table without key",
      comparison([table({ wholeDiffers: { rowsUpstream: 2, rowsDownstream: 1 } })]),
      { kind: "different" },
    ],
    [
      "is not comparable when a table was not",
      comparison([table(), refused]),
      { kind: "not-comparable", why: ["shop.orders: not-downstream"] },
    ],
    ["is not comparable without tables", comparison([]), { kind: "not-comparable", why: [] }],
    ["is incomplete while it runs", comparison([table()], { ended: null }), { kind: "incomplete", why: "under-way" }],
    [
      "is incomplete when it was stopped",
      comparison([table()], { ended: { kind: "stopped", at: 1, by: "U" } }),
      { kind: "incomplete", why: "stopped" },
    ],
    [
      "is incomplete when rows never stood still",
      comparison([table({ unsettled: 2 })]),
      { kind: "incomplete", why: "still-moving" },
    ],
  ];
  for (const [title, value, verdict] of cases) test(title, () => assert.deepEqual(verdictOf(value), verdict));
});

describe("a comparison's numbers", () => {
  test("never say that less is to be done than is done", () => {
    const walking = table({ state: { kind: "walking", after: ["5"], chunkRows: 5, isDense: false } });

    const { rowsDone, rowsTotal, rowsPerSecond } = progressOf(comparison([walking], { ended: null }));

    assert.deepEqual([rowsDone, rowsTotal, rowsPerSecond], [1_200, 1_200, 600]);
  });

  test("say no total where no upstream estimates one", () => {
    const waiting = table({ state: { kind: "to-do" }, approximateRows: null, rowsUpstream: 0 });

    assert.equal(progressOf(comparison([waiting])).rowsTotal, null);
  });

  test("stop at their bounds: so many listed, then so many counted", () => {
    const differences = Array.from({ length: 40 }, (_, at) => ({ kind: "missing", key: [String(at)], columns: [] }) as const);
    const settled = { looked: [], again: [], differences, unsettled: 0, wholeDiffers: null };

    const next = afterSettling(
      table({ state: { kind: "settling" } }),
      settled,
      someLimits({ listedAtMost: 5, countedAtMost: 40 }),
    );

    assert.deepEqual([next.listed.length, next.counts.missing, next.state], [5, 40, { kind: "done", atLeast: true }]);
  });
});

describe("a comparison in words", () => {
  test("says counts, first keys, the rule that explains them and what was left out", () => {
    const said = comparisonDocument(comparison([missing]), "en");

    assert.equal(said.headline, "Rows of orders differ between upstream and downstream");
    assert.match(words(said), /12 missing downstream, 1 differing/);
    assert.match(words(said), /id = 7/);
    assert.match(words(said), /11 more are counted/);
    assert.match(words(said), /no-inserts leaves out insert/);
    assert.doesNotMatch(words(said), /no-deletes/);
    assert.match(words(said), /only upstream, not compared: old/);
  });

  test("shows progress while it runs and why it ended early", () => {
    const running = comparisonDocument(comparison([table({ state: { kind: "settling" } })], { ended: null }), "en");
    const gone = comparisonDocument(
      comparison([table()], { ended: { kind: "gave-up", at: 1, why: "syncer-stands-still", detail: "s1 is not past it" } }),
      "en",
    );

    assert.ok(running.blocks.some(({ kind }) => kind === "progress"));
    assert.match(words(gone), /did not replicate past/);
    assert.equal(gone.tone, "warning");
  });

  test("is Chinese in Chinese, in every sentence that English has", () => {
    const letters = (value: unknown): string => (typeof value === "function" ? String(value("x", "y")) : String(value));
    const walk = (en: object, zh: object, path: string): void => {
      for (const [key, value] of Object.entries(en)) {
        const other = (zh as Record<string, unknown>)[key];
        if (value !== null && typeof value === "object") walk(value, other as object, `${path}.${key}`);
        else assert.match(letters(other), /\p{Script=Han}/u, `${path}.${key}`);
      }
    };
    walk(COMPARISON_TEXTS.en, COMPARISON_TEXTS.zh, "");

    assert.match(comparisonDocument(comparison([missing]), "zh").headline, /上下游不一致/);
  });

  test("tells of a copy what became of its rows", () => {
    const copy = newRowCopy(comparison([missing]), { at: 1, atMostSeconds: 9 });
    assert.ok(copy.kind === "row-copy");
    const [only] = copy.tables;
    assert.deepEqual([only!.rows.length, only!.notListed], [1, 11]);

    const said = rowCopyDocument(
      { ...copy, tables: [{ ...only!, rows: [{ ...only!.rows[0]!, state: { kind: "proven", fingerprint: "f" } }] }] },
      "en",
    );

    assert.match(words(said), /1 brought back and the same as upstream/);
  });
});
