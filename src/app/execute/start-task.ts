import type { StartForm } from "../../domain/plan/step-action.ts";
import { targetKey } from "../../domain/plan/target-key.ts";
import { standingOf } from "../../domain/run/standing.ts";
import { keeperOf } from "../../domain/run/undo.ts";
import { cannotKnow, masterHolds, subtaskAtWorker } from "./dm-questions.ts";
import { keptWrittenName, keptYamlName } from "./kept-names.ts";
import { readRows } from "./kept-rows.ts";
import { scopeOf } from "./scope.ts";
import { actionOf, type StepContext, type StepRoutine, taskOf } from "./step-action.ts";

/** `POST tasks` with the kept YAML. DM's precheck may refuse it, and then the task stays gone: the step fails loudly, the YAML stays kept. */
export const startTask: StepRoutine = {
  writes: true,
  async ask(context) {
    const holds = await masterHolds(context);
    if (typeof holds === "object") return cannotKnow(holds.why);
    if (!holds) return { kind: "not-yet" };
    const stranger = await strangerIn(context);
    return stranger === null
      ? { kind: "already", proof: "the master lists it for this source" }
      : cannotKnow(`somebody started it meanwhile, ${stranger}`);
  },
  async act(context) {
    const { form } = actionOf(context, "start-task");
    const { store, seal, run, step, dm, facts, timeoutMs, signal } = context;
    const task = taskOf(context);
    const kept = await store.kept.get(keptYamlName(keeperOf(run), task));
    if (kept === null) return { kind: "failed", why: "the kept YAML is not in the store" };
    const original = seal.open(kept);
    // The master forgets a task at once, its worker only after its transaction: a start before that is refused, or met by the old subtask.
    const lingering = await subtaskAtWorker(context);
    if (lingering.kind === "subtask" && lingering.subtask.stage !== "InvalidStage")
      return { kind: "failed", why: `the worker has not let go of it yet (${lingering.subtask.stageAsSaid}): go on in a moment` };
    const yaml = form === "original" ? original : facts.yaml.withSafeMode(original, step.target.source, await metaOf(context));
    const outcome = await dm.startTask({ task, yaml, ...(await scopeOf(context)) }, timeoutMs, signal);
    if (outcome.kind === "unknown") return { kind: "unclear", why: outcome.why };
    const holds = await masterHolds(context);
    if (typeof holds === "object") return { kind: "unclear", why: holds.why };
    if (holds) return { kind: "done", proof: provedBy(form) };
    return {
      kind: "failed",
      why:
        outcome.kind === "refused"
          ? `DM refused the start: ${withoutPassword(outcome.said, yaml, context)}`
          : "accepted, but the master does not list it",
    };
  },
};

const provedBy = (form: StartForm): string =>
  form === "original" ? "the master lists it for this source" : "the master lists it for this source, safe mode asked for";

/** A start that was not ours may run with other settings than the step wants: said, where DM's own copy tells. null: it fits. */
async function strangerIn(context: StepContext): Promise<string | null> {
  const { form } = actionOf(context, "start-task");
  const { dm, facts, step, signal } = context;
  const copy = await dm.taskConfig(taskOf(context), signal);
  if (copy.kind !== "config")
    return form === "safe-mode" && !mayBeOurs(context) ? "and whether in safe mode DM does not tell" : null;
  const isSafe = facts.yaml.isSafeMode(copy.yaml, step.target.source);
  if (form === "safe-mode") return isSafe ? null : "without safe mode";
  const wanted = await originalIsSafe(context);
  return isSafe && !wanted ? "in safe mode" : null;
}

/** This step, or one before it in this run, has started it in safe mode; v1.0 hands out no copy that would tell. */
function mayBeOurs({ wasBegun, run, step }: StepContext): boolean {
  if (wasBegun) return true;
  const standing = run.plan.playbook === "undo" ? undefined : standingOf(run).tasks.get(targetKey(step.target));
  return standing?.state === "safe-mode" || standing?.mayRun === "safe-mode";
}

async function originalIsSafe({ store, seal, run, step, facts }: StepContext): Promise<boolean> {
  const kept = await store.kept.get(keptYamlName(keeperOf(run), step.target.task ?? ""));
  return kept !== null && facts.yaml.isSafeMode(seal.open(kept), step.target.source);
}

/** The precheck looks at `meta` even where checkpoint rows have priority (over-4gib-lab): it is given the rewritten global row. */
async function metaOf(context: StepContext): Promise<{ file: string; position: number; gtid: string } | null> {
  const rows = await readRows(context, keptWrittenName(keeperOf(context.run), taskOf(context), context.step.target.source));
  const global = rows?.find((row) => row.isGlobal);
  return global ? { file: global.file.replace(/\|\d{6}(?=\.)/, ""), position: global.position, gtid: global.gtid ?? "" } : null;
}

/** DM may repeat a part of what it was given; a password in it must go no further. */
function withoutPassword(said: string, yaml: string, { facts }: StepContext): string {
  const task = facts.yaml.read(yaml);
  const password = task.kind === "task" ? (task.target?.password ?? "") : "";
  return password.length < 4 ? said : said.replaceAll(password, "******");
}
