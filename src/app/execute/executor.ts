import type { Person } from "../../domain/approval/people.ts";
import type { Phrase } from "../../domain/plan/plan.ts";
import type { Run, RunState, StepRecord, StepState } from "../../domain/run/run.ts";
import {
  againFrom,
  isAway,
  isFirstWrite,
  leftAt,
  leftBefore,
  nextStep,
  putBack,
  withStep,
} from "../../domain/run/run-progress.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { stepWords } from "../../domain/wording/step.ts";
import type { ActiveLease } from "../active-lease.ts";
import { auditDraft, SYSTEM } from "../audit-draft.ts";
import { aboutPlan } from "../decide.ts";
import type { FactSources } from "../plan-facts.ts";
import type { Clock } from "../ports/clock.ts";
import type { Seal } from "../ports/identifiers.ts";
import type { Log } from "../ports/log.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { Settings } from "../ports/settings.ts";
import { ChangedMeanwhile, type Store, type StoreParts } from "../ports/store.ts";
import type { IncidentReport } from "../report-incident.ts";
import type { PlanReport } from "../report-plan.ts";
import { bindingNow } from "./binding-now.ts";
import { endRun } from "./end-run.ts";
import { ROUTINES } from "./routines.ts";
import type { StepAnswer, StepContext, StepOutcome } from "./step-action.ts";

export interface ExecutorParts {
  readonly store: Store;
  readonly facts: FactSources;
  readonly settings: Settings;
  readonly lease: ActiveLease;
  readonly seal: Seal;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly planReport: PlanReport;
  readonly incidentReport: IncidentReport;
  /** How often a waiting step asks DM, milliseconds. */
  readonly pollMs: number;
}

export interface Executor {
  /** Carries every unfinished run forward until each has ended, waits for a person, or the lease is lost. Calls join the one under way. */
  goOn(signal: AbortSignal): Promise<void>;
  /** A person's answer to a run that waits: try the step again, or bring the task back. */
  byPerson(
    run: string,
    person: Person,
    what: "go-on" | "put-back",
  ): Promise<{ readonly kind: "done" } | { readonly kind: "refused"; readonly why: Phrase }>;
}

/** Time that must be left of the lease beyond a call's own time-out, so that a call can never outlive it. */
const LEASE_MARGIN_MS = 2_000;
/** Where the lease counts as over for a call that is under way. */
const LEASE_END_MS = 500;
/** How often DM is asked before its silence, or a difference, counts. */
const LOOKS_AT_MOST = 5;

export function createExecutor(parts: ExecutorParts): Executor {
  let underWay: Promise<void> | null = null;
  let again = false;
  /** Runs that this process has carried before: any other that has begun was somebody else's. */
  const known = new Set<string>();

  async function carryAll(signal: AbortSignal): Promise<void> {
    do {
      again = false;
      const runs = await parts.store.runs.unfinished();
      const byCluster = Map.groupBy(runs, (run) => run.plan.cluster);
      await Promise.all(Array.from(byCluster.values(), (ofCluster) => carryOneByOne(parts, ofCluster, known, signal)));
    } while (again && !signal.aborted);
  }

  return {
    goOn(signal) {
      again = true;
      underWay ??= carryAll(signal).finally(() => {
        underWay = null;
      });
      return underWay;
    },
    byPerson: (id, person, what) => answerRun(parts, id, person, what),
  };
}

async function carryOneByOne(parts: ExecutorParts, runs: readonly Run[], known: Set<string>, signal: AbortSignal): Promise<void> {
  for (const run of runs) {
    try {
      await takeOver(parts, run, known);
      await carry(parts, run, signal);
    } catch (error) {
      parts.log.error({ err: error, run: run.id }, "a run could not be carried on; it stays as it is stored");
    }
  }
}

async function takeOver({ store, clock }: ExecutorParts, { id, plan, steps }: Run, known: Set<string>): Promise<void> {
  if (known.has(id)) return;
  known.add(id);
  if (steps.every(({ state }) => state.kind === "todo")) return;
  await store.audit.append(auditDraft(clock.now(), "run-taken-over", SYSTEM, { ...aboutPlan(plan), run: id, details: {} }));
}

async function carry(parts: ExecutorParts, begun: Run, signal: AbortSignal): Promise<void> {
  let run: Run | null = begun;
  while (run?.state.kind === "running" && !signal.aborted && parts.lease.held()) run = await oneStep(parts, run, signal);
}

