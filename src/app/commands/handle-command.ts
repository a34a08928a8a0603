import { mayActAs, type Role, roleMissing } from "../../domain/approval/people.ts";
import { auditDocument } from "../../domain/wording/audit-list.ts";
import { type Document, paragraph, plain } from "../../domain/wording/document.ts";
import { explain } from "../../domain/wording/explain.ts";
import { findingsDocument } from "../../domain/wording/finding.ts";
import { COMMANDS, helpDocument } from "../../domain/wording/help.ts";
import type { Language } from "../../domain/wording/language.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { refusalDocument } from "../../domain/wording/refusal.ts";
import { listDocument, statusDocument } from "../../domain/wording/status.ts";
import { type Asking, type CommandAsked, type CommandParts, languageOf, recordRefusal, views, wrongUsage } from "./asking.ts";
import { distance, findTask } from "./find-task.ts";
import { freezeCommand, unfreezeCommand } from "./freeze-commands.ts";
import { ledgerCommand } from "./ledger-command.ts";
import { compareCommand, planCommand, undoCommand } from "./plan-commands.ts";

export interface Commands {
  /** The answer, for the asker's eyes only. Never throws for what was typed. */
  handle(asked: CommandAsked, signal: AbortSignal): Promise<Document>;
}

export function createCommands(parts: CommandParts): Commands {
  return {
    async handle(asked, signal) {
      const language = languageOf(parts.settings, asked.channel);
      const [, typed = "", rest = ""] = /^(\S*)\s*(.*)$/s.exec(asked.text.trim()) ?? [];
      const word = typed === "" ? "help" : typed;
      const role = await parts.authority.bestRole(asked.person);
      const known = COMMANDS.find((command) => command.usage.split(" ")[0] === word.toLowerCase());
      if (!known) return unknownCommand(parts, word, role, language);
      if (known.usage !== "help" && !mayActAs(role, known.role)) {
        const why = roleMissing(role, known.role);
        if (known.role !== "viewer") await recordRefusal(parts, asked.person, { text: asked.text.slice(0, 200), why: why.key });
        return refusalDocument(why, language);
      }
      return answer(parts, known.usage.split(" ")[0]!, rest, { ...asked, language, role, signal });
    },
  };
}

/** `rest`: as it was typed, blanks and all; a quoted statement must not lose any. */
function answer(parts: CommandParts, command: string, rest: string, asking: Asking): Promise<Document> | Document {
  const { language } = asking;
  const words = rest.split(/\s+/).filter((word) => word !== "");
  switch (command) {
    case "status":
      return status(parts, language);
    case "list":
      return listDocument(views(parts), language);
    case "explain":
      return words[0] ? explain(words[0], language).document : wrongUsage(parts, "explain <code|kind|playbook>", language);
    case "diagnose":
      return words[0] ? diagnoseTask(parts, words[0], words[1] ?? null, asking) : wrongUsage(parts, "diagnose <task>", language);
    case "plan":
      return planCommand(parts, rest, asking);
    case "compare":
      return compareCommand(parts, rest, asking);
    case "undo":
      return undoCommand(parts, rest, asking);
    case "ledger":
      return ledgerCommand(parts, rest, asking);
    case "freeze":
      return freezeCommand(parts, rest, asking);
    case "unfreeze":
      return unfreezeCommand(parts, rest, asking);
    case "audit":
      return audit(parts, words[0] ?? null, language);
    default:
      return helpDocument(asking.role, parts.commandName, language);
  }
}

async function status(parts: CommandParts, language: Language): Promise<Document> {
  const { incidents, runs } = parts.store;
  const unended = [...(await runs.needingPerson()), ...(await runs.unfinished())];
  return statusDocument(views(parts), await incidents.open(), unended, language);
}

async function audit({ store }: CommandParts, task: string | null, language: Language): Promise<Document> {
  return auditDocument(await store.audit.about(task === null ? {} : { task }, 20), task, language);
}

async function diagnoseTask(
  parts: CommandParts,
  typed: string,
  source: string | null,
  { language, signal }: Asking,
): Promise<Document> {
  const found = findTask(views(parts), typed, { word: "diagnose", rest: source ?? "" }, language);
  if (found.kind === "answer") return found.document;
  await parts.watch.poll(found.cluster, signal);
  const { findings, problem } = parts.watch.latest(found.cluster);
  const sources = new Set(
    findings
      .filter((finding) => finding.task === found.task && (source === null || finding.source === source))
      .map((finding) => finding.source),
  );
  const about = findings.filter(
    (finding) => sources.has(finding.source) && (finding.task === found.task || finding.task === null),
  );
  const others = [...new Set(findings.flatMap((one) => (one.task === found.task && one.source !== null ? [one.source] : [])))];
  if (about.length === 0 && source !== null && others.length > 0) {
    const why = phrase("no-such-source", { task: found.task, source, sources: others.join(", ") });
    return refusalDocument(why, language);
  }
  if (about.length === 0) return refusalDocument(phrase("no-such-task", { task: found.task, cluster: found.cluster }), language);
  const told = findingsDocument(about, language);
  return problem === null ? told : { ...told, blocks: [paragraph(plain(problem)), ...told.blocks] };
}

function unknownCommand({ commandName }: CommandParts, word: string, role: Role | null, language: Language): Document {
  const nearest = COMMANDS.map((command) => command.usage).toSorted(
    (a, b) => distance(a.split(" ")[0]!, word) - distance(b.split(" ")[0]!, word),
  )[0]!;
  const help = helpDocument(role, commandName, language);
  const said =
    language === "en"
      ? `I do not know “${word.slice(0, 40)}”. Did you mean ${commandName} ${nearest}?`
      : `我不认识“${word.slice(0, 40)}”。是不是 ${commandName} ${nearest}？`;
  return { ...help, headline: said, tone: "warning" };
}
