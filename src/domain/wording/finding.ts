import type { AdviceKey, Assumption, Fact, Finding, Kind, PlaybookId } from "../diagnosis/finding.ts";
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
import type { Language } from "./language.ts";

type Texts<Key extends string> = Readonly<Record<Language, Readonly<Record<Key, string>>>>;

export const KIND_NAMES: Texts<Kind> = {
  en: {
    healthy: "healthy",
    "invalid-connection": "the connection to the downstream broke (invalid connection)",
    "bad-connection": "no usable connection to the downstream (bad connection)",
    "downstream-unreachable": "the downstream cannot be reached",
    "upstream-unreachable": "the upstream cannot be reached",
    "worker-offline": "no DM-worker answers for it",
    "master-unreachable": "no DM-master answers",
    "paused-by-person": "paused by a person",
    "binlog-over-4gib-suspected": "a binlog file over 4 GiB is suspected",
    unknown: "a trouble that I do not know",
  },
  zh: {
    healthy: "正常",
    "invalid-connection": "到下游的连接中断（invalid connection）",
    "bad-connection": "没有可用的下游连接（bad connection）",
    "downstream-unreachable": "下游数据库无法连接",
    "upstream-unreachable": "上游数据库无法连接",
    "worker-offline": "没有 DM-worker 应答",
    "master-unreachable": "没有 DM-master 应答",
    "paused-by-person": "被人工暂停",
    "binlog-over-4gib-suspected": "怀疑有超过 4 GiB 的 binlog 文件",
    unknown: "我不认识的故障",
  },
};

export const ADVICE_SENTENCES: Texts<AdviceKey> = {
  en: {
    "nothing-to-do": "Nothing to do.",
    "wait-dm-retries":
      "DM resumes it by itself, with growing pauses up to its configured maximum. Wait for that; a resume is offered afterwards.",
    "resume-now": "Resume the task. If that does not hold, stop and start it.",
    "stop-and-start": "This version of DM does not recover from it: stop the task and start it again from its checkpoint.",
    "other-error-first":
      "DM never resumes one of the errors in this mixture. Treat that one first; the connection comes after it.",
    "mend-the-downstream": "Bring the downstream back. DM itself has nothing to repair; it goes on when the database answers.",
    "mend-the-upstream": "Bring the upstream back, or mend the network and the account that DM uses.",
    "bring-the-worker-back": "Start the DM-worker again, or give the source to a free one.",
    "bring-a-master-back":
      "Start a DM-master, or mend the way to it. The workers go on meanwhile, but nobody can see or steer them.",
    "leave-it-to-the-person": "Somebody paused it on purpose. It stays untouched.",
    "measure-the-binlog-file":
      "Measure the file on the upstream (SHOW BINARY LOGS). Over 4 GiB, missing and damaged files look alike from here and want different repairs.",
    "ask-a-person": "A person has to read DM's own words. Nothing is offered on a guess.",
  },
  zh: {
    "nothing-to-do": "无需处理。",
    "wait-dm-retries": "DM 会自动恢复，重试间隔逐步增大到配置的上限。先等待；之后会提供恢复操作。",
    "resume-now": "恢复任务（resume）。若仍然无效，再停止并重新启动任务。",
    "stop-and-start": "这个版本的 DM 不会自动恢复：请停止任务，再从断点重新启动。",
    "other-error-first": "这组错误里有一个 DM 永远不会自动恢复。先处理它，再处理连接问题。",
    "mend-the-downstream": "请先恢复下游数据库。DM 本身无需修复，下游恢复后会继续同步。",
    "mend-the-upstream": "请恢复上游数据库，或修复网络以及 DM 使用的账号。",
    "bring-the-worker-back": "请重新启动 DM-worker，或将数据源转移到空闲的 worker。",
    "bring-a-master-back": "请启动 DM-master 或修复到它的网络。worker 仍在运行，但无法查看和操作。",
    "leave-it-to-the-person": "有人特意暂停了它，不做任何改动。",
    "measure-the-binlog-file":
      "请在上游测量该文件大小（SHOW BINARY LOGS）。超过 4 GiB、缺失和损坏从这里看起来一样，但修复方法不同。",
    "ask-a-person": "需要人工阅读 DM 的原文。不会凭猜测提供操作。",
  },
};

const ASSUMPTIONS: Texts<Assumption> = {
  en: {
    "dm-generation": "assumed: DM's generation is",
    "checker-settings": "assumed: DM's checker runs with",
    "pause-by-person": "assumed: paused by a person:",
    unit: "assumed: the side that failed is",
  },
  zh: {
    "dm-generation": "假定（assumed）：DM 的版本系列是",
    "checker-settings": "假定（assumed）：DM 的自动恢复设置为",
    "pause-by-person": "假定（assumed）：是否人工暂停：",
    unit: "假定（assumed）：出错的一侧是",
  },
};

