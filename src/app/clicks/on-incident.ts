import type { Person } from "../../domain/approval/people.ts";
import type { Incident } from "../../domain/incident/incident.ts";
import type { Document } from "../../domain/wording/document.ts";
import type { Language } from "../../domain/wording/language.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { answerDocument, refusalDocument } from "../../domain/wording/refusal.ts";
import { auditDraft } from "../audit-draft.ts";
import { ChangedMeanwhile, type StoredClick } from "../ports/store.ts";
import { type ClickParts, roleRefusal } from "./click-handler.ts";

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

export function acknowledge(parts: ClickParts, click: StoredClick, person: Person, language: Language): Promise<Document> {
  return onIncident(
    parts,
    click,
    language,
    (incident, at) => ({ ...incident, acknowledged: { by: person.id, at } }),
    "incident-acknowledged",
  );
}

export function silence(parts: ClickParts, click: StoredClick, person: Person, language: Language): Promise<Document> {
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

export async function checkAgain(
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
