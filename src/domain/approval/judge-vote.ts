import type { Risk } from "../diagnosis/finding.ts";
import type { Phrase, Plan, Vote } from "../plan/plan.ts";
import { phrase } from "../wording/phrases.ts";
import { mayActAs, type Role, roleMissing } from "./people.ts";

export interface ApprovalRule {
  readonly votes: number;
  readonly role: Role;
  /** For `data`: the asker is at most one of the two; with one vote needed the asker may give it. */
  readonly differentPeople: boolean;
}

export const RULES: Readonly<Record<Risk, ApprovalRule>> = {
  safe: { votes: 1, role: "operator", differentPeople: true },
  disruptive: { votes: 1, role: "approver", differentPeople: true },
  data: { votes: 2, role: "approver", differentPeople: true },
};

export interface VoteAsked {
  readonly vote: Vote;
  /** As of the click. `not-known`: Slack did not tell who is in a group. */
  readonly role: Role | null | "not-known";
  readonly breakGlass: boolean;
  readonly reasonRequired: boolean;
}

export type Judgement =
  | { readonly kind: "approved" }
  | { readonly kind: "counted"; readonly missing: number }
  | { readonly kind: "rejected" }
  | { readonly kind: "refused"; readonly why: Phrase };

/** Judges one vote at the moment of its click. Every refusal says what would lift it. */
export function judgeVote(plan: Plan, asked: VoteAsked): Judgement {
  const refusal = refusalOf(plan, asked);
  if (refusal) return { kind: "refused", why: refusal };
  if (asked.vote.verdict === "reject") return { kind: "rejected" };
  if (asked.breakGlass) return { kind: "approved" };
  const approvals = new Set([
    ...plan.votes.filter((vote) => vote.verdict === "approve" && vote.digest === plan.digest).map((vote) => vote.person.id),
    asked.vote.person.id,
  ]);
  const missing = RULES[plan.risk].votes - approvals.size;
  return missing <= 0 ? { kind: "approved" } : { kind: "counted", missing };
}

function refusalOf(plan: Plan, { vote, role, breakGlass, reasonRequired }: VoteAsked): Phrase | null {
  const needed: Role = breakGlass ? "admin" : vote.verdict === "reject" ? "operator" : RULES[plan.risk].role;
  const state = stateRefusal(plan, vote.at);
  if (state) return state;
  if (role === "not-known") return phrase("groups-not-known");
  if (!mayActAs(role, needed)) return roleMissing(role, needed);
  if ((reasonRequired || breakGlass) && vote.reason.trim().length < 5) return phrase("reason-missing");
  if (plan.mayExecute.kind === "no" && vote.verdict === "approve") return plan.mayExecute.why;
  if (vote.digest !== plan.digest) return phrase("plan-changed");
  const already = plan.votes.some(
    (before) => before.person.id === vote.person.id && before.verdict === "approve" && before.digest === plan.digest,
  );
  return already && vote.verdict === "approve" && !breakGlass ? phrase("voted-already") : null;
}

function stateRefusal({ state, expiresAt }: Plan, at: number): Phrase | null {
  switch (state.kind) {
    case "open":
      return at >= expiresAt ? phrase("plan-expired") : null;
    case "approved":
      return phrase("plan-approved-already", { run: state.run });
    case "rejected":
      return phrase("plan-rejected-already", { by: state.by.name ?? state.by.id, reason: state.reason });
    case "expired":
      return phrase("plan-expired");
    case "superseded":
      return phrase("plan-superseded", { changed: state.changed.join(", ") });
    default:
      return state satisfies never;
  }
}
