import type { Identity } from "../approval/people.ts";

/** Every kind of audit event; docs/audit.md lists them and a test compares. */
export const AUDIT_KINDS = [
  "incident-opened",
  "incident-changed",
  "incident-closed",
  "incident-acknowledged",
  "incident-silenced",
  "silence-broken",
  "plan-made",
  "plan-refused",
  "plan-expired",
  "plan-superseded",
  "vote-counted",
  "vote-refused",
  "plan-rejected",
  "break-glass",
  "run-started",
  "run-blocked",
  "step-started",
  "step-ended",
  "run-ended",
  "run-taken-over",
  "run-put-back",
  "comparison-stopped",
  "frozen",
  "unfrozen",
  "rows-suspected",
  "rows-found",
  "differences-given",
  "rows-equal",
  "rows-accepted",
  "statement-followed-up",
  "stop-meant",
  "task-left-gone",
  "click-refused",
  "webhook-refused",
  "head-anchored",
  "started",
  "stopped",
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** What is about to be written; the store adds sequence number, previous hash and hash in the same transaction. */
export interface AuditDraft {
  readonly at: number;
  readonly kind: AuditKind;
  readonly actor: { readonly id: string; readonly name: string | null; readonly identity: Identity };
  readonly cluster: string | null;
  readonly task: string | null;
  readonly source: string | null;
  readonly incident: string | null;
  readonly plan: string | null;
  readonly run: string | null;
  /** Everything else: evidence, before and after images, reasons. JSON values only, no secrets. */
  readonly details: Readonly<Record<string, JsonValue>>;
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export interface AuditEvent extends AuditDraft {
  /** 1, 2, 3 … without gaps. */
  readonly sequence: number;
  /** Hash of the event before; 64 zeros for the first. */
  readonly previousHash: string;
  /** sha-256 (hex) of the canonical text of everything above and `previousHash`. */
  readonly hash: string;
}

/** A signed head of the chain: whoever has one can tell that nothing before it was changed or cut. */
export interface AuditHead {
  readonly sequence: number;
  readonly hash: string;
  readonly at: number;
  /** Ed25519 over the canonical text of the three above, base64. */
  readonly signature: string;
  /** Key id: first 16 hex digits of the sha-256 of the public key's DER. */
  readonly keyId: string;
}
