import type { Person } from "../domain/approval/people.ts";
import type { AuditDraft } from "../domain/audit/audit-event.ts";

export const SYSTEM: Person = { id: "dm-medic", name: "dm-medic", identity: "system" };

/** An audit draft from what the caller knows; everything that it does not name is null. */
export function auditDraft(
  at: number,
  kind: AuditDraft["kind"],
  actor: Person,
  about: Partial<Omit<AuditDraft, "at" | "kind" | "actor">>,
): AuditDraft {
  const nothing = { cluster: null, task: null, source: null, incident: null, plan: null, run: null, details: {} };
  return { ...nothing, ...about, at, kind, actor: { id: actor.id, name: actor.name, identity: actor.identity } };
}
