import type { Person } from "../../domain/approval/people.ts";
import type { Phrase } from "../../domain/plan/plan.ts";
import type { Run } from "../../domain/run/run.ts";
import type { ActiveLease } from "../active-lease.ts";
import { auditDraft, SYSTEM } from "../audit-draft.ts";
import { aboutPlan } from "../decide.ts";
import type { FactSources } from "../fact-sources.ts";
import type { Clock } from "../ports/clock.ts";
import type { Seal } from "../ports/identifiers.ts";
import type { Log } from "../ports/log.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { Settings } from "../ports/settings.ts";
import type { Store } from "../ports/store.ts";
import type { IncidentReport } from "../report-incident.ts";
import type { PlanReport } from "../report-plan.ts";
import type { RowsReport } from "../report-rows.ts";
import { answerRun } from "./answer-run.ts";
import { carry } from "./carry-run.ts";

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
  readonly rowsReport: RowsReport;
  /** How often a waiting step asks DM, milliseconds. */
  readonly pollMs: number;
}

export interface Executor {
  /** Begins to carry every unfinished run that is not carried yet, each beside the others, until it ends, waits for a person, or the lease is lost. */
  pickUp(signal: AbortSignal): Promise<void>;
  /** `pickUp`, then waits for the repairs that are carried; for comparisons too where the signal says stop. */
  goOn(signal: AbortSignal): Promise<void>;
  /** A person's answer to a run: try the step again, bring back what is away, or stop a comparison. */
  byPerson(run: string, person: Person, what: RunAnswer): Promise<RunAnswered>;
}

export type RunAnswer = "go-on" | "put-back" | "stop";
export type RunAnswered = { readonly kind: "done" } | { readonly kind: "refused"; readonly why: Phrase };

export function createExecutor(parts: ExecutorParts): Executor {
  /** Runs that this process has carried before: any other that has begun was somebody else's. */
  const known = new Set<string>();
  /** Runs that are carried now. Locks keep them apart, so a replay of hours, or a comparison, holds no other one up. */
  const carried = new Map<string, Promise<void>>();
  const onlyReading = new Set<string>();
  /** Ends what a run is doing when a person has stopped it; the next `pickUp` finds it as it is stored then. */
  const stops = new Map<string, AbortController>();

  async function pickUp(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    for (const { id, plan } of await parts.store.runs.unfinished()) {
      if (carried.has(id) || signal.aborted) continue;
      if (plan.playbook === "compare-rows") onlyReading.add(id);
      const stop = new AbortController();
      stops.set(id, stop);
      const work = carryOne(parts, id, known, AbortSignal.any([signal, stop.signal])).finally(() => {
        carried.delete(id);
        stops.delete(id);
        onlyReading.delete(id);
      });
      carried.set(id, work);
    }
  }

  return {
    pickUp,
    async goOn(signal) {
      await pickUp(signal);
      await Promise.all(Array.from(carried, ([id, work]) => (onlyReading.has(id) && !signal.aborted ? undefined : work)));
    },
    async byPerson(id, person, what) {
      const answered = await answerRun(parts, id, person, what);
      if (answered.kind === "done" && what === "stop") stops.get(id)?.abort(new Error("stopped by a person"));
      return answered;
    },
  };
}

async function carryOne(parts: ExecutorParts, id: string, known: Set<string>, signal: AbortSignal): Promise<void> {
  try {
    // As it is now: it may have ended between the list and this.
    const run = await parts.store.runs.get(id);
    if (run?.state.kind !== "running") return;
    await takeOver(parts, run, known);
    await carry(parts, run, signal);
  } catch (error) {
    parts.log.error({ err: error, run: id }, "a run could not be carried on; it stays as it is stored");
  }
}

async function takeOver({ store, clock }: ExecutorParts, { id, plan, steps }: Run, known: Set<string>): Promise<void> {
  if (known.has(id)) return;
  known.add(id);
  if (steps.every(({ state }) => state.kind === "todo")) return;
  await store.audit.append(auditDraft(clock.now(), "run-taken-over", SYSTEM, { ...aboutPlan(plan), run: id, details: {} }));
}
