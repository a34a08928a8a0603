import type { AuditEvent } from "../audit/audit-event.ts";
import { code, type Document, document, type Inline, item, paragraph, plain, strong, time } from "./document.ts";
import type { Language } from "./language.ts";

/** Audit events newest first; kinds keep their names in both languages, so that they can be searched for. */
export function auditDocument(events: readonly AuditEvent[], about: string | null, language: Language): Document {
  const title = language === "en" ? "Audit trail" : "审计记录";
  const headline = about === null ? title : `${title} · ${about}`;
  if (events.length === 0)
    return document(headline, "quiet", [paragraph(plain(language === "en" ? "Nothing is recorded." : "没有记录。"))]);
  return document(headline, "info", [{ kind: "list", items: events.map((event) => item("dot", ...lineOf(event))) }]);
}

function lineOf(event: AuditEvent): Inline[] {
  const { actor, sequence, kind, at, plan, run, task, source, details } = event;
  const about = [run ?? plan ?? event.incident, task && source ? `${task} @ ${source}` : task]
    .filter((part) => part !== null && part !== undefined)
    .join(" ");
  const reason = typeof details.reason === "string" && details.reason !== "" ? [plain(` “${details.reason.slice(0, 120)}”`)] : [];
  const step =
    typeof details.step === "string"
      ? [plain(` · ${details.step}${typeof details.outcome === "string" ? ` → ${details.outcome}` : ""}`)]
      : [];
  const who: Inline = actor.identity === "system" ? plain(actor.id) : { kind: "person", id: actor.id, name: actor.name };
  const marked = actor.identity === "stand-in" ? [plain(" (identity: stand-in)")] : [];
  return [
    plain(`#${sequence} `),
    time(at),
    plain(" "),
    strong(kind),
    plain(` ${about}`),
    ...step,
    plain(" · "),
    who,
    ...marked,
    ...reason,
    plain(" "),
    code(event.hash.slice(0, 8)),
  ];
}
