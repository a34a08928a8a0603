import type { Plan } from "../domain/plan/plan.ts";
import type { Run } from "../domain/run/run.ts";
import type { Document, Inline } from "../domain/wording/document.ts";
import { planMessage } from "../domain/wording/plan-message.ts";
import { runCall } from "../domain/wording/run-call.ts";
import { runMessage } from "../domain/wording/run-message.ts";
import type { Clock } from "./ports/clock.ts";
import type { Settings } from "./ports/settings.ts";
import type { StoreParts } from "./ports/store.ts";
import { cardKey, clusterOf } from "./report-incident.ts";

export interface PlanReport {
  plan(tx: StoreParts, plan: Plan): Promise<void>;
  run(tx: StoreParts, run: Run): Promise<void>;
  /** A new message that does ping the on-call group: edits notify nobody. `again`: how often it was called for before. */
  call(tx: StoreParts, run: Run, again?: number): Promise<void>;
}

/** One message a plan and one a run, in the incident's thread, updated in place; a run without an incident goes under its plan. */
export function createPlanReport({ settings, clock }: { readonly settings: Settings; readonly clock: Clock }): PlanReport {
  const wish = (tx: StoreParts, plan: Plan, key: string, words: Document, threadOf: string | null) =>
    tx.outbox.wish({
      key,
      channel: clusterOf(settings, plan.cluster).channel,
      threadOf,
      document: words,
      urgency: 0,
      at: clock.now(),
    });
  const threadOf = ({ plan }: Run): string => (plan.incident === null ? `plan:${plan.id}` : cardKey(plan.incident));
  return {
    plan: (tx, plan) =>
      wish(
        tx,
        plan,
        `plan:${plan.id}`,
        planMessage(plan, clusterOf(settings, plan.cluster).language),
        plan.incident === null ? null : cardKey(plan.incident),
      ),
    run: (tx, run) =>
      wish(tx, run.plan, `run:${run.id}`, runMessage(run, clusterOf(settings, run.plan.cluster).language), threadOf(run)),
    call(tx, run, again = 0) {
      const { language, onCallGroup } = clusterOf(settings, run.plan.cluster);
      const id = onCallGroup.critical;
      const mentions: Inline[] = id === null ? [] : [{ kind: "mention", of: "group", id }];
      const key = `run:${run.id}:call:${run.version}${again === 0 ? "" : `:${again}`}`;
      return wish(tx, run.plan, key, runCall(run, mentions, again > 0, language), threadOf(run));
    },
  };
}
