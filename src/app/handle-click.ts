import { RULES } from "../domain/approval/judge-vote.ts";
import { mayActAs, type Person, type Role } from "../domain/approval/people.ts";
import type { Incident } from "../domain/incident/incident.ts";
import type { Phrase } from "../domain/plan/plan.ts";
import { auditDocument } from "../domain/wording/audit-list.ts";
import type { ButtonAction, Document } from "../domain/wording/document.ts";
import { incidentDetails } from "../domain/wording/incident-details.ts";
import type { Language } from "../domain/wording/language.ts";
import { phrase } from "../domain/wording/phrases.ts";
import { planDetails } from "../domain/wording/plan-message.ts";
import { answerDocument, refusalDocument } from "../domain/wording/refusal.ts";
import { auditDraft } from "./audit-draft.ts";
import type { Authority } from "./authority.ts";
import type { Decide, DecideOutcome } from "./decide.ts";
import type { Executor } from "./execute/executor.ts";
import { type Commands, languageOf, refusals } from "./handle-command.ts";
import type { Clock } from "./ports/clock.ts";
import type { Log } from "./ports/log.ts";
import type { Metrics } from "./ports/metrics.ts";
import type { Settings } from "./ports/settings.ts";
import { ChangedMeanwhile, type Store, type StoredClick } from "./ports/store.ts";
import type { Propose } from "./propose.ts";
import { clusterOf, type IncidentReport } from "./report-incident.ts";
import type { Watch } from "./watch.ts";

export interface ClickParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly authority: Authority;
  readonly watch: Watch;
  readonly propose: Propose;
  readonly decide: Decide;
  readonly executor: Executor;
  readonly commands: Commands;
  readonly report: IncidentReport;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface Clicks {
  /** Does what a stored click asks, once, and returns what the clicker sees. */
  handle(click: StoredClick, signal: AbortSignal): Promise<Document>;
  /** What a read-only button shows; nothing is stored for it. */
  show(action: ButtonAction, value: string, channel: string | null): Promise<Document>;
  /** Whether a reason must be asked for before this click counts. */
  asksReason(action: ButtonAction, value: string): Promise<boolean>;
}

type Handler = (
  parts: ClickParts,
  click: StoredClick,
  person: Person,
  language: Language,
  signal: AbortSignal,
) => Promise<Document>;

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
  "choose-task": chooseTask,
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

async function show({ store, settings }: ClickParts, action: ButtonAction, value: string, language: Language): Promise<Document> {
  const id = value.split("|")[0]!;
  if (action === "plan-details") {
    const plan = await store.plans.get(id);
    return plan
      ? planDetails(plan, clusterOf(settings, plan.cluster).masterAddress, language)
      : refusalDocument(phrase("no-such-plan", { plan: id }), language);
  }
  if (action === "show-audit") return auditDocument((await store.audit.about({ run: id }, 40)).toReversed(), id, language);
  const incident = await store.incidents.get(id);
  return incident
    ? incidentDetails(incident, clusterOf(settings, incident.cluster).masterAddress, language)
    : refusalDocument(phrase("no-such-incident", { incident: id }), language);
}

/** null: allowed. The refusal is recorded where it would have changed something. */
async function roleRefusal(parts: ClickParts, click: StoredClick, cluster: string, needed: Role): Promise<Phrase | null> {
  const role = await parts.authority.roleOf(click.person, cluster, false);
  if (role !== "not-known" && mayActAs(role, needed)) return null;
  const why = role === "not-known" ? phrase("groups-not-known") : phrase("role-missing", { needed, has: role ?? "none" });
  await parts.store.audit.append(
    auditDraft(parts.clock.now(), "click-refused", click.person, {
      cluster,
      details: { action: click.action, value: click.value, why: why.key },
    }),
  );
  return why;
}

