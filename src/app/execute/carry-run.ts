import type { JsonValue } from "../../domain/audit/audit-event.ts";
import type { Run, RunState, StepProgress, StepRecord, StepState } from "../../domain/run/run.ts";
import {
  asNotMade,
  leftAfterPuttingBack,
  leftAt,
  nextStep,
  putBack,
  waitsForPerson,
  withProgress,
  withStep,
} from "../../domain/run/run-progress.ts";
import { isUnsafe } from "../../domain/run/standing.ts";
import { stepWords } from "../../domain/wording/step.ts";
import { auditDraft, SYSTEM } from "../audit-draft.ts";
import { aboutPlan } from "../decide.ts";
import { freezeOf } from "../freeze.ts";
import { bindingNow } from "./binding-now.ts";
import { endRun } from "./end-run.ts";
import type { ExecutorParts } from "./executor.ts";
import { callTimeoutMs, fencedStore, isHeldStill, leaseCovers, leasedDm } from "./lease-cover.ts";
import { ROUTINES } from "./routines.ts";
import type { StepAnswer, StepContext, StepOutcome, StepRoutine } from "./step-action.ts";

/** How often DM is asked before its silence, or a difference, counts. */
const LOOKS_AT_MOST = 5;
/** Progress is stored no more often than this. */
const TOLD_EVERY_MS = 3_000;

export async function carry(parts: ExecutorParts, begun: Run, signal: AbortSignal): Promise<void> {
  let run: Run | null = begun;
  while (run?.state.kind === "running" && !signal.aborted && parts.lease.held()) run = await oneStep(parts, run, signal);
}

/** One step: look whether the plan still holds, ask, store the intent, act, store the outcome. null: the store or the lease says stop. */
async function oneStep(parts: ExecutorParts, run: Run, signal: AbortSignal): Promise<Run | null> {
  const record = nextStep(run);
  if (!record) return endRun(parts, run, endOf(run, parts.clock.now()));
  // A write whose intent was stored may have been made or not: asked first, and held against the plan only when it was not.
  const mayBeMade = record.state.kind === "started" && ROUTINES[record.step.action.kind].writes;
  if (!mayBeMade) {
    const halt = await whatHalts(parts, run, record, signal);
    if (signal.aborted) return null;
    if (halt !== null) return obey(parts, run, halt);
  }
  return takeStep(parts, run, record, signal);
}

function obey(parts: ExecutorParts, run: Run, halt: Halt): Promise<Run | null> {
  return halt.kind === "end" ? endRun(parts, run, halt.state) : saveRun(parts, halt.run, "run-put-back", { why: halt.why });
}

async function takeStep(parts: ExecutorParts, run: Run, record: StepRecord, signal: AbortSignal): Promise<Run | null> {
  const routine = ROUTINES[record.step.action.kind];
  const asking = AbortSignal.any([signal, AbortSignal.timeout(record.step.atMostSeconds * 1000)]);
  const answer = await askPatiently(contextOf(parts, run, record, asking));
  if (signal.aborted) return null;
  if (routine.writes && record.state.kind === "started" && answer.kind === "not-yet") {
    const before = asNotMade(run, record);
    const halt = await whatHalts(parts, before, nextStep(before)!, signal);
    if (signal.aborted) return null;
    if (halt !== null) return obey(parts, before, halt);
  }
  // A step whose intent was stored, or that a person was asked to do, was most likely done for this run.
  const wasSo = record.state.kind !== "started" && !(record.state.kind === "todo" && record.state.wasShown);
  if (answer.kind === "already") return settle(parts, run, record, done(parts, answer.proof, wasSo));
  if (answer.kind === "cannot-know")
    return settle(parts, run, record, { kind: "unknown", at: parts.clock.now(), why: answer.why });
  const fence = parts.lease.held()?.fence ?? NO_FENCE;
  const callMs = Math.min(record.step.atMostSeconds * 1000, callTimeoutMs(parts.settings));
  if (routine.writes && !(await leaseCovers(parts, fence, callMs, signal))) return null;
  const begun = await begin(parts, run, record, fence);
  if (!begun) return null;
  const stale = new AbortController();
  const teller = createTeller(parts, begun, record, stale);
  const ending = AbortSignal.any([stale.signal, AbortSignal.timeout(record.step.atMostSeconds * 1000)]);
  const outcome = await act(parts, routine, begun, record, { fence, tell: teller.tell }, { ending, stopping: signal });
  const current = await teller.end();
  // Aborted from outside between intent and outcome, or not ours any more: the step stays `started`, the next owner asks.
  if (current === null || (signal.aborted && outcome.kind !== "done") || parts.lease.held()?.fence !== fence) return null;
  const state = await stateAfter(parts, outcome, contextOf(parts, current, record, signal));
  return settle(parts, current, record, state, outcome.kind === "done" ? outcome.details : undefined);
}

