import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NO_OPTIONS } from "../../../src/domain/plan/plan.ts";
import { PLAYBOOK_WORDS, type PlanWish, readWish, wishOf } from "../../../src/domain/plan/read-wish.ts";
import { say } from "../../../src/domain/wording/phrases.ts";

const NOTHING: PlanWish = { playbook: null, source: null, options: NO_OPTIONS, dryRun: false };
const statement = (how: "skip" | "replace" | "revert", ...instead: string[]) => ({ ...NO_OPTIONS, statement: { how, instead } });

const UNDERSTOOD: readonly [string, Partial<PlanWish>][] = [
  ["", {}],
  ["resume", { playbook: "resume-task" }],
  ["Resume", { playbook: "resume-task" }],
  ["reset-relay --dry-run", { playbook: "reset-relay", dryRun: true }],
  ["—dry-run gtid", { playbook: "switch-to-gtid", dryRun: true }],
  ["s1 resume", { playbook: "resume-task", source: "s1" }],
  ["gtid --source 10.0.0.12", { playbook: "switch-to-gtid", source: "10.0.0.12" }],
  ["gtid mysql-1.5", { playbook: "switch-to-gtid", source: "mysql-1.5" }],
  ["rewind mysql-bin.000004", { playbook: "rewind-sync-checkpoint", options: { ...NO_OPTIONS, file: "mysql-bin.000004" } }],
  [
    "--file mysql-bin|000001.004451 gtid",
    { playbook: "switch-to-gtid", options: { ...NO_OPTIONS, file: "mysql-bin|000001.004451" } },
  ],
  ["copy C-4", { playbook: "copy-missing-rows", options: { ...NO_OPTIONS, comparison: "C-4" } }],
  ["compare shop.orders s1", { playbook: "compare-rows", source: "s1", options: { ...NO_OPTIONS, table: "shop.orders" } }],
  ['compare --table "shop.my orders"', { playbook: "compare-rows", options: { ...NO_OPTIONS, table: "shop.my orders" } }],
  ["undo R-3", { playbook: "undo", options: { ...NO_OPTIONS, run: "R-3" } }],
  ["skip", { playbook: "skip-or-replace-statement", options: statement("skip") }],
  ["revert s1", { playbook: "skip-or-replace-statement", source: "s1", options: statement("revert") }],
  ["replace", { playbook: "skip-or-replace-statement", options: statement("replace") }],
  [
    `replace "ALTER TABLE t ADD c VARCHAR(9) DEFAULT 'a  b'" “ALTER TABLE t ADD d INT”`,
    {
      playbook: "skip-or-replace-statement",
      options: statement("replace", "ALTER TABLE t ADD c VARCHAR(9) DEFAULT 'a  b'", "ALTER TABLE t ADD d INT"),
    },
  ],
];

const NOT_UNDERSTOOD: readonly [string, RegExp][] = [
  ["resume --fast", /“--fast”/],
  ["resume stop", /several plans: resume-task, stop-task/],
  ["skip replace", /several plans: skip, replace/],
  ["undo", /undo needs a value/],
  ["resume s1 s2", /“s2”/],
  ["gtid --file", /--file needs a value/],
  ["gtid --file --dry-run", /--file needs a value/],
  ["gtid mysql-bin.000004 mysql-bin.000005", /“mysql-bin.000005”/],
  ["gtid --file a.000001 --file a.000002", /--file was given twice/],
  ["resume mysql-bin.000004", /resume-task has no use for “mysql-bin.000004”; it belongs to: rewind-sync-checkpoint/],
  ["rewind --table shop.orders", /no use for “shop.orders”; it belongs to: compare-rows/],
  ['resume "ALTER TABLE t ADD c INT"', /“ALTER TABLE/],
  ['skip "ALTER TABLE t ADD c INT"', /“ALTER TABLE/],
  ['replace "ALTER TABLE t', /quote begins at “"ALTER”/],
  ['replace "ALTER TABLE t ADD c CHAR(1) DEFAULT ‘x’"', /typographic quotes/],
];

describe("the words after /dm plan <task>", () => {
  for (const [text, wish] of UNDERSTOOD)
    test(`«${text}» is understood`, () => {
      assert.deepEqual(readWish(text), { kind: "wish", wish: { ...NOTHING, ...wish } });
    });

  for (const [text, said] of NOT_UNDERSTOOD)
    test(`«${text}» is refused, and what is wrong is said in both languages`, () => {
      const read = readWish(text);

      assert.ok(read.kind === "not-understood");
      assert.match(say(read.why, "en"), said);
      assert.doesNotMatch(say(read.why, "zh"), /\{\w+\}/);
    });

  test("a shell's words mean the same: what holds a blank was quoted", () => {
    const words = ["replace", "ALTER TABLE t ADD c INT"].map((text) => ({ text, isQuoted: text.includes(" ") }));

    assert.deepEqual(wishOf(words), readWish('replace "ALTER TABLE t ADD c INT"'));
  });

  test("every short word stands for a playbook of its own or for one of the three ways with a statement", () => {
    const byPlaybook = Map.groupBy(Object.keys(PLAYBOOK_WORDS), (word) => PLAYBOOK_WORDS[word]);

    for (const [playbook, words] of byPlaybook)
      assert.equal(words.length, playbook === "skip-or-replace-statement" ? 3 : 1, words.join());
  });
});