async function onIncident(
  parts: ClickParts,
  click: StoredClick,
  language: Language,
  change: (incident: Incident, now: number) => Incident,
  kind: "incident-acknowledged" | "incident-silenced",
): Promise<Document> {
  const id = click.value.split("|")[0]!;
  const known = await parts.store.incidents.get(id);
  if (known?.state !== "open") return refusalDocument(phrase("no-such-incident", { incident: id }), language);
  const refusal = await roleRefusal(parts, click, known.cluster, "operator");
  if (refusal) return refusalDocument(refusal, language);
  return parts.store.transaction(async (tx) => {
    const incident = await tx.incidents.get(id);
    if (incident?.state !== "open") return refusalDocument(phrase("no-such-incident", { incident: id }), language);
    if (kind === "incident-acknowledged" && incident.acknowledged)
      return answerDocument(language === "en" ? `${id} was acknowledged already.` : `${id} 已被确认。`, "info");
    const changed = change(incident, click.at);
    if ((await tx.incidents.update(changed)) !== "stored") throw new ChangedMeanwhile(`incident ${id}`);
    await tx.audit.append(
      auditDraft(parts.clock.now(), kind, click.person, {
        cluster: incident.cluster,
        incident: id,
        details: { value: click.value },
      }),
    );
    await parts.report.card(tx, changed);
    return answerDocument(
      kind === "incident-acknowledged"
        ? language === "en"
          ? `You have ${id}.`
          : `${id} 由你负责。`
        : language === "en"
          ? `${id} is silent; anything worse breaks it.`
          : `${id} 已静默；情况变坏时自动解除。`,
    );
  });
}

function acknowledge(parts: ClickParts, click: StoredClick, person: Person, language: Language): Promise<Document> {
  return onIncident(
    parts,
    click,
    language,
    (incident, at) => ({ ...incident, acknowledged: { by: person.id, at } }),
    "incident-acknowledged",
  );
}

function silence(parts: ClickParts, click: StoredClick, person: Person, language: Language): Promise<Document> {
  const seconds = Math.min(7 * 86_400, Math.max(60, Number(click.value.split("|")[1]) || 3_600));
  return onIncident(
    parts,
    click,
    language,
    (incident, at) => ({
      ...incident,
      silenced: { by: person.id, until: at + seconds * 1000, severity: incident.severity, members: incident.members.length },
    }),
    "incident-silenced",
  );
}

async function checkAgain(
  parts: ClickParts,
  click: StoredClick,
  _person: Person,
  language: Language,
  signal: AbortSignal,
): Promise<Document> {
  const incident = await parts.store.incidents.get(click.value);
  if (!incident) return refusalDocument(phrase("no-such-incident", { incident: click.value }), language);
  const refusal = await roleRefusal(parts, click, incident.cluster, "operator");
  if (refusal) return refusalDocument(refusal, language);
  await parts.watch.poll(incident.cluster, signal);
  const now = await parts.store.incidents.get(click.value);
  const state =
    now?.state === "closed"
      ? language === "en"
        ? "it is over"
        : "已恢复"
      : language === "en"
        ? "it is still there"
        : "故障仍在";
  return answerDocument(language === "en" ? `I asked DM just now: ${state}.` : `刚刚查询了 DM：${state}。`, "info");
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

function answerRun(what: "go-on" | "put-back"): Handler {
  return async (parts, click, person, language) => {
    const run = await parts.store.runs.get(click.value);
    if (!run) return refusalDocument(phrase("run-not-waiting", { run: click.value }), language);
    // Bringing the task back is open to an operator; trying an approved step again needs who may approve that step.
    const needed = what === "put-back" ? "operator" : RULES[run.plan.risk].role;
    const refusal = await roleRefusal(parts, click, run.plan.cluster, needed);
    if (refusal) return refusalDocument(refusal, language);
    const outcome = await parts.executor.byPerson(click.value, person, what);
    return outcome.kind === "refused"
      ? refusalDocument(outcome.why, language)
      : answerDocument(language === "en" ? `${click.value} goes on.` : `${click.value} 继续执行。`);
  };
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
