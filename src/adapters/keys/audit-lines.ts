import { z } from "zod";
import type { AuditEvent, AuditHead } from "../../domain/audit/audit-event.ts";

/** An export: JSON Lines, a header with the public key, every event, every head; it can be checked without the store. */
const Header = z.object({ kind: z.literal("dm-medic-audit"), version: z.literal(1), publicKey: z.string() });
const text = z.string();
const maybe = z.string().nullable();
const Event = z.object({
  kind: text,
  at: z.number(),
  actor: z.object({ id: text, name: maybe, identity: text }),
  cluster: maybe,
  task: maybe,
  source: maybe,
  incident: maybe,
  plan: maybe,
  run: maybe,
  details: z.record(text, z.unknown()),
  sequence: z.number().int(),
  previousHash: text,
  hash: text,
});
const Head = z.object({
  head: z.object({ sequence: z.number().int(), hash: text, at: z.number(), signature: text, keyId: text }),
});

export interface AuditLines {
  readonly publicKeyPem: string;
  readonly events: readonly AuditEvent[];
  readonly heads: readonly AuditHead[];
}

export function writeAuditLines({ publicKeyPem, events, heads }: AuditLines): string {
  const header = { kind: "dm-medic-audit", version: 1, publicKey: publicKeyPem };
  return [header, ...events, ...heads.map((head) => ({ head }))].map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** A line that cannot be read is named; nothing is skipped. */
export function readAuditLines(
  content: string,
):
  | { readonly kind: "read"; readonly lines: AuditLines }
  | { readonly kind: "unreadable"; readonly line: number; readonly why: string } {
  const lines = content.split("\n").filter((line) => line.trim() !== "");
  const events: AuditEvent[] = [];
  const heads: AuditHead[] = [];
  let publicKeyPem = "";
  for (const [index, line] of lines.entries()) {
    try {
      const value: unknown = JSON.parse(line);
      if (index === 0) publicKeyPem = Header.parse(value).publicKey;
      else if (value !== null && typeof value === "object" && "head" in value) heads.push(Head.parse(value).head);
      else events.push(Event.parse(value) as AuditEvent);
    } catch (error) {
      return { kind: "unreadable", line: index + 1, why: error instanceof Error ? error.message.slice(0, 200) : String(error) };
    }
  }
  return lines.length === 0
    ? { kind: "unreadable", line: 1, why: "it is empty" }
    : { kind: "read", lines: { publicKeyPem, events, heads } };
}
