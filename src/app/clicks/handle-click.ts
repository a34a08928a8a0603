import type { Person } from "../../domain/approval/people.ts";
import { NO_OPTIONS } from "../../domain/plan/plan.ts";
import { auditDocument } from "../../domain/wording/audit-list.ts";
import type { ButtonAction, Document } from "../../domain/wording/document.ts";
import { incidentDetails } from "../../domain/wording/incident-details.ts";
import type { Language } from "../../domain/wording/language.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { planDetails } from "../../domain/wording/plan-message.ts";
import { answerDocument, refusalDocument, refusals } from "../../domain/wording/refusal.ts";
import { languageOf } from "../commands/asking.ts";
import type { DecideOutcome } from "../decide.ts";
import type { StoredClick } from "../ports/store.ts";
import { clusterOf } from "../report-incident.ts";
import { type ClickParts, type Handler, roleRefusal } from "./click-handler.ts";
import { giveDifferences } from "./on-differences.ts";
import { acknowledge, checkAgain, silence } from "./on-incident.ts";
import { acceptRows, compare, stopMeant, undo } from "./on-rows.ts";
import { answerRun } from "./on-run.ts";

export interface Clicks {
  /** Does what a stored click asks, once, and returns what the clicker sees. */
  handle(click: StoredClick, signal: AbortSignal): Promise<Document>;
  /** What a read-only button shows; nothing is stored for it. */
  show(action: ButtonAction, value: string, channel: string | null): Promise<Document>;
  /** Whether a reason must be asked for before this click counts. */
  asksReason(action: ButtonAction, value: string): Promise<boolean>;
}

const HANDLERS: Readonly<Partial<Record<ButtonAction, Handler>>> = {
  "show-plan": showPlan,
  propose: showPlan,
  acknowledge,
  silence,
  "check-again": checkAgain,
  approve: vote("approve"),
  reject: vote("reject"),
  "break-glass": vote("break-glass"),
  "go-on": answerRun("go-on"),
  "put-back": answerRun("put-back"),
  "stop-comparison": answerRun("stop"),
  undo,
  compare,
  "accept-rows": acceptRows,
  "stop-meant": stopMeant,
  "choose-task": chooseTask,
  "differences-sql": giveDifferences("sql"),
  "differences-csv": giveDifferences("csv"),
};

export function createClicks(parts: ClickParts): Clicks {
  return {
    async handle(click, signal) {
      const language = languageOf(parts.settings, click.channel);
      const handler = HANDLERS[click.action as ButtonAction];
      const words = handler
        ? await orFailed(parts, click, handler(parts, click, click.person, language, signal))
        : answerDocument(
            language === "en"
              ? "This button is from another version of me. Ask again with the command."
              : "这个按钮来自其他版本，请用命令重新查询。",
            "warning",
          );
      const outcome = words.tone === "warning" ? "refused" : "done";
      parts.metrics.count("dm_medic_clicks_total", { action: handler ? click.action : "unknown", outcome });
      await parts.store.clicks.answered(click.id, parts.clock.now(), words.headline);
      return words;
    },
    show: (action, value, channel) => show(parts, action, value, languageOf(parts.settings, channel)),
    async asksReason(action, value) {
      if (action === "accept-rows" || action === "stop-meant") return true;
      if (action !== "approve" && action !== "reject" && action !== "break-glass") return false;
      const plan = await parts.store.plans.get(value.split("|")[0]!);
      return plan !== null && plan.state.kind === "open" && parts.decide.asksReason(plan, action);
    },
  };
}

/** A click that failed is answered, not left waiting: it must not be tried again behind the person's back. */
async function orFailed(
  { store, clock, metrics, log }: ClickParts,
  click: StoredClick,
  work: Promise<Document>,
): Promise<Document> {
  try {
    return await work;
  } catch (error) {
    metrics.count("dm_medic_clicks_total", { action: click.action, outcome: "failed" });
    await store.clicks
      .answered(click.id, clock.now(), "failed")
      .catch((second: unknown) => log.error({ err: second, click: click.id }, "a failed click could not be marked"));
    throw error;
  }
}

async function show(
  { store, settings, watch }: ClickParts,
  action: ButtonAction,
  value: string,
  language: Language,
): Promise<Document> {
  const id = value.split("|")[0]!;
  if (action === "plan-details") {
    const plan = await store.plans.get(id);
    return plan
      ? planDetails(plan, clusterOf(settings, plan.cluster).masterAddress, language)
      : refusalDocument(phrase("no-such-plan", { plan: id }), language);
  }
  if (action === "show-audit") {
    const run = await store.runs.get(id);
    const ofPlan = run ? (await store.audit.about({ plan: run.plan.id }, 60)).filter((event) => event.run === null) : [];
    const events = [...(await store.audit.about({ run: id }, 60)), ...ofPlan];
    return auditDocument(
      events.toSorted((a, b) => a.sequence - b.sequence),
      id,
      language,
    );
  }
  const incident = await store.incidents.get(id);
  return incident
    ? incidentDetails(
        incident,
        clusterOf(settings, incident.cluster).masterAddress,
        language,
        watch.latest(incident.cluster).observation?.generation,
      )
    : refusalDocument(phrase("no-such-incident", { incident: id }), language);
}

async function showPlan(
  parts: ClickParts,
  click: StoredClick,
  person: Person,
  language: Language,
  signal: AbortSignal,
): Promise<Document> {
  const incident = await parts.store.incidents.get(click.value);
  if (incident?.state !== "open") return refusalDocument(phrase("no-such-incident", { incident: click.value }), language);
  const refusal = await roleRefusal(parts, click, incident.cluster, "operator");
  if (refusal) return refusalDocument(refusal, language);
  const outcome = await parts.propose(
    {
      cluster: incident.cluster,
      incident: incident.id,
      task: null,
      source: null,
      playbook: null,
      options: NO_OPTIONS,
      askedBy: person,
      dryRun: false,
    },
    signal,
  );
  if (outcome.kind === "refused") return refusals(outcome.why, language);
  return answerDocument(
    language === "en"
      ? `Plan ${outcome.plan.id} is in the thread; it can be voted on.`
      : `计划 ${outcome.plan.id} 已发到消息列，可以投票。`,
  );
}

function vote(verdict: "approve" | "reject" | "break-glass"): Handler {
  return async (parts, click, person, language) => {
    const [plan = "", digest = ""] = click.value.split("|");
    const outcome = await parts.decide.decide({ plan, digest, person, verdict, reason: click.reason, at: click.at });
    return outcome.kind === "refused"
      ? refusalDocument(outcome.why, language)
      : answerDocument(voteSentence(outcome, plan, language));
  };
}

function voteSentence(outcome: Exclude<DecideOutcome, { kind: "refused" }>, plan: string, language: Language): string {
  const en = language === "en";
  switch (outcome.kind) {
    case "started":
      return en ? `Approved: ${outcome.run} carries it out.` : `已批准：${outcome.run} 正在执行。`;
    case "counted":
      return en ? `Counted; ${outcome.missing} more needed.` : `已计入，还需要 ${outcome.missing} 票。`;
    case "rejected":
      return en ? `${plan} is rejected.` : `已拒绝 ${plan}。`;
    default:
      return outcome satisfies never;
  }
}

async function chooseTask(
  parts: ClickParts,
  click: StoredClick,
  person: Person,
  _language: Language,
  signal: AbortSignal,
): Promise<Document> {
  return parts.commands.handle({ text: click.value.replace("|", " "), person, channel: click.channel ?? "" }, signal);
}
