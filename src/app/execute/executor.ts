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
import type { ReportComparison } from "../report-comparison.ts";
import type { IncidentReport } from "../report-incident.ts";
import type { PlanReport } from "../report-plan.ts";
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
  readonly reportComparison: ReportComparison;
  /** How often a waiting step asks DM, milliseconds. */
  readonly pollMs: number;
}

export interface Executor {
  /** Carries every unfinished run forward until each has ended, waits for a person, or the lease is lost. Calls join the one under way. */
  goOn(signal: AbortSignal): Promise<void>;
  /** A person's answer to a run: try the step again, bring back what is away, or stop a comparison. */
  byPerson(run: string, person: Person, what: RunAnswer): Promise<RunAnswered>;
}

export type RunAnswer = "go-on" | "put-back" | "stop";
export type RunAnswered = { readonly kind: "done" } | { readonly kind: "refused"; readonly why: Phrase };

export function createExecutor(parts: ExecutorParts): Executor {
  let again = false;
  let underWay: Promise<void> | null = null;
  /** Runs that this process has carried before: any other that has begun was somebody else's. */
  const known = new Set<string>();
  /** One lane a cluster, and one for each run that only reads: a comparison of an hour must not hold a repair up. */
  const lanes = new Map<string, Promise<void>>();

  async function carryAll(signal: AbortSignal): Promise<void> {
    do {
      again = false;
      const runs = await parts.store.runs.unfinished();
      for (const [lane, ofLane] of Map.groupBy(runs, laneOf)) {
        if (lanes.has(lane)) continue;
        lanes.set(
          lane,
          carryOneByOne(parts, ofLane, known, signal).finally(() => lanes.delete(lane)),
        );
      }
      // A repair's end is waited for; a comparison goes on beside the next round.
      await Promise.all(Array.from(lanes, ([lane, work]) => (lane.startsWith("reads ") ? undefined : work)));
    } while (again && !signal.aborted);
    if (signal.aborted) await Promise.all(lanes.values());
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

const laneOf = ({ id, plan }: Run): string => (plan.playbook === "compare-rows" ? `reads ${id}` : plan.cluster);

async function carryOneByOne(parts: ExecutorParts, runs: readonly Run[], known: Set<string>, signal: AbortSignal): Promise<void> {
  for (const run of runs) {
    if (signal.aborted) return;
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
