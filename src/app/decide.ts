import { judgeVote } from "../domain/approval/judge-vote.ts";
import type { Person, Role } from "../domain/approval/people.ts";
import { outdatedTargets } from "../domain/plan/outdated.ts";
import type { Phrase, Plan, Vote } from "../domain/plan/plan.ts";
import { locksOf, newRun } from "../domain/run/new-run.ts";
import type { Run } from "../domain/run/run.ts";
import { phrase } from "../domain/wording/phrases.ts";
import { auditDraft, SYSTEM } from "./audit-draft.ts";
import type { Authority } from "./authority.ts";
import { freezeOf, frozenPhrase } from "./freeze.ts";
import type { Clock } from "./ports/clock.ts";
import type { Log } from "./ports/log.ts";
import type { Metrics } from "./ports/metrics.ts";
import type { Settings } from "./ports/settings.ts";
import { ChangedMeanwhile, type Store, type StoreParts } from "./ports/store.ts";
import type { PlanReport } from "./report-plan.ts";

export interface Decision {
  readonly plan: string;
  /** The digest that the button showed. */
  readonly digest: string;
  readonly person: Person;
  readonly verdict: "approve" | "reject" | "break-glass";
  readonly reason: string;
  /** When the person clicked, milliseconds: everything is judged as of then. */
  readonly at: number;
}

export type DecideOutcome =
  | { readonly kind: "started"; readonly run: string }
  | { readonly kind: "counted"; readonly missing: number }
  | { readonly kind: "rejected" }
  | { readonly kind: "refused"; readonly why: Phrase };

const WORKED_ON_WITHIN_MS = 60_000;

export interface DecideParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly authority: Authority;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly report: PlanReport;
}

export interface Decide {
  decide(decision: Decision): Promise<DecideOutcome>;
  /** Whether this verdict on this plan needs a reason, so that it is asked for before. */
  asksReason(plan: Plan, verdict: Decision["verdict"]): boolean;
  /** Ends the plans whose time is over, or whose incident is not any more what they were made for. */
  expirePlans(): Promise<void>;
}

export function createDecide(parts: DecideParts): Decide {
  const { store, settings, clock, metrics } = parts;
  const asksReason = (plan: Plan, verdict: Decision["verdict"]) =>
    verdict === "break-glass" || settings.policy.reasonRequired[verdict].includes(plan.risk);

  return {
    asksReason,
    async decide(decision) {
      const known = await store.plans.get(decision.plan);
      if (!known) return { kind: "refused", why: phrase("no-such-plan", { plan: decision.plan }) };
      // Asked before the transaction: Slack may take its time, the store's lock must not wait for it.
      const role = await parts.authority.roleOf(decision.person, known.cluster, known.risk === "data");
      const outcome = await store.transaction((tx) => judge(parts, tx, decision, role, asksReason));
      metrics.count("dm_medic_votes_total", { outcome: outcome.kind });
      return outcome;
    },
    async expirePlans() {
      const now = clock.now();
      for (const plan of await store.plans.open()) {
        await store
          .transaction((tx) => endIfOver(parts, tx, plan, now))
          .catch((error: unknown) => parts.log.error({ err: error, plan: plan.id }, "a plan could not be ended"));
      }
    },
  };
}

/** Ends an open plan whose time is over, or whose incident is not any more what the plan was made for. */
async function endIfOver(parts: DecideParts, tx: StoreParts, plan: Plan, now: number): Promise<void> {
  if (plan.expiresAt > now) return void (await superseded(parts, tx, plan));
  const expired: Plan = { ...plan, state: { kind: "expired", at: now } };
  if ((await tx.plans.update(expired)) !== "stored") return;
  await tx.audit.append(auditDraft(now, "plan-expired", SYSTEM, aboutPlan(plan)));
  await parts.report.plan(tx, { ...expired, version: plan.version + 1 });
}

/** The votes of an open plan fall when what it was made for has changed. Returns the plan as it stands now. */
async function superseded(parts: DecideParts, tx: StoreParts, plan: Plan): Promise<Plan> {
  if (plan.state.kind !== "open" || plan.incident === null) return plan;
  const changed = outdatedTargets(plan, plan.targets, await tx.incidents.get(plan.incident));
  if (changed.length === 0) return plan;
  const now = parts.clock.now();
  const fallen: Plan = { ...plan, state: { kind: "superseded", at: now, changed } };
  if ((await tx.plans.update(fallen)) !== "stored") throw new ChangedMeanwhile(`plan ${plan.id}`);
  await tx.audit.append(auditDraft(now, "plan-superseded", SYSTEM, { ...aboutPlan(plan), details: { changed } }));
  const stored = { ...fallen, version: plan.version + 1 };
  await parts.report.plan(tx, stored);
  return stored;
}

