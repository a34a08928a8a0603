import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeVote, type VoteAsked } from "../../../src/domain/approval/judge-vote.ts";
import { type ClusterRoles, roleOf } from "../../../src/domain/approval/people.ts";
import type { Plan } from "../../../src/domain/plan/plan.ts";
import { phrase } from "../../../src/domain/wording/phrases.ts";
import { aPlan } from "../../support/samples.ts";

const vote = (
  id: string,
  parts: Partial<VoteAsked & { digest: string; at: number; reason: string; verdict: "approve" | "reject" }> = {},
): VoteAsked => ({
  vote: {
    person: { id, name: null, identity: "slack" },
    verdict: parts.verdict ?? "approve",
    at: parts.at ?? 10,
    digest: parts.digest ?? "d1",
    reason: parts.reason ?? "",
  },
  role: parts.role === undefined ? "approver" : parts.role,
  breakGlass: parts.breakGlass ?? false,
  reasonRequired: parts.reasonRequired ?? false,
});
const counted = (id: string) => vote(id).vote;

const CASES: readonly (readonly [string, Plan, VoteAsked, string])[] = [
  [
    "an operator approves a safe plan, also their own",
    aPlan("P", { risk: "safe" }),
    vote("U1", { role: "operator" }),
    "approved",
  ],
  ["an operator may not approve a disruptive one", aPlan("P"), vote("U2", { role: "operator" }), "role-missing"],
  ["nobody without a role may vote", aPlan("P", { risk: "safe" }), vote("U9", { role: null }), "role-none"],
  ["an approver approves a disruptive plan alone", aPlan("P"), vote("U2"), "approved"],
  ["a plan on data needs two", aPlan("P", { risk: "data" }), vote("U2"), "counted"],
  ["the asker is one of the two at most", aPlan("P", { risk: "data", votes: [counted("U1")] }), vote("U2"), "approved"],
  ["the same person does not count twice", aPlan("P", { risk: "data", votes: [counted("U2")] }), vote("U2"), "voted-already"],
  [
    "a vote for an earlier form does not count",
    aPlan("P", { risk: "data", votes: [{ ...counted("U1"), digest: "old" }] }),
    vote("U2"),
    "counted",
  ],
  [
    "groups that Slack does not tell fail closed",
    aPlan("P", { risk: "data" }),
    vote("U2", { role: "not-known" }),
    "groups-not-known",
  ],
  ["a button of an earlier form is told so", aPlan("P"), vote("U2", { digest: "old" }), "plan-changed"],
  ["an expired plan takes no vote", aPlan("P"), vote("U2", { at: 1_000 }), "plan-expired"],
  ["one millisecond before it still does", aPlan("P"), vote("U2", { at: 999 }), "approved"],
  [
    "an approved plan says what became of it",
    aPlan("P", { state: { kind: "approved", at: 1, run: "R-1", breakGlass: false } }),
    vote("U2"),
    "plan-approved-already",
  ],
  [
    "a rejected one too",
    aPlan("P", { state: { kind: "rejected", at: 1, by: { id: "U3", name: "Bo", identity: "slack" }, reason: "no" } }),
    vote("U2"),
    "plan-rejected-already",
  ],
  [
    "a superseded one too",
    aPlan("P", { state: { kind: "superseded", at: 1, changed: ["yaml"] } }),
    vote("U2"),
    "plan-superseded",
  ],
  [
    "a reason that is asked for must be given",
    aPlan("P"),
    vote("U2", { reasonRequired: true, reason: "  x " }),
    "reason-missing",
  ],
  [
    "an admin breaks the glass alone, with a reason",
    aPlan("P", { risk: "data" }),
    vote("U5", { role: "admin", breakGlass: true, reason: "production is down" }),
    "approved",
  ],
  ["not without one", aPlan("P", { risk: "data" }), vote("U5", { role: "admin", breakGlass: true }), "reason-missing"],
  [
    "and nobody else breaks it",
    aPlan("P", { risk: "data" }),
    vote("U2", { breakGlass: true, reason: "production is down" }),
    "role-missing",
  ],
  ["an operator may reject", aPlan("P"), vote("U2", { role: "operator", verdict: "reject" }), "rejected"],
  [
    "where nothing may be written nothing is approved",
    aPlan("P", { mayExecute: { kind: "no", why: phrase("no-writes-here", { cluster: "shop" }) } }),
    vote("U2"),
    "no-writes-here",
  ],
];

for (const [says, plan, asked, expected] of CASES) {
  test(`a vote: ${says}`, () => {
    const judgement = judgeVote(plan, asked);

    assert.equal(judgement.kind === "refused" ? judgement.why.key : judgement.kind, expected);
  });
}

test("an empty list means nobody, and a group that is not known contains nobody", () => {
  const nobody = { users: [], groups: [] };
  const roles: ClusterRoles = {
    viewer: nobody,
    operator: { users: ["U1"], groups: [] },
    approver: { users: [], groups: ["S1"] },
    admin: nobody,
  };

  assert.equal(
    roleOf("U9", roles, () => []),
    null,
  );
  assert.equal(
    roleOf("U1", roles, () => "not-known"),
    "operator",
  );
  assert.equal(
    roleOf("U1", roles, () => ["U1"]),
    "approver",
  );
});