type Halt =
  | { readonly kind: "end"; readonly state: Exclude<RunState, { kind: "running" }> }
  | { readonly kind: "put-back"; readonly run: Run; readonly why: string };

/** While something is away the steps that bring it back may always be taken; before and after that, deadline, freeze and binding count. */
async function whatHalts(parts: ExecutorParts, run: Run, record: StepRecord, signal: AbortSignal): Promise<Halt | null> {
  if (run.puttingBack !== null) return null;
  const freeze = await freezeOf(parts, run.plan.cluster);
  const now = parts.clock.now();
  if (isUnsafe(run)) {
    if (!freeze || run.plan.playbook === "undo" || !canBePutBack(run)) return null;
    return { kind: "put-back", run: putBack(run, freeze.by.id, now), why: freeze.reason };
  }
  const over = freeze
    ? `frozen by ${freeze.by.name ?? freeze.by.id}: ${freeze.reason}`
    : now >= run.deadlineAt
      ? "the run's own deadline has passed"
      : await changedSince(parts, run, signal);
  return over === null ? null : { kind: "end", state: { kind: "failed", at: now, why: over, left: leftAt(run, record) } };
}

/** Only stopped so far: nothing was rewritten, nothing replays. From there on the shortest way to safety is forward. */
function canBePutBack(run: Run): boolean {
  return run.steps.every(
    ({ step, state }) =>
      state.kind === "todo" ||
      state.kind === "skipped" ||
      ["keep-task-yaml", "keep-source-yaml", "check-before-stop", "stop-task", "wait-until-gone", "prepare-backup"].includes(
        step.action.kind,
      ),
  );
}

/** A change must show several times: a master that is silent for a moment is none. */
async function changedSince(parts: ExecutorParts, run: Run, signal: AbortSignal): Promise<string | null> {
  let changed: string[] = [];
  for (let look = 1; look <= LOOKS_AT_MOST && !signal.aborted; look++) {
    changed = await bindingNow(parts, run, signal);
    if (changed.length === 0) return null;
    if (look < LOOKS_AT_MOST) await parts.clock.sleep(parts.pollMs, signal).catch(() => {});
  }
  return `what the plan was bound to has changed, or cannot be read now: ${changed.join(", ")}`;
}

/** The step's question, again while DM is silent: a person is called only when it stays so. */
async function askPatiently(context: StepContext): Promise<StepAnswer> {
  const routine = ROUTINES[context.step.action.kind];
  let answer = await routine.ask(context);
  for (let look = 1; look < LOOKS_AT_MOST && answer.kind === "cannot-know" && !context.signal.aborted; look++) {
    await context.clock.sleep(context.pollMs, context.signal).catch(() => {});
    answer = await routine.ask(context);
  }
  return answer;
}

function endOf(run: Run, at: number): Exclude<RunState, { kind: "running" }> {
  if (run.puttingBack !== null)
    return { kind: "failed", at, why: `put back by ${run.puttingBack.by}`, left: leftAfterPuttingBack(run) };
  const caveats = run.steps.flatMap(({ state }) => (state.kind === "done" && state.caveat !== null ? [state.caveat] : []));
  const notCompared = run.steps.flatMap(({ step, state }) =>
    state.kind === "skipped" && step.action.kind === "compare-rows" ? [`rows were not compared: ${state.why}`] : [],
  );
  return { kind: "succeeded", at, caveats: [...new Set([...caveats, ...notCompared])] };
}

