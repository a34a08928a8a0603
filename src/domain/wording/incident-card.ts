import type { Incident, Member, Root } from "../incident/incident.ts";
import type { Offer } from "../playbooks/choose-playbook.ts";
import {
  atMost,
  type Block,
  type Button,
  code,
  type Document,
  document,
  fact,
  type Inline,
  item,
  note,
  paragraph,
  plain,
  strong,
  time,
} from "./document.ts";
import { adviceSentence, factText, kindName, playbookName, retriesSentence, subjectText } from "./finding.ts";
import { placeText } from "./finding-texts.ts";
import type { Language } from "./language.ts";

const TEXTS = {
  en: {
    critical: "CRITICAL",
    warning: "WARNING",
    closed: "RECOVERED",
    since: "Since",
    cluster: "Cluster",
    members: "Affected",
    dm: "Retries",
    todo: "What to do",
    repair: "Repair",
    more: "more",
    later: "will be offered from",
    usedUp: "What I can do was tried without lasting effect. A person is needed.",
    atWork: "is at work, see the thread",
    now: "offered now",
    none: "none is known to me",
    acknowledged: "Acknowledged by",
    silenced: "Silent until",
    lasted: "It lasted",
    relapse: "Back again",
    codes: "Codes",
    well: "well again",
    failing: "in trouble",
    plan: "Show plan",
    compare: "Compare rows",
    accept: "Accept the loss",
    meant: "The stop was meant",
    acknowledge: "Acknowledge",
    check: "Check again",
    silence: "Silence",
    details: "Details",
    hour: "1 hour",
    hours: "4 hours",
    day: "1 day",
    downstream: "downstream of",
    upstream: "upstream",
    source: "source",
    relay: "relay of",
    worker: "worker",
    masters: "DM-masters of",
    alert: "alert",
    rows: "rows of",
    binlog: "binlog of",
    subtasks: "subtasks",
    worse: "anything worse breaks the silence",
    dmSaid: "DM said",
  },
  zh: {
    critical: "严重",
    warning: "警告",
    closed: "已恢复",
    since: "开始于",
    cluster: "集群",
    members: "受影响",
    dm: "自动重试",
    todo: "怎么做",
    repair: "修复",
    more: "个未列出",
    later: "最早可提供的时间：",
    usedUp: "我能做的都已试过，没有持久效果，需要人工处理。",
    atWork: "正在执行，见消息列",
    now: "现在可以执行",
    none: "我没有已知的修复方法",
    acknowledged: "已确认：",
    silenced: "静默至",
    lasted: "持续时间",
    relapse: "再次出现",
    codes: "错误码",
    well: "已恢复",
    failing: "故障中",
    plan: "查看计划",
    compare: "对比行",
    accept: "接受缺行",
    meant: "停止是有意的",
    acknowledge: "确认",
    check: "重新检查",
    silence: "静默",
    details: "详情",
    hour: "1 小时",
    hours: "4 小时",
    day: "1 天",
    downstream: "下游",
    upstream: "上游",
    source: "数据源",
    relay: "relay",
    worker: "worker",
    masters: "DM-master",
    alert: "告警",
    rows: "行",
    binlog: "binlog",
    subtasks: "个子任务",
    worse: "情况变坏时静默自动解除",
    dmSaid: "DM 的原文",
  },
} as const;

const SHOWN_MEMBERS = 8;

/** What the card says of a repair. `under-way`: a run is at work, and nothing else is offered until it has ended. */
export type CardOffer = Offer | { readonly kind: "under-way"; readonly run: string };

export interface CardView {
  readonly offer: CardOffer;
  readonly language: Language;
  /** Names of people by id, where known. */
  readonly nameOf: (personId: string) => string | null;
  /** Who is asked to look, drawn only in the first form of a card. */
  readonly mentions: readonly Inline[];
}

