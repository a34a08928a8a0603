import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Authority } from "../../../src/app/authority.ts";
import type { ClickParts } from "../../../src/app/clicks/click-handler.ts";
import { answerRun } from "../../../src/app/clicks/on-run.ts";
import type { RunAnswer } from "../../../src/app/execute/executor.ts";
import type { Risk } from "../../../src/domain/diagnosis/finding.ts";
import { newRun } from "../../../src/domain/run/new-run.ts";
import { linesOf } from "../../support/document-text.ts";
import { APPROVER } from "../../support/engine.ts";
import { aPlan } from "../../support/samples.ts";

/** Slack gave the groups a while ago and does not answer now. */
const SLACK_IS_AWAY: Authority = {
  roleOf: async (_person, _cluster, fresh) => (fresh ? "not-known" : "approver"),
  bestRole: async () => "approver",
};

async function press(what: RunAnswer, risk: Risk): Promise<string[]> {
  const parts = {
    authority: SLACK_IS_AWAY,
    store: { runs: { get: async () => newRun("R-1", aPlan("P-1", { risk }), 0, 60) }, audit: { append: async () => {} } },
    executor: { byPerson: async () => ({ kind: "done" }) },
    clock: { now: () => 1 },
  } as unknown as ClickParts;
  const click = {
    ...{ id: "c", action: what, value: "R-1", channel: "C1", messageTs: "1.1" },
    ...{ responseUrl: null, person: { ...APPROVER, identity: "slack" as const }, at: 1, reason: "" },
  };
  return linesOf(await answerRun(what)(parts, click, APPROVER, "en", new AbortController().signal));
}

describe("a word on a run while Slack does not tell who is in a group", () => {
  test("going on with what changes data is a vote, and fails closed", async () => {
    assert.deepEqual(await press("go-on", "data"), [
      "Not done",
      "Slack did not tell who is in the user groups, so your role is not known. Try again in a minute.",
    ]);
  });

  test("bringing the task back is not held up by that", async () => {
    assert.deepEqual(await press("put-back", "data"), ["R-1 puts back what is away."]);
    assert.deepEqual(await press("go-on", "disruptive"), ["R-1 goes on."]);
    assert.deepEqual(await press("stop", "safe"), ["R-1 stops; what was compared so far is told."]);
  });
});
