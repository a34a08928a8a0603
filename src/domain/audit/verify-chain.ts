import type { AuditEvent, AuditHead } from "./audit-event.ts";
import { canonicalJson, eventText, FIRST_PREVIOUS_HASH } from "./canonical.ts";

export interface Verifier {
  readonly sha256: (text: string) => string;
  /** Whether the signature is this key's over this text. */
  readonly isSigned: (text: string, signature: string) => boolean;
}

export type AuditFault =
  | { readonly kind: "changed"; readonly sequence: number }
  | { readonly kind: "gap"; readonly expected: number; readonly found: number }
  | { readonly kind: "broken-link"; readonly sequence: number }
  | { readonly kind: "bad-signature"; readonly sequence: number }
  /** A head that was anchored outside is not in the record as it was: the record was rewritten. */
  | { readonly kind: "rewritten"; readonly sequence: number }
  /** A head that was anchored outside lies past the record's end: its tail was cut. */
  | { readonly kind: "cut"; readonly sequence: number; readonly last: number };

/** The text that a head's signature is over. */
export function headText({ sequence, hash, at }: Pick<AuditHead, "sequence" | "hash" | "at">): string {
  return canonicalJson({ sequence, hash, at });
}

/**
 * Checks events in order, then heads against them. What this cannot find: a record that was cut or rewritten after its last
 * anchored head, by somebody who also changed the store (docs/audit.md).
 */
export function verifyChain(
  events: readonly AuditEvent[],
  heads: readonly AuditHead[],
  { sha256, isSigned }: Verifier,
): AuditFault[] {
  const faults: AuditFault[] = [];
  let previous = FIRST_PREVIOUS_HASH;
  for (const [index, event] of events.entries()) {
    if (event.sequence !== index + 1) faults.push({ kind: "gap", expected: index + 1, found: event.sequence });
    if (event.previousHash !== previous) faults.push({ kind: "broken-link", sequence: event.sequence });
    if (sha256(eventText(event, event.sequence, event.previousHash)) !== event.hash)
      faults.push({ kind: "changed", sequence: event.sequence });
    previous = event.hash;
  }
  return [...faults, ...heads.flatMap((head) => headFaults(head, events, isSigned))];
}

function headFaults(head: AuditHead, events: readonly AuditEvent[], isSigned: Verifier["isSigned"]): AuditFault[] {
  const { sequence } = head;
  if (!isSigned(headText(head), head.signature)) return [{ kind: "bad-signature", sequence }];
  const event = events.find((candidate) => candidate.sequence === sequence);
  if (!event) return [{ kind: "cut", sequence, last: events.at(-1)?.sequence ?? 0 }];
  return event.hash === head.hash ? [] : [{ kind: "rewritten", sequence }];
}
