import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Person } from "../../../src/domain/approval/people.ts";
import type { Document } from "../../../src/domain/wording/document.ts";
import { linesOf } from "../../support/document-text.ts";
import { ADMIN, APPROVER, type Bench, OPERATOR, person, startBench, VIEWER } from "../../support/engine.ts";

const NOBODY = person("UNOBODY");
let bench: Bench;
before(async () => {
  bench = await startBench({ sources: ["s1", "s2"] });
  bench.dm.world.breakConnections("invalid-connection", "stop-start");
  await bench.poll();
});
after(() => bench.stop());

async function typed(text: string, who: Person, language: "en" | "zh"): Promise<Document> {
  Object.assign(bench.settings.clusters[0]!, { language });
  return bench.commands.handle({ text, person: who, channel: "C1" }, bench.signal);
}
const refusals = async (): Promise<number> =>
  (await bench.store.audit.read(1, 1_000)).filter(({ kind }) => kind === "click-refused").length;

const NEEDS = (role: string, has: string): string =>
  `This needs the role ${role}; yours here is ${has}. Ask somebody who has it, or have the role added in the configuration.`;
const HAS_NONE = (role: string): string =>
  `This needs the role ${role}, and you have none here. Ask somebody who has it, or have the role added in the configuration.`;

/** What is typed, by whom, and the lines that the asker reads first; all of them change nothing. */
const CASES: readonly (readonly [text: string, who: Person, tone: Document["tone"], ...said: string[]])[] = [
  ["", VIEWER, "info", "What you can ask me", "/dm status — how every cluster is, and its open incidents"],
  [
    "help",
    NOBODY,
    "info",
    "What you can ask me",
    "Nothing yet: you have no role here. An admin adds people and user groups to the roles of a cluster in the configuration.",
  ],
  ["status", VIEWER, "warning", "1 open incident"],
  ["STATUS", VIEWER, "warning", "1 open incident"],
  ["status", NOBODY, "warning", "Not done", HAS_NONE("viewer")],
  ["list", VIEWER, "info", "Tasks", "shop"],
  ["list", NOBODY, "warning", "Not done", HAS_NONE("viewer")],
  ["diagnose", VIEWER, "warning", "Type it like this: /dm diagnose <task>"],
  ["diagnose orders", VIEWER, "critical", "2 in trouble"],
  ["diagnose shop/orders s1", VIEWER, "critical"],
  ["diagnose oders", VIEWER, "warning", "I see no task oders", "Did you mean orders?"],
  ["diagnose nowhere/orders", VIEWER, "warning", "I see no task nowhere/orders", "Did you mean orders?"],
  ["diagnose orders s9", VIEWER, "warning", "Not done", "orders does not read from s9. It reads from: s1, s2."],
  ["diagnose orders", NOBODY, "warning", "Not done", HAS_NONE("viewer")],
  ["explain", VIEWER, "warning", "Type it like this: /dm explain <code|kind|playbook>"],
  ["explain 10006", VIEWER, "info", "10006 ErrDBExecuteFailed"],
  ["explain 99999", VIEWER, "warning", "DM has no error code 99999", "The nearest that exist:"],
  [
    "explain nonsense",
    VIEWER,
    "warning",
    "nonsense is no error code, no kind of trouble and no playbook",
    "The nearest that exist:",
  ],
  ["plan", OPERATOR, "warning", "Type it like this: /dm plan <task> [resume|stop-start|…] [--dry-run]"],
  ["plan orders", VIEWER, "warning", "Not done", NEEDS("operator", "viewer")],
  ["plan orders --dry-run", OPERATOR, "info", "Dry run, nothing is stored: resume the task · 2 subtasks of shop"],
  ["plan oders", OPERATOR, "warning", "I see no task oders", "Did you mean orders?"],
  ["plan orders fly", OPERATOR, "warning", "Not done", "orders does not read from fly. It reads from: s1, s2."],
  [
    "plan orders resume skip",
    OPERATOR,
    "warning",
    "Not done",
    "These are several plans: resume-task, skip-or-replace-statement. Ask for one at a time.",
  ],
  ["plan orders start", OPERATOR, "warning", "Not done", "DM holds the task for this source already; there is nothing to start."],
  ["plan other start", OPERATOR, "warning", "Not done", "DM runs no task other in shop that I can see."],
  ["plan nowhere/other start", OPERATOR, "warning", "In which cluster? shop/other"],
  ["compare", OPERATOR, "warning", "Type it like this: /dm compare <task> [schema.table]"],
  ["compare orders", VIEWER, "warning", "Not done", NEEDS("operator", "viewer")],
  ["compare orders", OPERATOR, "warning", "Not done", "Rows of s1 cannot be compared: no account reads the upstream."],
  ["undo", OPERATOR, "warning", "Type it like this: /dm undo R-<number> [--dry-run]"],
  ["undo the last", OPERATOR, "warning", "Type it like this: /dm undo R-<number> [--dry-run]"],
  ["undo R-1 and R-2", OPERATOR, "warning", "Type it like this: /dm undo R-<number> [--dry-run]"],
  ["undo r-99", OPERATOR, "warning", "Not done", "There is no run R-99."],
  ["undo R-99", VIEWER, "warning", "Not done", NEEDS("operator", "viewer")],
  ["ledger", VIEWER, "info", "Statements that were skipped or replaced: 0", "None."],
  ["ledger done R-9 it was made up for", VIEWER, "warning", "Not done", "There is no run R-9."],
  ["freeze", ADMIN, "warning", "Type it like this: /dm freeze [cluster] <reason>"],
  ["freeze shop", ADMIN, "warning", "Type it like this: /dm freeze [cluster] <reason>"],
  ["freeze shop why", ADMIN, "warning", "Type it like this: /dm freeze [cluster] <reason>"],
  ["freeze shop the night of the audit", APPROVER, "warning", "Not done", NEEDS("admin", "approver")],
  ["unfreeze shop", OPERATOR, "warning", "Not done", NEEDS("admin", "operator")],
  ["unfreeze shpo", ADMIN, "warning", "Type it like this: /dm unfreeze [cluster]"],
  ["unfreeze shop", ADMIN, "info", "Nothing is frozen there."],
  ["audit", VIEWER, "info", "Audit trail"],
  ["audit orders", VIEWER, "info", "Audit trail · orders"],
  ["stauts", VIEWER, "warning", "I do not know “stauts”. Did you mean /dm status?"],
];

