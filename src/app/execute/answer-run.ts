import type { Person } from "../../domain/approval/people.ts";
import type { Run } from "../../domain/run/run.ts";
import { againFrom, nextStep, putBack, withStep } from "../../domain/run/run-progress.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { auditDraft } from "../audit-draft.ts";
import { stopComparison } from "../compare/compare-rows.ts";
import { aboutPlan } from "../decide.ts";
import { ChangedMeanwhile, type StoreParts } from "../ports/store.ts";
import { comparisonName } from "./compare-rows.ts";
import type { ExecutorParts, RunAnswer, RunAnswered } from "./executor.ts";

/** A person's word on a run, in one transaction with its audit event and its message. */
export function answerRun(parts: ExecutorParts, id: string, person: Person, what: RunAnswer): Promise<RunAnswered> {
  return parts.store.transaction(async (tx): Promise<RunAnswered> => {
    const run = await tx.runs.get(id);
    const next = run ? afterAnswer(run, person, what, parts.clock.now()) : null;
    if (!run || !next) return { kind: "refused", why: phrase("run-not-waiting", { run: id }) };
    const fresh: Run = { ...next, deadlineAt: deadlineOf(parts, run) };
    if ((await tx.runs.update(fresh, null)) !== "stored") throw new ChangedMeanwhile(`run ${id}`);
    if (what === "stop") await tellStopped(parts, tx, run, person);
    const kind = what === "stop" ? "comparison-stopped" : "run-taken-over";
    await tx.audit.append(auditDraft(parts.clock.now(), kind, person, { ...aboutPlan(run.plan), run: id, details: { what } }));
    await parts.planReport.run(tx, { ...fresh, version: run.version + 1 });
    return { kind: "done" };
  });
}

/** What was compared before a person stopped it is a result too: it gets its end, and is told. */
async function tellStopped({ clock, rowsReport }: ExecutorParts, tx: StoreParts, run: Run, person: Person): Promise<void> {
  const record = nextStep(run);
  const stored = record && (await tx.records.get("comparison", comparisonName({ run, step: record.step })));
  if (!stored) return;
  const stopped = { ...stored, comparison: stopComparison(stored.comparison, person.id, clock.now()) };
  await tx.records.put("comparison", comparisonName({ run, step: record.step }), stopped);
  await tx.records.put("comparison", stored.id, stopped);
  await rowsReport.comparison(tx, run, stopped);
}

function deadlineOf({ clock, settings }: ExecutorParts, run: Run): number {
  return Math.max(run.deadlineAt, clock.now() + settings.policy.runDeadlineSeconds * 1000);
}

/** null: the run does not wait for this answer. */
function afterAnswer(run: Run, person: Person, what: RunAnswer, now: number): Run | null {
  if (what === "stop") {
    const next = nextStep(run);
    if (run.state.kind !== "running" || next?.step.action.kind !== "compare-rows") return null;
    return withStep(run, next.step.number, { kind: "skipped", at: now, why: `stopped by ${person.name ?? person.id}` });
  }
  if (run.state.kind !== "needs-person") return null;
  // What an undo has still to do is to put back.
  return what === "go-on" || run.plan.playbook === "undo" ? againFrom(run) : putBack(run, person.id, now);
}
