import type { Document } from "../../domain/wording/document.ts";
import { answerDocument } from "../../domain/wording/refusal.ts";
import { auditDraft } from "../audit-draft.ts";
import { freezeName } from "../freeze.ts";
import { type Asking, type CommandParts, roleRefusal, wrongUsage } from "./asking.ts";

/** `/dm freeze [cluster] <reason>`: no new run starts; one that is under way goes on to its next safe place, or is put back. */
export async function freezeCommand(parts: CommandParts, rest: string, asking: Asking): Promise<Document> {
  const { language, person } = asking;
  const { cluster, words } = clusterIn(parts, rest);
  const reason = words.join(" ");
  if (reason.trim().length < 5) return wrongUsage(parts, "freeze [cluster] <reason>", language);
  const refused = await adminRefusal(parts, asking, cluster);
  if (refused) return refused;
  const at = parts.clock.now();
  await parts.store.transaction(async (tx) => {
    await tx.records.put("freeze", freezeName(cluster), { cluster, by: person, at, reason });
    await tx.audit.append(auditDraft(at, "frozen", person, { cluster, details: { reason } }));
  });
  const where = cluster ?? (language === "en" ? "every cluster" : "所有集群");
  return answerDocument(
    language === "en"
      ? `New runs are frozen in ${where}. A run under way goes on to its next safe place or is put back, and says which.`
      : `已冻结 ${where} 的新运行。进行中的运行会走到下一个安全位置或被放回，并会说明。`,
  );
}

/** `/dm unfreeze [cluster]` */
export async function unfreezeCommand(parts: CommandParts, rest: string, asking: Asking): Promise<Document> {
  const { language, person } = asking;
  const { cluster, words } = clusterIn(parts, rest);
  // A slip in a cluster's name must not lift what is frozen everywhere.
  if (words.length > 0) return wrongUsage(parts, "unfreeze [cluster]", language);
  const refused = await adminRefusal(parts, asking, cluster);
  if (refused) return refused;
  const known = await parts.store.records.get("freeze", freezeName(cluster));
  if (!known) return answerDocument(language === "en" ? "Nothing is frozen there." : "没有冻结。", "info");
  await parts.store.transaction(async (tx) => {
    await tx.records.remove("freeze", freezeName(cluster));
    await tx.audit.append(
      auditDraft(parts.clock.now(), "unfrozen", person, { cluster, details: { reason: known.reason, by: known.by.id } }),
    );
  });
  return answerDocument(language === "en" ? "New runs may start again." : "可以重新开始运行。");
}

function clusterIn(
  { settings }: CommandParts,
  rest: string,
): { readonly cluster: string | null; readonly words: readonly string[] } {
  const words = rest.split(/\s+/).filter((word) => word !== "");
  const known = settings.clusters.some(({ name }) => name === words[0]);
  return known ? { cluster: words[0]!, words: words.slice(1) } : { cluster: null, words };
}

/** To freeze every cluster takes an admin of every cluster. */
async function adminRefusal(parts: CommandParts, asking: Asking, cluster: string | null): Promise<Document | null> {
  const clusters = cluster === null ? parts.settings.clusters.map(({ name }) => name) : [cluster];
  for (const name of clusters) {
    const refused = await roleRefusal(parts, asking, name, "admin");
    if (refused) return refused;
  }
  return null;
}