/** Smaller than every fence. */
const NO_FENCE = -1;

/** What a step began with. */
interface Begun {
  /** Of the lease under which its intent was stored: what it does later counts only under the same one. */
  readonly fence: number;
  readonly tell: StepContext["tell"];
}

function contextOf(
  parts: ExecutorParts,
  run: Run,
  { step, state }: StepRecord,
  signal: AbortSignal,
  { fence, tell }: Begun = { fence: parts.lease.held()?.fence ?? NO_FENCE, tell: () => {} },
): StepContext {
  const { facts, store, seal, clock, pollMs, settings } = parts;
  const dm = facts.clusters.get(run.plan.cluster);
  if (!dm) throw new Error(`cluster ${run.plan.cluster} is not configured any more`);
  const timeoutMs = Math.min(step.atMostSeconds * 1000, callTimeoutMs(settings));
  const wasBegun = state.kind === "started";
  const wasShown = state.kind === "todo" && state.wasShown === true;
  const { rowsReport } = parts;
  return {
    ...{
      run,
      step,
      dm: leasedDm(dm, parts, fence),
      facts,
      store: fencedStore(store, fence),
      settings,
      seal,
      clock,
      signal,
      pollMs,
      timeoutMs,
      fence,
      tell,
    },
    ...{ wasBegun, wasShown, rowsReport },
    isOurs: () => isHeldStill(parts, fence),
  };
}

/**
 * A write is broken off when the lease is all but over: no call of this copy may be under way while another one is active. A stop of
 * this process waits for a call's answer instead, because DM would go on with a call that nobody listens to; only a long write, which
 * keeps its own state, and a step that only looks are broken off by it.
 */
async function act(
  parts: ExecutorParts,
  routine: StepRoutine,
  run: Run,
  record: StepRecord,
  begun: Begun,
  { ending, stopping }: { readonly ending: AbortSignal; readonly stopping: AbortSignal },
): Promise<StepOutcome> {
  const lost = new AbortController();
  const timer = setInterval(() => {
    if (routine.writes && !isHeldStill(parts, begun.fence)) lost.abort(new Error("the lease was lost during the call"));
  }, 100);
  const signals = routine.writes && routine.isLong !== true ? [ending, lost.signal] : [ending, lost.signal, stopping];
  try {
    return await routine.act(contextOf(parts, run, record, AbortSignal.any(signals), begun));
  } catch (error) {
    return { kind: "unclear", why: error instanceof Error ? error.message : String(error) };
  } finally {
    clearInterval(timer);
  }
}

function done({ clock }: ExecutorParts, proof: string, alreadySo: boolean, caveat: string | null = null): StepState {
  return { kind: "done", at: clock.now(), proof, alreadySo, caveat };
}

/** A reply that was lost says nothing: the step's own question decides, and where that cannot be known a person is called. */
async function stateAfter(parts: ExecutorParts, outcome: StepOutcome, context: StepContext): Promise<StepState> {
  const at = parts.clock.now();
  switch (outcome.kind) {
    case "done":
      return done(parts, outcome.proof, false, outcome.caveat ?? null);
    case "failed":
      return { kind: "failed", at, why: outcome.why };
    case "by-hand":
      return { kind: "by-hand", at, commands: outcome.commands };
    case "unclear": {
      const answer = await askPatiently({ ...context, wasBegun: true });
      if (answer.kind === "already") return done(parts, `${answer.proof} (the reply was lost: ${outcome.why})`, false);
      const more = answer.kind === "cannot-know" ? answer.why : "the effect is not to be seen";
      return { kind: "unknown", at, why: `${outcome.why}; ${more}` };
    }
    default:
      return outcome satisfies never;
  }
}

async function begin(parts: ExecutorParts, run: Run, record: StepRecord, fence: number): Promise<Run | null> {
  const attempt = record.state.kind === "started" ? record.state.attempt + 1 : 1;
  const state: StepState = { kind: "started", at: parts.clock.now(), attempt, fence, progress: null };
  return save(parts, withStep(run, record.step.number, state), "step-started", record, { attempt });
}