/** One step: look whether the plan still holds, ask, store the intent, act, store the outcome. null: the store or the lease says stop. */
async function oneStep(parts: ExecutorParts, run: Run, signal: AbortSignal): Promise<Run | null> {
  const record = nextStep(run);
  if (!record) return endRun(parts, run, { kind: "succeeded", at: parts.clock.now() });
  // A first write whose intent was stored may have been made or not: asked first, and held against the plan only when it was not.
  const mayBeMade = isFirstWrite(record.step) && record.state.kind === "started";
  if (!mayBeMade && !isAway(run, record.step.target)) {
    const over = await noLongerHolds(parts, run, record, signal);
    if (signal.aborted) return null;
    if (over !== null) return endRun(parts, run, over);
  }
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(record.step.atMostSeconds * 1000)]);
  const context = contextOf(parts, run, record, deadline);
  const routine = ROUTINES[record.step.action.kind];
  const answer = await askPatiently(context);
  if (signal.aborted) return null;
  if (mayBeMade && answer.kind === "not-yet") {
    const over = await noLongerHolds(parts, run, record, signal);
    if (signal.aborted) return null;
    if (over !== null) return endRun(parts, run, over);
  }
  if (answer.kind === "already")
    return settle(parts, run, record, { kind: "done", at: parts.clock.now(), proof: answer.proof, alreadySo: true });
  if (answer.kind === "cannot-know")
    return settle(parts, run, record, { kind: "unknown", at: parts.clock.now(), why: answer.why });
  if (routine.writes && !(await leaseCovers(parts, record.step.atMostSeconds, signal))) return null;
  const begun = await begin(parts, run, record);
  if (!begun) return null;
  const outcome = routine.writes
    ? await actWhileLeased(parts, begun, record)
    : await act(routine.act, contextOf(parts, begun, record, deadline));
  // Aborted from outside between intent and outcome: the step stays `started`, the next owner asks.
  if (signal.aborted && outcome.kind !== "done") return null;
  return settle(parts, begun, record, await stateAfter(parts, outcome, contextOf(parts, begun, record, signal)));
}

/** Why the run may not take this step any more; null: it may. What was begun may always be brought back, so that is not asked here. */
async function noLongerHolds(
  parts: ExecutorParts,
  run: Run,
  record: StepRecord,
  signal: AbortSignal,
): Promise<Extract<RunState, { kind: "failed" }> | null> {
  const why =
    parts.clock.now() >= run.deadlineAt ? "the run's own deadline has passed" : await changedSince(parts, run, record, signal);
  return why === null ? null : { kind: "failed", at: parts.clock.now(), why, left: leftBefore(record) };
}

/** A change must show several times: a master that is silent for a moment is none. */
async function changedSince(parts: ExecutorParts, run: Run, record: StepRecord, signal: AbortSignal): Promise<string | null> {
  let now: string[] = [];
  for (let look = 1; look <= LOOKS_AT_MOST && !signal.aborted; look++) {
    now = await bindingNow(parts, run, record, signal);
    if (now.length === 0) return null;
    if (look < LOOKS_AT_MOST) await parts.clock.sleep(parts.pollMs, signal).catch(() => {});
  }
  return `what the plan was bound to has changed: ${now.join(", ")}`;
}

/** The step's question, again while DM is silent: a person is called only when it stays so. */
async function askPatiently(context: StepContext): Promise<StepAnswer> {
  const { ask } = ROUTINES[context.step.action.kind];
  let answer = await ask(context);
  for (let look = 1; look < LOOKS_AT_MOST && answer.kind === "cannot-know" && !context.signal.aborted; look++) {
    await context.clock.sleep(context.pollMs, context.signal).catch(() => {});
    answer = await ask(context);
  }
  return answer;
}

/**
 * A write is broken off when the lease is all but over: no call of this copy may be under way while another one is active. A stop of
 * this process waits for its answer instead, because DM would go on with a call that nobody listens to.
 */
async function actWhileLeased(parts: ExecutorParts, run: Run, record: StepRecord): Promise<StepOutcome> {
  const lost = new AbortController();
  const timer = setInterval(() => {
    if ((parts.lease.held()?.timeLeftMs() ?? 0) < LEASE_END_MS) lost.abort(new Error("the lease was lost during the call"));
  }, 100);
  const ending = AbortSignal.any([lost.signal, AbortSignal.timeout(record.step.atMostSeconds * 1000)]);
  const { act: work } = ROUTINES[record.step.action.kind];
  return act(work, contextOf(parts, run, record, ending)).finally(() => clearInterval(timer));
}

/** Waits for the lease's renewal when too little is left of it; false when it was lost. */
async function leaseCovers(
  { lease, clock, settings }: ExecutorParts,
  atMostSeconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  const needed = Math.min(atMostSeconds * 1000, callTimeoutMs(settings)) + LEASE_MARGIN_MS;
  for (let held = lease.held(); held && !signal.aborted; held = lease.held()) {
    if (held.timeLeftMs() > needed) return true;
    await clock.sleep(200, signal).catch(() => {});
  }
  return false;
}

/** A write may take as long as the lease can cover right after its renewal. */
function callTimeoutMs(settings: Settings): number {
  return Math.max(1_000, settings.policy.leaseSeconds * 1000 * 0.6 - LEASE_MARGIN_MS);
}

function contextOf(parts: ExecutorParts, run: Run, { step }: StepRecord, signal: AbortSignal): StepContext {
  const { facts, store, seal, clock, pollMs, settings } = parts;
  const dm = facts.clusters.get(run.plan.cluster);
  if (!dm) throw new Error(`cluster ${run.plan.cluster} is not configured any more`);
  return {
    run,
    step,
    dm,
    facts,
    store,
    seal,
    clock,
    signal,
    pollMs,
    timeoutMs: Math.min(step.atMostSeconds * 1000, callTimeoutMs(settings)),
  };
}

