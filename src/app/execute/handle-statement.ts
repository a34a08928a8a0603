import { failingStatement } from "../../domain/statement/failing-statement.ts";
import { handledName } from "../../domain/statement/handled-statement.ts";
import { cannotKnow, subtaskAtWorker } from "./dm-questions.ts";
import { actionOf, type StepContext, type StepOutcome, type StepRoutine, taskOf } from "./step-action.ts";
import { pause } from "./wait-until-gone.ts";

/**
 * `PUT errors`. DM keeps no id of what it was told, and has reported success falsely; so what counts is whether the subtask still fails
 * on this statement. A second skip would meet the next failing statement, therefore each is bound to its position.
 */
export const handleStatement: StepRoutine = {
  writes: true,
  async ask(context) {
    const { how } = actionOf(context, "handle-statement");
    const stands = await standsAt(context);
    if (stands.kind === "not-known") return cannotKnow(stands.why);
    if (how === "revert") return stands.kind === "failing" ? { kind: "not-yet" } : cannotKnow("it does not fail on it any more");
    if (stands.kind === "failing") return { kind: "not-yet" };
    if (context.wasBegun) return { kind: "already", proof: "it does not fail on it any more; in the ledger as open" };
    return cannotKnow(
      stands.kind === "other"
        ? `it fails on another statement now: ${stands.statement}`
        : "it does not fail any more: somebody handled it",
    );
  },
  async act(context) {
    const { how, position, instead } = actionOf(context, "handle-statement");
    const { dm, step, timeoutMs, signal } = context;
    const call = { task: taskOf(context), source: step.target.source, how, position, statements: instead };
    // Before the call: whatever becomes of the answer or of this process, what the downstream may miss stands in the ledger.
    if (how !== "revert") await noted(context, how);
    const outcome = await dm.handleStatement(call, timeoutMs, signal);
    // Told again after a death that left open whether it had been told: there is nothing to take back any more.
    if (outcome.kind === "refused" && how === "revert" && context.wasBegun && /operator not exist/i.test(outcome.said))
      return reverted(context);
    if (outcome.kind === "refused") {
      if (how !== "revert") await context.store.records.remove("handled-statement", lineName(context));
      return { kind: "failed", why: outcome.said };
    }
    if (outcome.kind === "unknown") return { kind: "unclear", why: outcome.why };
    if (how === "revert") return reverted(context);
    while (!signal.aborted) {
      const stands = await standsAt(context);
      if (stands.kind === "past" || stands.kind === "other")
        return {
          kind: "done",
          proof: "past it; in the ledger as open",
          details: { statement: actionOf(context, "handle-statement").statement, instead: [...instead], position },
        };
      await pause(context);
    }
    return { kind: "failed", why: "DM took it, but the subtask still fails on the statement" };
  },
};

type Stands =
  | { readonly kind: "failing" }
  | { readonly kind: "other"; readonly statement: string }
  | { readonly kind: "past" }
  | { readonly kind: "not-known"; readonly why: string };

async function standsAt(context: StepContext): Promise<Stands> {
  const { statement, position } = actionOf(context, "handle-statement");
  const at = await subtaskAtWorker(context);
  if (at.kind === "not-known") return at;
  if (at.kind === "absent") return { kind: "not-known", why: "the source's worker does not list the task" };
  const errors = at.subtask.result?.errors ?? [];
  if (errors.length === 0)
    return at.subtask.stage === "Running" ? { kind: "past" } : { kind: "not-known", why: at.subtask.stageAsSaid };
  const failing = failingStatement(errors);
  if (!failing) return { kind: "other", statement: (errors[0]?.rawCause || errors[0]?.message || "").slice(0, 300) };
  const isSame = failing.statement === statement && failing.position === position;
  return isSame ? { kind: "failing" } : { kind: "other", statement: failing.statement.slice(0, 300) };
}

const lineKey = (context: StepContext) => ({
  run: context.run.id,
  task: taskOf(context),
  source: context.step.target.source,
});
const lineName = (context: StepContext): string => handledName(lineKey(context));

/** Into the ledger: what the downstream misses stays open until somebody says that it was made up for. */
async function noted(context: StepContext, how: "skip" | "replace"): Promise<void> {
  const { position, statement, instead } = actionOf(context, "handle-statement");
  const { store, run, clock } = context;
  await store.records.put("handled-statement", lineName(context), {
    ...{ ...lineKey(context), cluster: run.plan.cluster, how, position, statement, instead, at: clock.now() },
    followUp: { kind: "open" },
  });
}

async function reverted(context: StepContext): Promise<StepOutcome> {
  const { store, run, clock } = context;
  const { statement } = actionOf(context, "handle-statement");
  for (const line of await store.records.list("handled-statement")) {
    const isIt = line.cluster === run.plan.cluster && line.task === taskOf(context) && line.statement === statement;
    if (isIt && line.followUp.kind === "open")
      await store.records.put("handled-statement", handledName(line), {
        ...line,
        followUp: { kind: "reverted", at: clock.now(), run: run.id },
      });
  }
  return { kind: "done", proof: "DM took it back; the subtask still stands before the statement" };
}