/** Stores a step's progress now and then. When the run was changed by somebody else, the step is ended. */
function createTeller(parts: ExecutorParts, begun: Run, { step }: StepRecord, stale: AbortController) {
  let run: Run | null = begun;
  let lastAt = Number.NEGATIVE_INFINITY;
  let storing: Promise<void> = Promise.resolve();

  async function store(progress: StepProgress): Promise<void> {
    const held = parts.lease.held();
    const next = run ? withProgress(run, step.number, progress) : null;
    if (!held || !run || !next) return;
    const stored = await parts.store.transaction(async (tx) => {
      const outcome = await tx.runs.update(next, held.fence);
      if (outcome === "stored") await parts.planReport.run(tx, { ...next, version: next.version + 1 });
      return outcome;
    });
    run = stored === "stored" ? { ...next, version: next.version + 1 } : null;
    if (run === null) stale.abort(new Error("the run was changed meanwhile"));
  }

  return {
    tell(progress: StepProgress): void {
      const now = parts.clock.monotonic();
      if (now - lastAt < TOLD_EVERY_MS) return;
      lastAt = now;
      storing = storing
        .then(() => store(progress))
        .catch((error: unknown) => parts.log.warn({ err: error, run: begun.id }, "progress could not be stored"));
    },
    /** The run as it is stored now; null: somebody else changed it. */
    async end(): Promise<Run | null> {
      await storing;
      return run;
    },
  };
}

async function settle(
  parts: ExecutorParts,
  run: Run,
  record: StepRecord,
  state: StepState,
  images: Readonly<Record<string, JsonValue>> = {},
): Promise<Run | null> {
  parts.metrics.count("dm_medic_steps_total", { action: record.step.action.kind, outcome: state.kind });
  const why = whyOf(state);
  const proof: Record<string, string | boolean> =
    state.kind === "done" ? { proof: state.proof, alreadySo: state.alreadySo } : { why };
  const saved = await save(parts, withStep(run, record.step.number, state), "step-ended", record, {
    outcome: state.kind,
    ...proof,
    ...images,
  });
  if (!saved || state.kind === "done") return saved;
  const ended = saved.steps.find((candidate) => candidate.step.number === record.step.number)!;
  return endRun(parts, saved, {
    kind: waitsForPerson(saved, state) ? "needs-person" : "failed",
    at: parts.clock.now(),
    why: `${stepWords(record.step, { language: "en" }).title}: ${why}`,
    left: leftAt(saved, ended),
  });
}

function whyOf(state: StepState): string {
  if (state.kind === "by-hand") return state.commands;
  return "why" in state ? state.why : "";
}

/** The run with its audit event and its message, in one transaction, under the lease's fence. */
async function save(
  parts: ExecutorParts,
  run: Run,
  kind: "step-started" | "step-ended",
  record: StepRecord,
  details: Record<string, JsonValue>,
): Promise<Run | null> {
  const { task, source } = record.step.target;
  const step = `${record.step.number} ${record.step.action.kind}`;
  const call = stepWords(record.step, { language: "en", generation: run.plan.binding.generation ?? "v2+" }).call;
  return saveRun(parts, run, kind, { step, call, ...details }, { task, source });
}

async function saveRun(
  parts: ExecutorParts,
  run: Run,
  kind: "step-started" | "step-ended" | "run-put-back",
  details: Record<string, JsonValue>,
  about: { readonly task?: string | null; readonly source?: string } = {},
): Promise<Run | null> {
  const fence = parts.lease.held()?.fence ?? null;
  if (fence === null) return null;
  return parts.store.transaction(async (tx) => {
    const stored = await tx.runs.update(run, fence);
    if (stored !== "stored") {
      parts.log.warn({ run: run.id, why: stored }, "this copy does not own the run any more");
      return null;
    }
    await tx.audit.append(
      auditDraft(parts.clock.now(), kind, SYSTEM, { ...aboutPlan(run.plan), ...about, run: run.id, details }),
    );
    const saved = { ...run, version: run.version + 1 };
    await parts.planReport.run(tx, saved);
    return saved;
  });
}