async function act(work: (context: StepContext) => Promise<StepOutcome>, context: StepContext): Promise<StepOutcome> {
  try {
    return await work(context);
  } catch (error) {
    return { kind: "unclear", why: error instanceof Error ? error.message : String(error) };
  }
}

/** A reply that was lost says nothing: the step's own question decides, and where that cannot be known a person is called. */
async function stateAfter(parts: ExecutorParts, outcome: StepOutcome, context: StepContext): Promise<StepState> {
  const at = parts.clock.now();
  if (outcome.kind === "done") return { kind: "done", at, proof: outcome.proof, alreadySo: false };
  if (outcome.kind === "failed") return { kind: "failed", at, why: outcome.why };
  const answer = await askPatiently(context);
  if (answer.kind === "already")
    return { kind: "done", at, proof: `${answer.proof} (the reply was lost: ${outcome.why})`, alreadySo: false };
  const more = answer.kind === "cannot-know" ? answer.why : "the effect is not to be seen";
  return { kind: "unknown", at, why: `${outcome.why}; ${more}` };
}

async function begin(parts: ExecutorParts, run: Run, record: StepRecord): Promise<Run | null> {
  const held = parts.lease.held();
  if (!held) return null;
  const attempt = record.state.kind === "started" ? record.state.attempt + 1 : 1;
  const state: StepState = { kind: "started", at: parts.clock.now(), attempt, fence: held.fence };
  return save(parts, withStep(run, record.step.number, state), "step-started", record, { attempt });
}

async function settle(parts: ExecutorParts, run: Run, record: StepRecord, state: StepState): Promise<Run | null> {
  parts.metrics.count("dm_medic_steps_total", { action: record.step.action.kind, outcome: state.kind });
  const proof: Record<string, string | boolean> =
    state.kind === "done" ? { proof: state.proof, alreadySo: state.alreadySo } : { why: "why" in state ? state.why : "" };
  const saved = await save(parts, withStep(run, record.step.number, state), "step-ended", record, {
    outcome: state.kind,
    ...proof,
  });
  if (!saved || state.kind === "done") return saved;
  const ended = saved.steps.find((candidate) => candidate.step.number === record.step.number)!;
  const why = "why" in state ? state.why : "";
  const left = leftAt(saved, ended);
  // What is away, or cannot be known, keeps its locks and waits for a person; everything else simply ends.
  const waits = state.kind === "unknown" || left === "task-gone";
  return endRun(parts, saved, {
    kind: waits ? "needs-person" : "failed",
    at: parts.clock.now(),
    why: `${stepWords(record.step, "en").title}: ${why}`,
    left,
  });
}

/** The run with its audit event and its message, in one transaction, under the lease's fence. */
async function save(
  parts: ExecutorParts,
  run: Run,
  kind: "step-started" | "step-ended",
  record: StepRecord,
  details: Record<string, string | number | boolean>,
): Promise<Run | null> {
  const fence = parts.lease.held()?.fence ?? null;
  if (fence === null) return null;
  return parts.store.transaction(async (tx) => {
    const stored = await tx.runs.update(run, fence);
    if (stored !== "stored") return lost(parts, run, stored);
    const { task, source } = record.step.target;
    const step = `${record.step.number} ${record.step.action.kind}`;
    await tx.audit.append(
      auditDraft(parts.clock.now(), kind, SYSTEM, {
        ...aboutPlan(run.plan),
        task,
        source,
        run: run.id,
        details: { step, call: stepWords(record.step, "en", run.plan.binding.generation).call, ...details },
      }),
    );
    const saved = { ...run, version: run.version + 1 };
    await parts.planReport.run(tx, saved);
    return saved;
  });
}

function lost(parts: ExecutorParts, run: Run, why: string): null {
  parts.log.warn({ run: run.id, why }, "this copy does not own the run any more");
  return null;
}

async function answerRun(parts: ExecutorParts, id: string, person: Person, what: "go-on" | "put-back") {
  return parts.store.transaction(async (tx: StoreParts) => {
    const run = await tx.runs.get(id);
    if (run?.state.kind !== "needs-person") return { kind: "refused", why: phrase("run-not-waiting", { run: id }) } as const;
    const next = what === "go-on" ? againFrom(run) : putBack(run, parts.clock.now());
    const fresh: Run = { ...next, deadlineAt: parts.clock.now() + parts.settings.policy.runDeadlineSeconds * 1000 };
    if ((await tx.runs.update(fresh, null)) !== "stored") throw new ChangedMeanwhile(`run ${id}`);
    await tx.audit.append(
      auditDraft(parts.clock.now(), "run-taken-over", person, { ...aboutPlan(run.plan), run: id, details: { what } }),
    );
    await parts.planReport.run(tx, { ...fresh, version: run.version + 1 });
    return { kind: "done" } as const;
  });
}
