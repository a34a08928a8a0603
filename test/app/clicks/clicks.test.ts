import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Clicks } from "../../../src/app/clicks/handle-click.ts";
import type { StoredClick } from "../../../src/app/ports/store.ts";
import type { Person } from "../../../src/domain/approval/people.ts";
import type { Plan } from "../../../src/domain/plan/plan.ts";
import { BUTTON_ACTIONS, type ButtonAction, type Document } from "../../../src/domain/wording/document.ts";
import { linesOf } from "../../support/document-text.ts";
import { ADMIN, APPROVER, type Bench, OPERATOR, person, startBench, VIEWER } from "../../support/engine.ts";

const NOBODY = person("UNOBODY");
let bench: Bench;
let clicks: Clicks;
let plan: Plan;
let presses = 0;
beforeEach(async () => {
  bench = await startBench();
  clicks = bench.clicks();
  bench.dm.world.breakConnections("invalid-connection", "stop-start");
  await bench.poll();
  plan = await bench.plan("stop-start-task", { incident: "I-1" });
});
afterEach(() => bench.stop());

interface Press {
  readonly at?: number;
  readonly reason?: string;
  readonly language?: "en" | "zh";
}
async function press(
  action: string,
  value: string,
  who: Person,
  { at = Date.now(), reason = "", language = "en" }: Press = {},
): Promise<Document> {
  Object.assign(bench.settings.clusters[0]!, { language });
  const click: StoredClick = {
    ...{
      id: `c-${++presses}`,
      action,
      value,
      channel: "C1",
      messageTs: "1.1",
      responseUrl: null,
      person: { ...who, identity: "slack" },
      at,
      reason,
    },
  };
  return clicks.handle(click, bench.signal);
}
const refusals = async (): Promise<number> =>
  (await bench.store.audit.read(1, 1_000)).filter(({ kind }) => ["click-refused", "vote-refused"].includes(kind)).length;

const NEEDS = (role: string, has: string): string =>
  `This needs the role ${role}; yours here is ${has}. Ask somebody who has it, or have the role added in the configuration.`;
const HAS_NONE = (role: string): string =>
  `This needs the role ${role}, and you have none here. Ask somebody who has it, or have the role added in the configuration.`;
const NO_INCIDENT = "There is no open incident I-99.";
const CHANGED = "I-1 is about something else by now, so this button has nothing left to do. Look at its card.";
const ok = (): string => `P-1|${plan.digest}`;

