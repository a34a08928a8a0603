import type { AuditDraft, JsonValue } from "./audit-event.ts";

/** One text for one value, whatever the order of its keys: sorted keys, no spaces, numbers as JSON writes them. `undefined` is left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((element) => canonicalJson(element ?? null)).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value as Record<string, JsonValue | undefined>).filter(([, inner]) => inner !== undefined);
    return `{${entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`)
      .join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}

/** What an event's hash is made of: everything that it says, its number, and the hash before it. */
export function eventText(draft: AuditDraft, sequence: number, previousHash: string): string {
  const { at, kind, actor, cluster, task, source, incident, plan, run, details } = draft;
  return canonicalJson({ at, kind, actor, cluster, task, source, incident, plan, run, details, sequence, previousHash });
}

export const FIRST_PREVIOUS_HASH = "0".repeat(64);