/** The one message of an incident, the same for every state that it goes through. */
export function incidentCard(incident: Incident, view: CardView): Document {
  const texts = TEXTS[view.language];
  const word = incident.state === "closed" ? texts.closed : texts[incident.severity];
  const headline = `${word} · ${incident.id} · ${rootText(incident, view.language)}: ${kindName(incident.kind, view.language)}`;
  const tone = incident.state === "closed" ? "good" : incident.severity;
  return document(
    headline,
    tone,
    [...mentionBlock(view), factsBlock(incident, view), ...bodyBlocks(incident, view), ...footBlocks(incident, view)],
    buttonsOf(incident, view),
  );
}

export function rootText({ root, cluster }: Incident, language: Language): string {
  const texts = TEXTS[language];
  const of = (word: string, name: string): string =>
    language === "en" ? `${word} ${name}` : `${name} 的${/^[a-z]/i.test(word) ? " " : ""}${word}`;
  const names: { readonly [Kind in Root["kind"]]: (root: Extract<Root, { kind: Kind }>) => string } = {
    downstream: () => of(texts.downstream, cluster),
    masters: () => of(texts.masters, cluster),
    upstream: ({ source }) => `${texts.upstream} ${source}`,
    source: ({ source }) => `${texts.source} ${source}`,
    relay: ({ source }) => of(texts.relay, source),
    worker: ({ worker }) => `${texts.worker} ${worker}`,
    subtask: ({ task, source }) => `${task} @ ${source}`,
    rows: ({ task, source }) => of(texts.rows, `${task} @ ${source}`),
    binlog: ({ source }) => of(texts.binlog, source),
    alert: ({ name }) => `${texts.alert} ${name}`,
  };
  return (names[root.kind] as (root: Root) => string)(root);
}

function mentionBlock(view: CardView): Block[] {
  return view.mentions.length === 0 ? [] : [paragraph(...view.mentions)];
}

function factsBlock(incident: Incident, { language, offer }: CardView): Block {
  const texts = TEXTS[language];
  const facts = [fact(texts.cluster, code(incident.cluster)), fact(texts.since, time(incident.openedAt))];
  if (incident.closedAt !== null) facts.push(fact(texts.lasted, plain(durationText(incident.closedAt - incident.openedAt))));
  if (incident.relapseOf !== null) facts.push(fact(texts.relapse, code(incident.relapseOf)));
  if (incident.finding.codes.length > 0) facts.push(fact(texts.codes, code(incident.finding.codes.join(", "))));
  if (incident.state === "closed") return { kind: "facts", facts };
  facts.push(fact(texts.dm, plain(retriesSentence(incident.finding.dmRetriesByItself, language))));
  facts.push(fact(texts.repair, ...offerInlines(offer, language)));
  return { kind: "facts", facts };
}

function offerInlines(offer: CardOffer, language: Language): Inline[] {
  const texts = TEXTS[language];
  switch (offer.kind) {
    case "offered":
      return [plain(`${playbookName(offer.playbook, language)} — ${texts.now}`)];
    case "later":
      return [plain(`${playbookName(offer.playbook, language)} — ${texts.later} `), time(offer.from)];
    case "under-way":
      return [plain(`${offer.run} ${texts.atWork}`)];
    case "used-up":
      return [plain(texts.usedUp)];
    case "none":
      return [plain(texts.none)];
    default:
      return offer satisfies never;
  }
}

function bodyBlocks(incident: Incident, { language, offer }: CardView): Block[] {
  const texts = TEXTS[language];
  const members = incident.members.map((member) =>
    item(member.recoveredAt === null ? "failed" : "done", ...memberInlines(member, language)),
  );
  const blocks: Block[] = [{ kind: "list", items: atMost(members, SHOWN_MEMBERS, texts.more) }];
  const words = incident.finding.evidence.find((evidence) => evidence.fact.kind === "said");
  if (incident.state === "open") blocks.push(...numbersOf(incident.finding, language));
  if (incident.state === "open" && words?.fact.kind === "said")
    blocks.push({ kind: "code", title: texts.dmSaid, text: words.fact.text.slice(0, 600) });
  // Between two steps of a run DM looks otherwise than before: what would be advised for that is not to be done.
  if (incident.state === "open" && offer.kind !== "under-way")
    blocks.push(paragraph(strong(`${texts.todo}: `), plain(adviceSentence(incident.finding.advice.why, language))));
  return blocks;
}

