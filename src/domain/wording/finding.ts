import type { AdviceKey, Fact, Finding, Kind, PlaybookId } from "../diagnosis/finding.ts";
import { ADVICE_SENTENCES } from "./advice-sentences.ts";
import {
  type Block,
  code,
  type Document,
  document,
  fact,
  type Inline,
  item,
  paragraph,
  plain,
  strong,
  time,
} from "./document.ts";
import { ASSUMPTIONS, nameText, placeText, RETRIES } from "./finding-texts.ts";
import { KIND_NAMES } from "./kind-names.ts";
import type { Language } from "./language.ts";
import { PLAYBOOK_NAMES } from "./playbook-names.ts";

export const LABELS = {
  en: {
    why: "How I know",
    retries: "What DM does by itself",
    todo: "What to do",
    position: "Position",
    next: "Then",
    from: "from",
    worker: "Worker",
    certainty: "Certainty",
    fine: "Nothing is wrong",
    nothing: "DM lists no task and no source here; there is nothing to judge.",
    some: "in trouble",
    healthy: "healthy",
    paused: "paused or stopped by a person",
    stage: "Stage",
  },
  zh: {
    why: "判断依据",
    retries: "DM 自己会做什么",
    todo: "应该怎么做",
    position: "位置",
    next: "之后",
    from: "来自",
    worker: "Worker",
    certainty: "把握",
    fine: "没有故障",
    nothing: "DM 在这里没有列出任何任务或数据源，无从判断。",
    some: "有故障",
    healthy: "正常",
    paused: "被人工暂停或停止",
    stage: "阶段",
  },
} as const;

export const kindName = (kind: Kind, language: Language): string => KIND_NAMES[language][kind];
export const adviceSentence = (key: AdviceKey, language: Language): string => ADVICE_SENTENCES[language][key];
export const playbookName = (id: PlaybookId, language: Language): string => PLAYBOOK_NAMES[language][id];

export function retriesSentence(retries: boolean | null, language: Language): string {
  return RETRIES[language][String(retries) as "true" | "false" | "null"];
}

/** A fact as one line. DM's words stay DM's in either language. */
export function factText(known: Fact, language: Language): string {
  switch (known.kind) {
    case "said":
      return known.text;
    case "seen":
      return `${nameText(known.name, language)}: ${known.value}`;
    case "counted":
      return `${nameText(known.what, language)}: ${known.count}`;
    case "assumed":
      return `${ASSUMPTIONS[language][known.what]} ${known.value}`;
    default:
      return known satisfies never;
  }
}

/** `task @ source · Unit`, the relay or the component that a finding is about. */
export function subjectText(finding: Finding): string {
  const { subject } = finding;
  switch (subject.kind) {
    case "subtask":
      return subject.source === "" ? subject.task : `${subject.task} @ ${subject.source}`;
    case "relay":
      return subject.source === "" ? "relay" : `relay @ ${subject.source}`;
    case "source":
      return subject.source === "" ? "source ?" : `source ${subject.source}`;
    case "worker":
      return subject.source === null ? `worker ${subject.worker}` : `worker ${subject.worker} (${subject.source})`;
    case "masters":
      return "DM-masters";
    case "rows":
      return `rows @ ${subject.task} @ ${subject.source}`;
    case "binlog":
      return `binlog @ ${subject.source}`;
    default:
      return subject satisfies never;
  }
}

/** A finding as the record keeps it: all that decided, in words. */
export function findingAsJson(finding: Finding, language: Language) {
  const { advice, evidence, ...said } = diagnosisAsJson(finding, language);
  return {
    ...said,
    worker: finding.worker,
    codes: finding.codes,
    evidence,
    advice: {
      ...advice,
      why: adviceSentence(finding.advice.why, language),
      next: finding.advice.next.map(({ playbook, notBefore }) => ({
        playbook,
        notBefore: notBefore === null ? null : new Date(notBefore).toISOString(),
      })),
    },
  };
}

/** The shape that `diagnose --json` promises, and no field beside it; what is tried after the first advice stands in `why`. */
export function diagnosisAsJson(finding: Finding, language: Language) {
  return {
    kind: finding.kind,
    incident: finding.incident,
    cluster: finding.cluster,
    task: finding.task,
    source: finding.source,
    unit: finding.unit,
    stage: finding.stage,
    confidence: finding.confidence,
    evidence: finding.evidence.map((evidence) => ({
      fact: factText(evidence.fact, language),
      from: placeText(evidence.from, language),
    })),
    dmRetriesByItself: finding.dmRetriesByItself,
    advice: {
      playbook: finding.advice.playbook,
      risk: finding.advice.risk,
      why: `${adviceSentence(finding.advice.why, language)}${thenSentence(finding, language)}`,
    },
  };
}

