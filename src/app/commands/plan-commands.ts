import { NO_OPTIONS, type Plan, type PlanOptions } from "../../domain/plan/plan.ts";
import { readWish } from "../../domain/plan/read-wish.ts";
import type { Document } from "../../domain/wording/document.ts";
import type { Language } from "../../domain/wording/language.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { planDetails } from "../../domain/wording/plan-message.ts";
import { answerDocument, refusalDocument, refusals } from "../../domain/wording/refusal.ts";
import { clusterOf } from "../report-incident.ts";
import { type Asking, type CommandParts, roleRefusal, views, wrongUsage } from "./asking.ts";
import { findTask } from "./find-task.ts";

/** `/dm plan <task> …`: a plan to vote on, or with --dry-run every call and statement with its values and nothing else. */
export async function planCommand(parts: CommandParts, rest: string, asking: Asking): Promise<Document> {
  const { language, signal, person } = asking;
  const [, typed = "", words = ""] = /^(\S*)(.*)$/s.exec(rest) ?? [];
  if (typed === "") return wrongUsage(parts, "plan <task> [resume|stop-start|…] [--dry-run]", language);
  const read = readWish(words);
  if (read.kind === "not-understood") return refusalDocument(read.why, language);
  const { wish } = read;
  const found =
    wish.playbook === "start-task"
      ? startable(parts, typed, language)
      : findTask(views(parts), typed, { word: "plan", rest: words }, language);
  if (found.kind === "answer") return found.document;
  const refused = await roleRefusal(parts, asking, found.cluster, "operator");
  if (refused) return refused;
  const { playbook, source, options, dryRun } = wish;
  const outcome = await parts.propose(
    { cluster: found.cluster, incident: null, task: found.task, source, playbook, options, askedBy: person, dryRun },
    signal,
  );
  if (outcome.kind === "refused") return refusals(outcome.why, language);
  if (dryRun) return shown(parts, outcome.plan, language);
  return answerDocument(
    language === "en" ? `Plan ${outcome.plan.id} is in the thread.` : `计划 ${outcome.plan.id} 已发到消息列中。`,
  );
}

/** Every step in full; of several subjects those of one, because the others' are the same. */
function shown({ settings }: CommandParts, plan: Plan, language: Language): Document {
  const { masterAddress } = clusterOf(settings, plan.cluster);
  return planDetails(plan, masterAddress, language, plan.subjects.length === 1 ? plan.steps.length : undefined);
}

/** A stopped task is not listed by DM, so its name cannot be looked up: the cluster is named before it, or there is only one. */
function startable(parts: CommandParts, typed: string, language: Language): ReturnType<typeof findTask> {
  const clusters = parts.settings.clusters.map(({ name }) => name);
  const slash = typed.indexOf("/");
  const cluster = slash > 0 ? typed.slice(0, slash) : clusters.length === 1 ? clusters[0]! : null;
  if (cluster === null || !clusters.includes(cluster))
    return { kind: "answer", document: whichCluster(clusters, typed.slice(slash + 1), language) };
  return { kind: "one", cluster, task: typed.slice(slash + 1) };
}

function whichCluster(clusters: readonly string[], task: string, language: Language): Document {
  const names = clusters.map((name) => `${name}/${task}`).join(" · ");
  return answerDocument(language === "en" ? `In which cluster? ${names}` : `在哪个集群？${names}`, "warning");
}

/** `/dm compare <task> [table]`: an operator's word is enough, because nothing is changed; it starts at once and can be stopped. */
export async function compareCommand(parts: CommandParts, rest: string, asking: Asking): Promise<Document> {
  const { language } = asking;
  const [, typed = "", words = ""] = /^(\S*)(.*)$/s.exec(rest) ?? [];
  if (typed === "") return wrongUsage(parts, "compare <task> [schema.table]", language);
  const read = readWish(`compare-rows ${words}`);
  if (read.kind === "not-understood") return refusalDocument(read.why, language);
  const { source, options, dryRun } = read.wish;
  if (dryRun) return planCommand(parts, `${typed} compare-rows ${words}`, asking);
  const found = findTask(views(parts), typed, { word: "compare", rest: words }, language);
  if (found.kind === "answer") return found.document;
  return startComparison(parts, found.cluster, found.task, source, options, asking);
}

export async function startComparison(
  parts: CommandParts,
  cluster: string,
  task: string,
  source: string | null,
  options: PlanOptions,
  asking: Asking,
): Promise<Document> {
  const { language, person, signal } = asking;
  const refused = await roleRefusal(parts, asking, cluster, "operator");
  if (refused) return refused;
  const request = {
    cluster,
    incident: null,
    task,
    source,
    playbook: "compare-rows",
    options,
    askedBy: person,
    dryRun: false,
  } as const;
  const outcome = await parts.propose(request, signal);
  if (outcome.kind === "refused") return refusals(outcome.why, language);
  const { plan } = outcome;
  const decided = await parts.decide.decide({
    ...{ plan: plan.id, digest: plan.digest, person, verdict: "approve", at: plan.createdAt },
    reason: language === "en" ? "asked for by command" : "由命令发起",
  });
  if (decided.kind === "refused") return refusalDocument(decided.why, language);
  return answerDocument(
    language === "en"
      ? `The comparison has begun; its progress and its Stop button are in the channel (${plan.id}).`
      : `对比已开始，进度和停止按钮在频道中（${plan.id}）。`,
  );
}

/** `/dm undo <run>`: a plan of its own, with its own votes. */
export async function undoCommand(parts: CommandParts, rest: string, asking: Asking): Promise<Document> {
  const { language, person, signal } = asking;
  const [typed = "", ...others] = rest.split(/\s+/);
  const id = typed.toUpperCase();
  const dryRun = others[0] === "--dry-run";
  if (!/^R-\d+$/.test(id) || others.length > (dryRun ? 1 : 0)) return wrongUsage(parts, "undo R-<number> [--dry-run]", language);
  const run = await parts.store.runs.get(id);
  if (!run) return refusalDocument(phrase("no-such-run", { run: id }), language);
  const { cluster } = run.plan;
  const refused = await roleRefusal(parts, asking, cluster, "operator");
  if (refused) return refused;
  const options = { ...NO_OPTIONS, run: id };
  const outcome = await parts.propose(
    { cluster, incident: run.plan.incident, task: null, source: null, playbook: "undo", options, askedBy: person, dryRun },
    signal,
  );
  if (outcome.kind === "refused") return refusals(outcome.why, language);
  if (dryRun) return shown(parts, outcome.plan, language);
  return answerDocument(
    language === "en" ? `Plan ${outcome.plan.id} would undo ${id}.` : `计划 ${outcome.plan.id} 可撤销 ${id}。`,
  );
}
