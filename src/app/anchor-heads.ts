import type { AuditHead } from "../domain/audit/audit-event.ts";
import { headText } from "../domain/audit/verify-chain.ts";
import { code, document, fact, plain } from "../domain/wording/document.ts";
import { auditDraft, SYSTEM } from "./audit-draft.ts";
import type { Clock } from "./ports/clock.ts";
import type { HeadSigner } from "./ports/identifiers.ts";
import type { Settings } from "./ports/settings.ts";
import type { Store } from "./ports/store.ts";

export interface AnchorParts {
  readonly store: Store;
  readonly signer: HeadSigner;
  readonly settings: Settings;
  readonly clock: Clock;
}

/** Signs the chain's end and posts it outside, so that a later cut or rewrite of anything before it shows. null: nothing is recorded yet. */
export async function anchorHead({ store, signer, settings, clock }: AnchorParts): Promise<AuditHead | null> {
  return store.transaction(async (tx) => {
    const last = await tx.audit.last();
    if (!last) return null;
    const about = { sequence: last.sequence, hash: last.hash, at: clock.now() };
    const head: AuditHead = { ...about, signature: signer.sign(headText(about)), keyId: signer.keyId };
    await tx.audit.putHead(head);
    const facts = [
      fact("events", plain(String(head.sequence))),
      fact("hash", code(head.hash)),
      fact("signature", code(head.signature)),
      fact("key", code(head.keyId)),
      fact("at", code(String(head.at))),
    ];
    await tx.outbox.wish({
      key: `audit:head:${head.sequence}`,
      channel: settings.auditChannel,
      threadOf: null,
      document: document(`Audit record up to #${head.sequence}`, "quiet", [{ kind: "facts", facts }]),
      urgency: 2,
      at: clock.now(),
    });
    await tx.audit.append(
      auditDraft(clock.now(), "head-anchored", SYSTEM, { details: { sequence: head.sequence, keyId: head.keyId } }),
    );
    return head;
  });
}