describe("a command", () => {
  for (const [text, who, tone, ...said] of CASES)
    test(`/dm ${text || "(nothing)"}, by ${who.id}: ${said.at(-1)?.slice(0, 60) ?? tone}`, async () => {
      const english = await typed(text, who, "en");
      const chinese = await typed(text, who, "zh");

      assert.equal(english.tone, tone);
      assert.deepEqual(linesOf(english).slice(0, said.length), said);
      assert.equal(chinese.tone, tone);
      for (const language of [english, chinese]) assert.doesNotMatch(linesOf(language).join("\n"), /\{\w+\}/);
      assert.match(linesOf(chinese).slice(0, Math.max(2, said.length)).join("\n"), /\p{Script=Han}/u);
    });

  test("that would have changed something and is refused is recorded; one that only reads is not", async () => {
    const before = await refusals();
    await typed("status", NOBODY, "en");
    assert.equal(await refusals(), before);

    await typed("plan orders", VIEWER, "en");
    await typed("freeze shop the night of the audit", APPROVER, "en");
    assert.equal(await refusals(), before + 2);
  });
});

describe("what a freeze does to commands", () => {
  test("no plan is made until it is lifted, and a freeze of one cluster is not lifted as one of all", async () => {
    const frozen = await typed("freeze the night of the audit", ADMIN, "en");
    assert.equal(
      frozen.headline,
      "New runs are frozen in every cluster. A run under way goes on to its next safe place or is put back, and says which.",
    );
    const refused = await typed("plan orders stop-start", OPERATOR, "en");
    assert.deepEqual(linesOf(refused), [
      "Not done",
      "New runs are frozen here by uadmin: the night of the audit. It lifts with /dm unfreeze, by an admin.",
    ]);
    assert.equal((await typed("unfreeze shpo", ADMIN, "en")).tone, "warning");
    assert.equal((await typed("plan orders stop-start", OPERATOR, "zh")).tone, "warning");

    assert.equal((await typed("unfreeze", ADMIN, "en")).headline, "New runs may start again.");
    assert.equal((await typed("plan orders stop-start", OPERATOR, "en")).headline, "Plan P-1 is in the thread.");
    const kinds = (await bench.store.audit.read(1, 1_000)).map(({ kind }) => kind);
    assert.ok(kinds.includes("frozen") && kinds.includes("unfrozen"));
  });
});
