import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { advise } from "../../../src/domain/diagnosis/evidence.ts";
import { type Finding, PLAYBOOK_IDS, type PlaybookId, subjectKey } from "../../../src/domain/diagnosis/finding.ts";
import type { Incident, Member } from "../../../src/domain/incident/incident.ts";
import { changedParts } from "../../../src/domain/plan/binding.ts";
import { isTreatedBy, outdatedTargets } from "../../../src/domain/plan/outdated.ts";
import type { Target } from "../../../src/domain/plan/plan.ts";
import { aFinding, anIncident } from "../../support/samples.ts";

const TARGET: Target = { task: "t", source: "s", unit: "Sync" };
const SOURCE: Target = { task: null, source: "s", unit: "Relay" };
const member = (finding: Finding, recoveredAt: number | null = null): Member => ({
  ...anIncident("I-1").members[0]!,
  ...{ key: subjectKey(finding.subject), finding, recoveredAt },
});
const holding = (...members: Member[]): Incident => ({ ...anIncident("I-1"), members });
const failing = aFinding("t", "s");
const other = aFinding("t", "s", {
  kind: "duplicate-entry",
  advice: advise("find-the-second-writer", null, [{ playbook: "compare-rows", notBefore: null }]),
});
const resumable = aFinding("t", "s", { kind: "invalid-connection", advice: advise("resume-now", "resume-task") });

/** [what became of the incident, for which plan, what is outdated] */
const CASES: readonly (readonly [string, Incident | null, PlaybookId, Target, string[]])[] = [
  ["it is as it was", holding(member(failing)), "stop-start-task", TARGET, []],
  ["its words changed to another connection trouble", holding(member(resumable)), "stop-start-task", TARGET, []],
  [
    "it has become one that a restart does not treat",
    holding(member(other)),
    "stop-start-task",
    TARGET,
    ["kind of t @ s (duplicate-entry)"],
  ],
  ["it has recovered", holding(member(failing, 5)), "stop-start-task", TARGET, ["trouble of t @ s (over)"]],
  ["the incident is over", { ...holding(member(failing)), state: "closed" }, "stop-start-task", TARGET, ["incident I-1 (over)"]],
  ["the task's other source belongs to another incident", holding(member(aFinding("t", "s2"))), "stop-start-task", TARGET, []],
  ["a plan without an incident has nothing to lose", null, "stop-start-task", TARGET, []],
  ["a plan on a source whose task recovered", holding(member(failing, 5)), "reset-relay", SOURCE, ["trouble of s (over)"]],
  ["a pause may be wanted whatever becomes of it", holding(member(failing, 5)), "pause-task", TARGET, []],
  ["a comparison too", holding(member(other)), "compare-rows", TARGET, []],
  ["an undo as well, also of an incident that is over", { ...holding(member(failing, 5)), state: "closed" }, "undo", TARGET, []],
];

describe("a plan whose trouble has changed since", () => {
  for (const [name, incident, playbook, target, expected] of CASES)
    test(`${name} (${playbook}): ${expected.join() || "still fits"}`, () => {
      assert.deepEqual(outdatedTargets({ playbook, kind: "bad-connection" }, [target], incident), expected);
    });

  test("every target is looked at for itself", () => {
    const incident = holding(member(failing), member(aFinding("u", "s"), 5));
    assert.deepEqual(
      outdatedTargets({ playbook: "stop-start-task", kind: "bad-connection" }, [TARGET, { ...TARGET, task: "u" }], incident),
      ["trouble of u @ s (over)"],
    );
  });
});

test("a restart fits where any restart is advised, and no other playbook stands in for another", () => {
  const restarts: readonly PlaybookId[] = ["resume-task", "stop-start-task", "fix-and-resume"];
  for (const advised of PLAYBOOK_IDS)
    for (const asked of PLAYBOOK_IDS)
      assert.equal(
        isTreatedBy(advise("resume-now", advised), asked),
        advised === asked || (restarts.includes(advised) && restarts.includes(asked)),
        `${asked} for ${advised}`,
      );
});

test("what a plan is bound to is compared by name: changed, come and gone", () => {
  assert.deepEqual(changedParts({ a: "1", b: "2", c: "3" }, { a: "1", b: "other", d: "4" }), ["b", "c", "d"]);
  assert.deepEqual(changedParts({ a: "1" }, { a: "1" }), []);
});
