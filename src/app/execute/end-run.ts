import { treated } from "../../domain/incident/treatment.ts";
import { isChanging } from "../../domain/plan/step-action.ts";
import { offerFor } from "../../domain/playbooks/choose-playbook.ts";
import type { Run, RunState } from "../../domain/run/run.ts";
import { auditDraft, SYSTEM } from "../audit-draft.ts";
import { aboutPlan } from "../decide.ts";
import { ChangedMeanwhile, type StoreParts } from "../ports/store.ts";
import type { ExecutorParts } from "./executor.ts";

/** Ends a run, or hands it to a person: outcome, locks, audit, messages and the playbook's budget change together. */
export async function endRun(parts: ExecutorParts, run: Run, state: Exclude<RunState, { kind: "running" }>): Promise<Run | null> {
  const fence = parts.lease.held()?.fence ?? null;
  if (fence === null) return null;
  const ended = await parts.store.transaction(async (tx) => {
    const stored = await tx.runs.update({ ...run, state }, fence);
    if (stored !== "stored") return null;
    if (state.kind !== "needs-person") await tx.runs.releaseLocks(run.id);
    const about = { ...aboutPlan(run.plan), run: run.id };
    const details = { outcome: state.kind, ...("why" in state ? { why: state.why, left: state.left } : {}) };
    await tx.audit.append(auditDraft(parts.clock.now(), "run-ended", SYSTEM, { ...about, details }));
    if ("left" in state && state.left === "task-gone")
      await tx.audit.append(auditDraft(parts.clock.now(), "task-left-gone", SYSTEM, { ...about, details: { why: state.why } }));
    const saved: Run = { ...run, state, version: run.version + 1 };
    await parts.planReport.run(tx, saved);
    if (state.kind === "needs-person") await parts.planReport.call(tx, saved);
    if (state.kind !== "needs-person") await noteTreatment(parts, tx, run, state.kind);
    return saved;
  });
  if (ended)
    parts.metrics.count("dm_medic_runs_total", { cluster: run.plan.cluster, playbook: run.plan.playbook, outcome: state.kind });
  return ended;
}

/** A run that did something counts on its incident: against the playbook when it did not help, and the playbook rests after either. */
async function noteTreatment(parts: ExecutorParts, tx: StoreParts, run: Run, outcome: "succeeded" | "failed"): Promise<void> {
  const acted = run.steps.some(({ step, state }) => isChanging(step.action) && state.kind === "done" && !state.alreadySo);
  // One that people had put back was not tried to its end.
  const { playbook } = run.plan;
  if (!acted || playbook === "undo" || run.puttingBack !== null || run.plan.incident === null) return;
  const incident = await tx.incidents.get(run.plan.incident);
  if (!incident || incident.state === "closed") return;
  const { ineffectiveRunsAtMost, coolDownSeconds } = parts.settings.policy;
  const restsUntil = parts.clock.now() + coolDownSeconds * 1000;
  const changed = treated(incident, playbook, outcome === "succeeded" ? "effective" : "ineffective", restsUntil);
  if ((await tx.incidents.update(changed)) !== "stored") throw new ChangedMeanwhile(`incident ${incident.id}`);
  const saved = { ...changed, version: changed.version + 1 };
  await parts.incidentReport.card(tx, saved);
  if (outcome === "failed" && offerFor(saved, parts.clock.now(), ineffectiveRunsAtMost).kind === "used-up")
    await parts.incidentReport.usedUp(tx, saved);
}