const PLAYBOOKS: Texts<PlaybookId> = {
  en: { "resume-task": "resume the task", "stop-start-task": "stop and start the task" },
  zh: { "resume-task": "恢复任务", "stop-start-task": "停止并重新启动任务" },
};

const RETRIES = {
  en: {
    true: "DM retries by itself.",
    false: "DM will not retry by itself.",
    null: "Whether DM retries by itself is not known.",
  },
  zh: { true: "DM 会自动重试。", false: "DM 不会自动重试。", null: "不清楚 DM 是否会自动重试。" },
} as const;

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
    all: "Everything that was asked about is healthy.",
    some: "in trouble",
    healthy: "healthy",
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
    all: "查询的对象全部正常。",
    some: "有故障",
    healthy: "正常",
    stage: "阶段",
  },
} as const;

export const kindName = (kind: Kind, language: Language): string => KIND_NAMES[language][kind];
export const adviceSentence = (key: AdviceKey, language: Language): string => ADVICE_SENTENCES[language][key];
export const playbookName = (id: PlaybookId, language: Language): string => PLAYBOOKS[language][id];

export function retriesSentence(retries: boolean | null, language: Language): string {
  return RETRIES[language][String(retries) as "true" | "false" | "null"];
}

/** A fact as one line. DM's words stay DM's in either language. */
export function factText(known: Fact, language: Language): string {
  switch (known.kind) {
    case "said":
      return known.text;
    case "seen":
      return `${known.name}: ${known.value}`;
    case "counted":
      return `${known.what}: ${known.count}`;
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
      return `${subject.task} @ ${subject.source}`;
    case "relay":
      return `relay @ ${subject.source}`;
    case "source":
      return `source ${subject.source}`;
    case "worker":
      return subject.source === null ? `worker ${subject.worker}` : `worker ${subject.worker} (${subject.source})`;
    case "masters":
      return "DM-masters";
    default:
      return subject satisfies never;
  }
}

/** The shape that `diagnose --json` prints; `next` tells what is tried after the first advice. */
export function findingAsJson(finding: Finding, language: Language) {
  return {
    kind: finding.kind,
    incident: finding.incident,
    cluster: finding.cluster,
    task: finding.task,
    source: finding.source,
    worker: finding.worker,
    unit: finding.unit,
    stage: finding.stage,
    confidence: finding.confidence,
    codes: finding.codes,
    evidence: finding.evidence.map((evidence) => ({ fact: factText(evidence.fact, language), from: evidence.from })),
    dmRetriesByItself: finding.dmRetriesByItself,
    advice: {
      playbook: finding.advice.playbook,
      risk: finding.advice.risk,
      why: adviceSentence(finding.advice.why, language),
      next: finding.advice.next.map(({ playbook, notBefore }) => ({
        playbook,
        notBefore: notBefore === null ? null : new Date(notBefore).toISOString(),
      })),
    },
  };
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
        : { kind: "list", items: [item("dot", plain(factText(evidence.fact, language)), plain("  "), code(evidence.from))] },
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
  if (!finding.incident && finding.kind === "healthy") return blocks;
  blocks.push(...evidenceBlocks(finding, language));
  const facts = [
    fact(labels.retries, plain(retriesSentence(finding.dmRetriesByItself, language))),
    fact(labels.todo, plain(adviceSentence(finding.advice.why, language))),
  ];
  if (finding.advice.next.length > 0) facts.push(fact(labels.next, ...thenInlines(finding, language)));
  facts.push(fact(labels.certainty, plain(`${Math.round(finding.confidence * 100)} %`)));
  return [...blocks, { kind: "facts", facts }];
}

export function findingsDocument(findings: readonly Finding[], language: Language): Document {
  const labels = LABELS[language];
  const troubles = findings.filter((finding) => finding.incident);
  const quiet = findings.filter((finding) => !finding.incident);
  const headline = troubles.length === 0 ? labels.all : `${troubles.length} ${labels.some}, ${quiet.length} ${labels.healthy}`;
  const blocks = [...troubles, ...quiet].flatMap((finding, index) => [
    ...(index > 0 && finding.incident ? [{ kind: "divider" } as const] : []),
    ...findingBlocks(finding, language),
  ]);
  return document(headline, troubles.length === 0 ? "good" : "critical", blocks);
}