/** Presses that do nothing, and why. `value` is a function where it needs the plan. */
type Refused = readonly [action: ButtonAction, value: string | (() => string), who: Person, said: string, how?: Press];
const REFUSED: readonly Refused[] = [
  ["show-plan", "I-99", OPERATOR, NO_INCIDENT],
  ["show-plan", "I-1", VIEWER, NEEDS("operator", "viewer")],
  ["propose", "I-1", NOBODY, HAS_NONE("operator")],
  ["propose", "I-99", OPERATOR, NO_INCIDENT],
  ["acknowledge", "I-99", OPERATOR, NO_INCIDENT],
  ["acknowledge", "I-1", VIEWER, NEEDS("operator", "viewer")],
  ["silence", "I-99|3600", OPERATOR, NO_INCIDENT],
  ["silence", "I-1|3600", VIEWER, NEEDS("operator", "viewer")],
  ["check-again", "I-99", OPERATOR, NO_INCIDENT],
  ["check-again", "I-1", VIEWER, NEEDS("operator", "viewer")],
  ["approve", "P-9|d", APPROVER, "There is no plan P-9."],
  [
    "approve",
    "P-1|another digest",
    APPROVER,
    "The plan has changed since this button was shown. Look at its present form and decide again.",
  ],
  ["approve", ok, NOBODY, HAS_NONE("approver")],
  ["approve", ok, OPERATOR, NEEDS("approver", "operator")],
  ["approve", ok, APPROVER, "The plan has expired. Ask for a new one.", { at: Date.now() + 86_400_000 }],
  ["reject", "P-9|d", APPROVER, "There is no plan P-9."],
  ["reject", ok, VIEWER, NEEDS("operator", "viewer")],
  ["break-glass", ok, APPROVER, NEEDS("admin", "approver"), { reason: "it cannot wait" }],
  ["break-glass", ok, ADMIN, "A reason of at least five characters is needed.", { reason: "now" }],
  ["go-on", "R-9", APPROVER, "R-9 does not wait for anybody any more."],
  ["put-back", "R-9", APPROVER, "R-9 does not wait for anybody any more."],
  ["stop-comparison", "R-9", APPROVER, "R-9 does not wait for anybody any more."],
  ["undo", "R-9", OPERATOR, "There is no run R-9."],
  ["undo", "R-9", VIEWER, NEEDS("operator", "viewer")],
  ["compare", "I-99", OPERATOR, NO_INCIDENT],
  ["compare", "I-1", VIEWER, NEEDS("operator", "viewer")],
  ["compare", "I-1", OPERATOR, "Rows of s1 cannot be compared: no account reads the upstream."],
  ["accept-rows", "I-99", APPROVER, NO_INCIDENT],
  ["accept-rows", "I-1", APPROVER, CHANGED],
  ["stop-meant", "I-99", OPERATOR, NO_INCIDENT],
  ["stop-meant", "I-1", OPERATOR, CHANGED],
  ["choose-task", "plan|shop/orders", VIEWER, NEEDS("operator", "viewer")],
  ["differences-sql", "C-9", OPERATOR, "There is no comparison C-9 that has ended."],
  ["differences-csv", "C-9", OPERATOR, "There is no comparison C-9 that has ended."],
];

describe("a press that may not do anything", () => {
  test("is answered with why, in both languages, and changes nothing", async () => {
    for (const [action, given, who, said, how] of REFUSED) {
      const value = typeof given === "string" ? given : given();
      const where = `${action} ${value} by ${who.id}`;
      const words = await press(action, value, who, how);
      const chinese = linesOf(await press(action, value, who, { ...how, language: "zh" })).join("\n");

      assert.deepEqual([words.tone, linesOf(words).slice(0, 2)], ["warning", ["Not done", said]], where);
      assert.match(chinese, /^未执行\n/, where);
      assert.doesNotMatch(chinese, /\{\w+\}/, where);
    }
    assert.deepEqual(bench.writes(), []);
    assert.deepEqual(await bench.store.runs.unfinished(), []);
    const [incident] = await bench.store.incidents.open();
    assert.deepEqual([incident?.acknowledged, incident?.silenced], [null, null]);
    assert.equal((await bench.store.plans.get("P-1"))?.state.kind, "open");
  });

  test("is recorded with who pressed it where a role was missing or a vote did not count", async () => {
    const before = await refusals();
    await press("acknowledge", "I-1", VIEWER);
    await press("approve", ok(), OPERATOR);
    await press("accept-rows", "I-1", APPROVER);
    assert.equal(await refusals(), before + 2);
  });

  test("of a button that this version does not know says so", async () => {
    assert.equal(
      (await press("teleport", "I-1", ADMIN)).headline,
      "This button is from another version of me. Ask again with the command.",
    );
    assert.equal(
      (await press("teleport", "I-1", ADMIN, { language: "zh" })).headline,
      "这个按钮来自其他版本，请用命令重新查询。",
    );
  });

  test("is in the table for every button that does something", () => {
    const reading: readonly ButtonAction[] = ["details", "plan-details", "show-audit"];
    const told = new Set(REFUSED.map(([action]) => action));
    assert.deepEqual(
      BUTTON_ACTIONS.filter((action) => !told.has(action)),
      reading,
    );
  });
});