const SHOWN_NUMBERS = 4;

/** What was measured or counted: the numbers that prove it, or say why nothing could be measured. */
function numbersOf({ evidence }: Incident["finding"], language: Language): Block[] {
  const measured = evidence.filter(
    ({ fact, from }) =>
      fact.kind === "counted" || (fact.kind === "seen" && (from === "SHOW BINARY LOGS" || from.endsWith("checkpoint table"))),
  );
  const items = measured
    .slice(0, SHOWN_NUMBERS)
    .map(({ fact, from }) => item("dot", plain(factText(fact, language)), plain("  "), code(placeText(from, language))));
  return items.length === 0 ? [] : [{ kind: "list", items }];
}

function memberInlines(member: Member, language: Language): Inline[] {
  const { finding } = member;
  const texts = TEXTS[language];
  const state =
    member.recoveredAt === null
      ? [finding.unit, finding.stage].filter((part) => part !== null).join(" · ") || texts.failing
      : texts.well;
  return [code(subjectText(finding)), plain(` ${state}`)];
}

function footBlocks(incident: Incident, view: CardView): Block[] {
  const texts = TEXTS[view.language];
  const blocks: Block[] = [];
  const { acknowledged, silenced } = incident;
  if (acknowledged)
    blocks.push(
      note(
        plain(`${texts.acknowledged} `),
        { kind: "person", id: acknowledged.by, name: view.nameOf(acknowledged.by) },
        plain(" · "),
        time(acknowledged.at),
      ),
    );
  if (silenced && incident.state === "open")
    blocks.push(note(plain(`${texts.silenced} `), time(silenced.until), plain(` · ${texts.worse}`)));
  return blocks;
}

function buttonsOf(incident: Incident, { language, offer }: CardView): Button[] {
  const texts = TEXTS[language];
  const button = (action: Button["action"], label: string, style: Button["style"] = "default"): Button => ({
    action,
    label,
    value: incident.id,
    style,
    confirm: null,
    choices: null,
  });
  const details = button("details", texts.details);
  if (incident.state === "closed") return [details];
  const silence = { ...button("silence", texts.silence), choices: silenceChoices(incident, language) };
  const acknowledge = incident.acknowledged === null ? [button("acknowledge", texts.acknowledge)] : [];
  return [...offerButtons(incident, offer, button, texts), ...acknowledge, button("check-again", texts.check), silence, details];
}

type Make = (action: Button["action"], label: string, style?: Button["style"]) => Button;

/** What is offered, and what only people can say of this kind. */
function offerButtons({ kind }: Incident, offer: CardOffer, button: Make, texts: (typeof TEXTS)[Language]): Button[] {
  const isComparison = offer.kind === "offered" && offer.playbook === "compare-rows";
  const main =
    offer.kind !== "offered"
      ? []
      : [isComparison ? button("compare", texts.compare, "primary") : button("show-plan", texts.plan, "primary")];
  if (kind === "rows-may-be-missing")
    return [...main, ...(isComparison ? [] : [button("compare", texts.compare)]), button("accept-rows", texts.accept)];
  return kind === "stopped-and-forgotten" ? [...main, button("stop-meant", texts.meant)] : main;
}

function silenceChoices({ id }: Incident, language: Language): NonNullable<Button["choices"]> {
  const texts = TEXTS[language];
  return [
    { label: texts.hour, value: `${id}|3600` },
    { label: texts.hours, value: `${id}|14400` },
    { label: texts.day, value: `${id}|86400` },
  ];
}

/** `14m 32s`; never with colons, which some chats read as emoji. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const parts = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const text = parts.map((value, index) => (value > 0 ? `${value}${"dhms"[index]}` : "")).filter((part) => part !== "");
  return text.slice(0, 2).join(" ") || "0s";
}
