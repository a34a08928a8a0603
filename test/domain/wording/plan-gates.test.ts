import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { holds, unknownYet } from "../../../src/domain/plan/gate.ts";
import { planDetails, planMessage } from "../../../src/domain/wording/plan-message.ts";
import { aPlan } from "../../support/samples.ts";

const FILES = Array.from({ length: 20 }, (_, index) => `mysql-bin.${String(index).padStart(6, "0")}`);
const plan = aPlan("P-1", {
  gates: [
    ...FILES.map((file) => holds("file-closed", "gate-file-closed", { file })),
    unknownYet("compare", "gate-compare-no-upstream", { source: "s1" }),
  ],
});
const listed = (blocks: ReturnType<typeof planMessage>["blocks"]): string[] =>
  blocks.flatMap((block) => (block.kind === "list" ? block.items : [])).map(({ mark }) => mark);

describe("the gates of a plan that people vote on", () => {
  for (const language of ["en", "zh"] as const) {
    test(`what is not known comes first, however many others hold (${language})`, () => {
      assert.deepEqual(listed(planMessage(plan, language).blocks).slice(0, 2), ["unknown", "yes"]);
    });

    test(`the steps in full leave no gate out (${language})`, () => {
      const marks = listed(planDetails(plan, "dm:8261", language).blocks);

      assert.equal(marks.filter((mark) => mark === "yes").length, FILES.length);
    });
  }
});