function thenSentence({ advice }: Finding, language: Language): string {
  if (advice.next.length === 0) return "";
  const steps = advice.next.map(({ playbook, notBefore }) => {
    if (notBefore === null) return playbook;
    const from = new Date(notBefore).toISOString();
    return language === "en" ? `${playbook} (from ${from})` : `${playbook}（最早 ${from}）`;
  });
  return language === "en" ? ` Then: ${steps.join(", then ")}.` : `之后：${steps.join("，再 ")}。`;
}

/** What follows the first advice, as inline text: "resume the task (from 03:12), then stop and start the task". */
export function thenInlines(finding: Finding, language: Language): Inline[] {
  return finding.advice.next.flatMap(({ playbook, notBefore }, index): Inline[] => {
    const name = plain(`${index === 0 ? "" : " → "}${playbookName(playbook, language)}`);
    return notBefore === null ? [name] : [name, plain(language === "en" ? " from " : "，最早 "), time(notBefore)];
  });
}

export function evidenceBlocks(finding: Finding, language: Language): Block[] {
  return finding.evidence.map(
    (evidence): Block =>
      evidence.fact.kind === "said"
        ? { kind: "quote", from: evidence.from, text: evidence.fact.text }
        : {
            kind: "list",
            items: [item("dot", plain(factText(evidence.fact, language)), plain("  "), code(placeText(evidence.from, language)))],
          },
  );
}

/** One finding in full: what, how we know, what DM does, what to do. */
export function findingBlocks(finding: Finding, language: Language): Block[] {
  const labels = LABELS[language];
  const blocks: Block[] = [
    paragraph(
      strong(subjectText(finding)),
      plain(finding.unit === null ? "" : ` · ${finding.unit}`),
      plain(finding.stage === null ? "" : ` · ${finding.stage}`),
      plain(" — "),
      plain(kindName(finding.kind, language)),
    ),
  ];
  if (finding.kind === "healthy" && finding.advice.why === "nothing-to-do") return blocks;
  blocks.push(...evidenceBlocks(finding, language));
  const todo = fact(labels.todo, plain(adviceSentence(finding.advice.why, language)));
  if (!finding.incident) return [...blocks, { kind: "facts", facts: [todo] }];
  const facts = [fact(labels.retries, plain(retriesSentence(finding.dmRetriesByItself, language))), todo];
  if (finding.advice.next.length > 0) facts.push(fact(labels.next, ...thenInlines(finding, language)));
  facts.push(fact(labels.certainty, plain(`${Math.round(finding.confidence * 100)} %`)));
  return [...blocks, { kind: "facts", facts }];
}

export function findingsDocument(findings: readonly Finding[], language: Language): Document {
  const troubles = findings.filter((finding) => finding.incident);
  const quiet = findings.filter((finding) => !finding.incident);
  const blocks = [...troubles, ...quiet].flatMap((finding, index) => [
    ...(index > 0 && finding.incident ? [{ kind: "divider" } as const] : []),
    ...findingBlocks(finding, language),
  ]);
  return document(headlineOf(findings, language), troubles.length === 0 ? "good" : "critical", blocks);
}

/** How many of each, because a person's pause is neither trouble nor health. */
function headlineOf(findings: readonly Finding[], language: Language): string {
  const labels = LABELS[language];
  if (findings.length === 0) return labels.nothing;
  const troubles = findings.filter((finding) => finding.incident).length;
  const paused = findings.filter((finding) => finding.kind === "paused-by-person").length;
  const healthy = findings.length - troubles - paused;
  const counts = [
    troubles > 0 ? `${troubles} ${labels.some}` : "",
    healthy > 0 ? `${healthy} ${labels.healthy}` : "",
    paused > 0 ? `${paused} ${labels.paused}` : "",
  ].filter((part) => part !== "");
  const said = counts.join(language === "en" ? ", " : "，");
  return troubles > 0 ? said : `${labels.fine}${language === "en" ? ": " : "："}${said}`;
}
