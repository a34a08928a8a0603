import { handledName } from "../../domain/statement/handled-statement.ts";
import type { Document } from "../../domain/wording/document.ts";
import { ledgerDocument } from "../../domain/wording/ledger.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { answerDocument, refusalDocument } from "../../domain/wording/refusal.ts";
import { auditDraft } from "../audit-draft.ts";
import { type Asking, type CommandParts, roleRefusal, wrongUsage } from "./asking.ts";

/** `/dm ledger [task]`: every statement that was skipped or replaced. `/dm ledger done <run> <what was done>` closes its follow-up. */
export async function ledgerCommand(parts: CommandParts, rest: string, asking: Asking): Promise<Document> {
  const { language, person } = asking;
  const words = rest.split(/\s+/).filter((word) => word !== "");
  const lines = await parts.store.records.list("handled-statement");
  if (words[0] !== "done")
    return ledgerDocument(
      lines.filter(({ task }) => words[0] === undefined || task === words[0]),
      language,
    );
  const [, run = "", ...note] = words;
  const own = lines.filter((candidate) => candidate.run === run.toUpperCase());
  const [line] = own;
  if (!line) return refusalDocument(phrase("no-such-run", { run }), language);
  if (note.join(" ").length < 5) return wrongUsage(parts, "ledger done R-<number> <what was done>", language);
  const refused = await roleRefusal(parts, asking, line.cluster, "operator");
  if (refused) return refused;
  const open = own.filter((one) => one.followUp.kind === "open");
  if (open.length === 0)
    return answerDocument(
      language === "en" ? `Nothing of ${line.run} is open in the ledger.` : `台账中 ${line.run} 没有未关闭的内容。`,
    );
  const at = parts.clock.now();
  const followUp = { kind: "done" as const, at, by: person.id, note: note.join(" ") };
  await parts.store.transaction(async (tx) => {
    for (const one of open) {
      await tx.records.put("handled-statement", handledName(one), { ...one, followUp });
      const { cluster, task, source } = one;
      await tx.audit.append(
        auditDraft(at, "statement-followed-up", person, {
          cluster,
          task,
          source,
          run: one.run,
          details: { note: followUp.note },
        }),
      );
    }
  });
  return answerDocument(language === "en" ? `Closed in the ledger: ${line.run}.` : `台账中已关闭：${line.run}。`);
}