describe("an old button", () => {
  test("of a plan that was approved answers what became of it, whoever presses what", async () => {
    assert.equal((await press("approve", ok(), APPROVER)).headline, "Approved: R-1 carries it out.");

    for (const action of ["approve", "reject", "break-glass"])
      assert.deepEqual(linesOf(await press(action, ok(), ADMIN, { reason: "it cannot wait" })), [
        "Not done",
        "It was approved already; R-1 carries it out.",
      ]);
    assert.equal((await bench.store.runs.unfinished()).length, 1);
  });

  test("of a plan that was rejected says by whom and why", async () => {
    assert.equal((await press("reject", ok(), OPERATOR, { reason: "the audit is tonight" })).headline, "P-1 is rejected.");

    assert.deepEqual(linesOf(await press("approve", ok(), APPROVER)), ["Not done", "uop rejected it: the audit is tonight"]);
  });

  test("of an incident that is over says so", async () => {
    const incident = (await bench.store.incidents.get("I-1"))!;
    await bench.store.transaction((tx) => tx.incidents.update({ ...incident, state: "closed", closedAt: Date.now() }));

    for (const action of ["acknowledge", "silence", "show-plan", "compare"])
      assert.deepEqual(linesOf(await press(action, "I-1", OPERATOR)), ["Not done", "There is no open incident I-1."], action);
    // And a plan that was made for it falls.
    assert.match(linesOf(await press("approve", ok(), APPROVER)).join(), /has changed \(incident I-1 \(over\)\)/);
  });
});

describe("a press that counts", () => {
  test("acknowledges once, and the second one is told so", async () => {
    assert.equal((await press("acknowledge", "I-1", OPERATOR)).headline, "You have I-1.");
    assert.equal((await press("acknowledge", "I-1", APPROVER)).headline, "I-1 was acknowledged already.");
    assert.equal((await bench.store.incidents.get("I-1"))?.acknowledged?.by, OPERATOR.id);
  });

  test("silences within bounds: an hour where the button says nothing, a week at most, a minute at least", async () => {
    const at = 1_000_000;
    for (const [value, seconds] of [
      ["I-1", 3_600],
      ["I-1|14400", 14_400],
      ["I-1|99999999", 7 * 86_400],
      ["I-1|1", 60],
      ["I-1|x", 3_600],
    ] as const) {
      await press("silence", value, OPERATOR, { at });
      assert.equal((await bench.store.incidents.get("I-1"))?.silenced?.until, at + seconds * 1000, value);
    }
  });

  test("is refused while runs are frozen, with who froze them, and the plan stays open", async () => {
    await bench.store.records.put("freeze", "shop", { cluster: "shop", by: ADMIN, at: 1, reason: "the night of the audit" });
    for (const [action, who] of [
      ["approve", APPROVER],
      ["break-glass", ADMIN],
    ] as const)
      assert.deepEqual(linesOf(await press(action, ok(), who, { reason: "it cannot wait" })), [
        "Not done",
        "New runs are frozen here by uadmin: the night of the audit. It lifts with /dm unfreeze, by an admin.",
      ]);
    assert.equal((await bench.store.plans.get("P-1"))?.state.kind, "open");
  });

  test("asks DM anew", async () => {
    assert.equal((await press("check-again", "I-1", OPERATOR)).headline, "I asked DM just now: it is still there.");
  });

  test("chooses a task as if it had been typed", async () => {
    const words = await press("choose-task", "diagnose|shop/orders", VIEWER);
    assert.equal(words.tone, "critical");
  });

  test("only reads where it only shows: nothing is stored", async () => {
    const events = (await bench.store.audit.read(1, 1_000)).length;
    for (const [action, value, expected] of [
      ["details", "I-1", /I-1|orders/],
      ["details", "I-99", /There is no open incident I-99/],
      ["plan-details", "P-1|x", /P-1/],
      ["plan-details", "P-9", /There is no plan P-9/],
      ["show-audit", "R-9", /R-9/],
    ] as const)
      assert.match(linesOf(await clicks.show(action, value, "C1")).join("\n"), expected);
    assert.equal((await bench.store.audit.read(1, 1_000)).length, events);
  });
});
