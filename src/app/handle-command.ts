import { mayActAs, type Person, type Role } from "../domain/approval/people.ts";
import type { PlaybookId } from "../domain/diagnosis/finding.ts";
import { auditDocument } from "../domain/wording/audit-list.ts";
import { type Document, document, paragraph, plain } from "../domain/wording/document.ts";
import { explainCode } from "../domain/wording/explain.ts";
import { findingsDocument } from "../domain/wording/finding.ts";
import { COMMANDS, helpDocument } from "../domain/wording/help.ts";
import type { Language } from "../domain/wording/language.ts";
import { phrase } from "../domain/wording/phrases.ts";
import { planDetails } from "../domain/wording/plan-message.ts";
import { answerDocument, refusalDocument } from "../domain/wording/refusal.ts";
import { type ClusterView, listDocument, statusDocument } from "../domain/wording/status.ts";
import { auditDraft } from "./audit-draft.ts";
import type { Authority } from "./authority.ts";
import type { Clock } from "./ports/clock.ts";
import type { Settings } from "./ports/settings.ts";
import type { Store } from "./ports/store.ts";
import type { Propose } from "./propose.ts";
import { clusterOf } from "./report-incident.ts";
import type { Watch } from "./watch.ts";

export interface CommandParts {
  readonly store: Store;
  readonly watch: Watch;
  readonly settings: Settings;
  readonly authority: Authority;
  readonly propose: Propose;
  readonly clock: Clock;
  /** What people type in front: `/dm`. */
  readonly commandName: string;
}

export interface CommandAsked {
  readonly text: string;
  readonly person: Person;
  readonly channel: string;
}

export interface Commands {
  /** The answer, for the asker's eyes only. Never throws for what was typed. */
  handle(asked: CommandAsked, signal: AbortSignal): Promise<Document>;
}

const PLAYBOOK_WORDS: Readonly<Record<string, PlaybookId>> = {
  resume: "resume-task",
  "resume-task": "resume-task",
  "stop-start": "stop-start-task",
  "stop-start-task": "stop-start-task",
};

export function createCommands(parts: CommandParts): Commands {
  return {
    async handle(asked, signal) {
      const language = languageOf(parts.settings, asked.channel);
      const [word = "help", ...words] = asked.text
        .trim()
        .split(/\s+/)
        .filter((part) => part !== "");
      const role = await parts.authority.bestRole(asked.person);
      const known = COMMANDS.find((command) => command.usage.split(" ")[0] === word.toLowerCase());
      if (!known) return unknownCommand(parts, word, role, language);
      if (known.usage !== "help" && !mayActAs(role, known.role)) {
        const why = phrase("role-missing", { needed: known.role, has: role ?? "none" });
        if (known.role !== "viewer") await recordRefusal(parts, asked.person, { text: asked.text.slice(0, 200), why: why.key });
        return refusalDocument(why, language);
      }
      return answer(parts, known.usage.split(" ")[0]!, words, { ...asked, language, role, signal });
    },
  };
}

/** A command that would have changed something and was refused. */
async function recordRefusal(
  { store, clock }: CommandParts,
  person: Person,
  details: Readonly<Record<string, string>>,
  about: { readonly cluster?: string; readonly task?: string } = {},
): Promise<void> {
  const { cluster = null, task = null } = about;
  await store.audit.append(auditDraft(clock.now(), "click-refused", person, { cluster, task, details }));
}

interface Asking extends CommandAsked {
  readonly language: Language;
  readonly role: Role | null;
  readonly signal: AbortSignal;
}

function answer(parts: CommandParts, command: string, words: readonly string[], asking: Asking): Promise<Document> | Document {
  const { language } = asking;
  switch (command) {
    case "status":
      return status(parts, language);
    case "list":
      return listDocument(views(parts), language);
    case "explain":
      return /^\d{1,6}$/.test(words[0] ?? "")
        ? explainCode(Number(words[0]), language)
        : wrong(parts, "explain <code>", language);
    case "diagnose":
      return words[0] ? diagnoseTask(parts, words[0], words[1] ?? null, asking) : wrong(parts, "diagnose <task>", language);
    case "plan":
      return words[0]
        ? planTask(parts, words[0], words.slice(1), asking)
        : wrong(parts, "plan <task> [resume|stop-start]", language);
    case "audit":
      return audit(parts, words[0] ?? null, language);
    default:
      return helpDocument(asking.role, parts.commandName, language);
  }
}

function views({ settings, watch }: CommandParts): ClusterView[] {
  return settings.clusters.map(({ name }) => {
    const { findings, at, problem, observation } = watch.latest(name);
    return { cluster: name, findings, at, problem, version: observation?.version ?? null };
  });
}

async function status(parts: CommandParts, language: Language): Promise<Document> {
  return statusDocument(views(parts), await parts.store.incidents.open(), language);
}

async function audit({ store }: CommandParts, task: string | null, language: Language): Promise<Document> {
  return auditDocument(await store.audit.about(task === null ? {} : { task }, 20), task, language);
}