async function judge(
  parts: DecideParts,
  tx: StoreParts,
  decision: Decision,
  role: Role | null | "not-known",
  asksReason: Decide["asksReason"],
): Promise<DecideOutcome> {
  const found = await tx.plans.get(decision.plan);
  if (!found) return { kind: "refused", why: phrase("no-such-plan", { plan: decision.plan }) };
  const plan = await superseded(parts, tx, found);
  const vote: Vote = {
    person: decision.person,
    verdict: decision.verdict === "reject" ? "reject" : "approve",
    at: decision.at,
    digest: decision.digest,
    reason: decision.reason,
  };
  const judgement = judgeVote(plan, {
    vote,
    role,
    breakGlass: decision.verdict === "break-glass",
    reasonRequired: asksReason(plan, decision.verdict),
  });
  const details = { verdict: decision.verdict, reason: decision.reason, digest: decision.digest };
  const record = (
    kind: "vote-counted" | "vote-refused" | "plan-rejected" | "break-glass" | "run-blocked",
    more: Record<string, string | number> = {},
  ) =>
    tx.audit.append(
      auditDraft(parts.clock.now(), kind, decision.person, { ...aboutPlan(plan), details: { ...details, ...more } }),
    );
  switch (judgement.kind) {
    case "refused":
      await record("vote-refused", { why: judgement.why.key });
      return judgement;
    case "rejected": {
      await record("plan-rejected");
      await storePlan(parts, tx, {
        ...plan,
        votes: [...plan.votes, vote],
        state: { kind: "rejected", at: decision.at, by: decision.person, reason: decision.reason },
      });
      return { kind: "rejected" };
    }
    case "counted":
      await record("vote-counted", { missing: judgement.missing });
      await storePlan(parts, tx, { ...plan, votes: [...plan.votes, vote] });
      return judgement;
    case "approved": {
      if (isStale(plan, decision, parts.clock.now())) {
        await record("vote-refused", { why: "plan-expired" });
        return { kind: "refused", why: phrase("plan-expired") };
      }
      const freeze = await freezeOf({ store: tx, settings: parts.settings }, plan.cluster);
      if (freeze) {
        await record("vote-refused", { why: "frozen" });
        return { kind: "refused", why: frozenPhrase(freeze) };
      }
      const undone = await waitingRunOf(tx, plan);
      const blocked = await blockedBy(tx, plan, undone);
      if (blocked) {
        await record("run-blocked", { ...blocked.values });
        return { kind: "refused", why: blocked };
      }
      await record(decision.verdict === "break-glass" ? "break-glass" : "vote-counted", { missing: 0 });
      return startRun(parts, tx, { ...plan, votes: [...plan.votes, vote] }, decision, undone);
    }
    default:
      return judgement satisfies never;
  }
}

/** A press made in time is judged as of then, but it does not start a run long after the plan's end: the store or this copy was away. */
function isStale({ expiresAt }: Plan, { at }: Decision, now: number): boolean {
  return now >= expiresAt && now - at > WORKED_ON_WITHIN_MS;
}

/** A run that waits for a person and that this plan undoes: the plan takes its place. */
async function waitingRunOf(tx: StoreParts, { playbook, subjects }: Plan): Promise<Run | null> {
  const id = playbook === "undo" ? (subjects[0]?.options.run ?? null) : null;
  const run = id === null ? null : await tx.runs.get(id);
  return run?.state.kind === "needs-person" ? run : null;
}

/** The run that holds one of the plan's tasks or sources, and what lifts that; the one that the plan undoes does not count. */
async function blockedBy(tx: StoreParts, plan: Plan, undone: Run | null): Promise<Phrase | null> {
  const locks = locksOf(plan);
  const held = (await tx.runs.locks()).find(
    ({ run, lock }) =>
      run !== undone?.id &&
      locks.some((wanted) => wanted.cluster === lock.cluster && wanted.what === lock.what && wanted.name === lock.name),
  );
  return held ? phrase("blocked", { run: held.run, what: held.lock.what, name: held.lock.name }) : null;
}

/** The plan's approval, its run and the run's locks become true together or not at all. */
async function startRun(
  parts: DecideParts,
  tx: StoreParts,
  plan: Plan,
  decision: Decision,
  undone: Run | null,
): Promise<DecideOutcome> {
  const now = parts.clock.now();
  const id = `R-${await tx.nextNumber("run")}`;
  if (undone) await giveWay(parts, tx, undone, id, decision.person);
  const approved: Plan = {
    ...plan,
    state: { kind: "approved", at: decision.at, run: id, breakGlass: decision.verdict === "break-glass" },
  };
  const run = newRun(id, approved, now, parts.settings.policy.runDeadlineSeconds);
  const inserted = await tx.runs.insert(run, locksOf(plan));
  if (inserted.kind === "blocked") throw new ChangedMeanwhile(`run ${inserted.by.run} took ${inserted.by.lock.name} just now`);
  await storePlan(parts, tx, approved);
  await tx.audit.append(
    auditDraft(now, "run-started", decision.person, {
      ...aboutPlan(plan),
      run: id,
      details: { playbook: plan.playbook, steps: plan.steps.length },
    }),
  );
  await parts.report.run(tx, run);
  return { kind: "started", run: id };
}

/** Ends a run that waited for a person, because another one undoes it from here. */
async function giveWay(parts: DecideParts, tx: StoreParts, run: Run, by: string, person: Person): Promise<void> {
  if (run.state.kind !== "needs-person") return;
  const at = parts.clock.now();
  const state = { kind: "failed", at, why: `${by} undoes it`, left: run.state.left } as const;
  if ((await tx.runs.update({ ...run, state }, null)) !== "stored") throw new ChangedMeanwhile(`run ${run.id}`);
  await tx.runs.releaseLocks(run.id);
  const details = { outcome: state.kind, why: state.why, left: state.left };
  await tx.audit.append(auditDraft(at, "run-ended", person, { ...aboutPlan(run.plan), run: run.id, details }));
  await parts.report.run(tx, { ...run, state, version: run.version + 1 });
}

async function storePlan(parts: DecideParts, tx: StoreParts, plan: Plan): Promise<void> {
  if ((await tx.plans.update(plan)) !== "stored") throw new ChangedMeanwhile(`plan ${plan.id}`);
  await parts.report.plan(tx, plan);
}

export function aboutPlan(plan: Plan) {
  return {
    cluster: plan.cluster,
    task: plan.targets[0]?.task ?? null,
    source: plan.targets[0]?.source ?? null,
    incident: plan.incident,
    plan: plan.id,
  };
}