type FoundTask =
  | { readonly kind: "one"; readonly cluster: string; readonly task: string }
  | { readonly kind: "answer"; readonly document: Document };

/** `cluster/task` or `task`; a name in several clusters gets a choice, an unknown one the nearest. */
function findTask(parts: CommandParts, typed: string, command: string, language: Language): FoundTask {
  const [before, after] = typed.includes("/")
    ? [typed.slice(0, typed.indexOf("/")), typed.slice(typed.indexOf("/") + 1)]
    : [null, typed];
  const all = views(parts).flatMap(({ cluster, findings }) =>
    [...new Set(findings.flatMap((finding) => (finding.task === null ? [] : [finding.task])))].map((task) => ({ cluster, task })),
  );
  const exact = all.filter(({ cluster, task }) => task === after && (before === null || cluster === before));
  if (exact.length === 1) return { kind: "one", ...exact[0]! };
  if (exact.length > 1) return { kind: "answer", document: choice(exact, command, language) };
  const near = all
    .map(({ task }) => task)
    .toSorted((a, b) => distance(a, after) - distance(b, after))
    .slice(0, 3);
  const hint = near.length > 0 ? `${language === "en" ? "Did you mean" : "是不是"} ${near.join(", ")}?` : "";
  return {
    kind: "answer",
    document: document(
      language === "en" ? `I see no task ${after.slice(0, 60)}` : `没有看到任务 ${after.slice(0, 60)}`,
      "warning",
      hint ? [paragraph(plain(hint))] : [],
    ),
  };
}

function choice(found: readonly { cluster: string; task: string }[], command: string, language: Language): Document {
  const buttons = found.slice(0, 10).map(({ cluster, task }) => ({
    action: "choose-task" as const,
    label: `${cluster}/${task}`,
    value: `${command}|${cluster}/${task}`,
    style: "default" as const,
    confirm: null,
    choices: null,
  }));
  return document(language === "en" ? "Which one?" : "是哪一个？", "info", [], buttons);
}

/** Steps of one letter between two names (Levenshtein), bounded by their lengths. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

async function diagnoseTask(
  parts: CommandParts,
  typed: string,
  source: string | null,
  { language, signal }: Asking,
): Promise<Document> {
  const found = findTask(parts, typed, "diagnose", language);
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
  if (about.length === 0) return refusalDocument(phrase("no-such-task", { task: found.task, cluster: found.cluster }), language);
  const told = findingsDocument(about, language);
  return problem === null ? told : { ...told, blocks: [paragraph(plain(problem)), ...told.blocks] };
}

async function planTask(
  parts: CommandParts,
  typed: string,
  words: readonly string[],
  { language, signal, person }: Asking,
): Promise<Document> {
  const found = findTask(parts, typed, "plan", language);
  if (found.kind === "answer") return found.document;
  const dryRun = words.includes("--dry-run");
  const rest = words.filter((word) => !word.startsWith("--"));
  const named = rest.find((word) => word in PLAYBOOK_WORDS);
  const source = rest.find((word) => !(word in PLAYBOOK_WORDS)) ?? null;
  const role = await parts.authority.roleOf(person, found.cluster, false);
  if (role === "not-known" || !mayActAs(role, "operator")) {
    const why = phrase(role === "not-known" ? "groups-not-known" : "role-missing", { needed: "operator", has: role ?? "none" });
    await recordRefusal(parts, person, { text: `plan ${typed}`.slice(0, 200), why: why.key }, found);
    return refusalDocument(why, language);
  }
  const outcome = await parts.propose(
    {
      cluster: found.cluster,
      incident: null,
      task: found.task,
      source,
      playbook: named ? PLAYBOOK_WORDS[named]! : null,
      askedBy: person,
      dryRun,
    },
    signal,
  );
  if (outcome.kind === "refused") return refusals(outcome.why, language);
  if (dryRun) return planDetails(outcome.plan, clusterOf(parts.settings, found.cluster).masterAddress, language);
  return answerDocument(
    language === "en" ? `Plan ${outcome.plan.id} is in the thread.` : `计划 ${outcome.plan.id} 已发到消息列中。`,
  );
}

export function refusals(why: readonly Parameters<typeof refusalDocument>[0][], language: Language): Document {
  const all = why.map((one) => refusalDocument(one, language));
  return { ...all[0]!, blocks: all.flatMap((one) => one.blocks) };
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

function wrong({ commandName }: CommandParts, usage: string, language: Language): Document {
  return answerDocument(
    language === "en" ? `Type it like this: ${commandName} ${usage}` : `请这样输入：${commandName} ${usage}`,
    "warning",
  );
}

/** A channel speaks its cluster's language; elsewhere the first cluster's. */
export function languageOf(settings: Settings, channel: string | null): Language {
  return (settings.clusters.find((cluster) => cluster.channel === channel) ?? settings.clusters[0])?.language ?? "en";
}
