import { RULES } from "../approval/judge-vote.ts";
import type { Risk } from "../diagnosis/finding.ts";
import type { GateAnswer, Plan, Step } from "../plan/plan.ts";
import { targetKey } from "../plan/target-key.ts";
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
  type ListItem,
  note,
  paragraph,
  plain,
  strong,
  time,
} from "./document.ts";
import { kindName, playbookName } from "./finding.ts";
import type { Language } from "./language.ts";
import { personCommands } from "./person-commands.ts";
import { say } from "./phrases.ts";
import { PLAYBOOK_COSTS } from "./playbook-names.ts";
import { stepWords } from "./step.ts";

const SHOWN_STEPS = 14;
const SHOWN_OF_ONE = 30;
const SHOWN_IN_FULL = 24;

const TEXTS = {
  en: {
    plan: "Plan",
    for: "For",
    asked: "Asked by",
    expires: "Votes until",
    votes: "Votes",
    approved: "approved",
    rejected: "rejected",
    none: "none yet",
    steps: "Steps",
    gates: "Checked before",
    cost: "What it costs",
    approve: "Approve",
    reject: "Reject",
    details: "Steps in full",
    glass: "Break glass",
    broken: "GLASS BROKEN by one admin alone",
    expired: "expired",
    superseded: "what it was bound to changed:",
    running: "approved, carried out by",
    byName: "asked for by name",
    dryRun: "Dry run, nothing is stored",
    digest: "Votes are for exactly this plan, digest",
    more: "more",
    same: "the same steps",
    needs: "Needs",
    proves: "Proves",
    undo: "Undo",
    call: "Call",
  },
  zh: {
    plan: "计划",
    for: "针对",
    asked: "发起人",
    expires: "投票截止",
    votes: "投票",
    approved: "同意",
    rejected: "拒绝",
    none: "暂无",
    steps: "步骤",
    gates: "已检查",
    cost: "代价",
    approve: "批准",
    reject: "拒绝",
    details: "完整步骤",
    glass: "紧急放行",
    broken: "紧急放行：由一名 admin 单独批准",
    expired: "已过期",
    superseded: "所依据的内容已变化：",
    running: "已批准，执行：",
    byName: "按名称发起",
    dryRun: "演练，不保存任何内容",
    digest: "投票仅对此计划有效，摘要",
    more: "项未列出",
    same: "同样的步骤",
    needs: "需要",
    proves: "证明",
    undo: "撤销",
    call: "调用",
  },
} as const;

const RISKS: Readonly<Record<Language, Readonly<Record<Risk, string>>>> = {
  en: { safe: "safe", disruptive: "disruptive", data: "touches data" },
  zh: { safe: "安全", disruptive: "有中断", data: "涉及数据" },
};

/** An admin alone let it run: loud for as long as the message stands. */
const isBroken = ({ state }: Plan): boolean => state.kind === "approved" && state.breakGlass;

function neededText(risk: Risk, language: Language): string {
  const { votes, role } = RULES[risk];
  return language === "en" ? `${votes} needed, from ${role} or above` : `需要 ${votes} 票，${role} 或更高角色`;
}

/** Of the gates that hold, so many stand in the message; the steps in full show all. */
const HOLDING_SHOWN = 8;
const GATE_MARKS = { holds: "yes", fails: "no", "not-known": "unknown" } as const;

/** A plan as the message that people vote on. */
export function planMessage(plan: Plan, language: Language): Document {
  const texts = TEXTS[language];
  const headline = `${texts.plan} ${plan.id}: ${playbookName(plan.playbook, language)} · ${targetText(plan, language)} · ${RISKS[language][plan.risk]}`;
  const open = plan.state.kind === "open";
  const blocks: Block[] = [{ kind: "facts", facts: factsOf(plan, language) }];
  // What may go wrong although every gate holds comes before anything else.
  if (open) blocks.unshift(...plan.warnings.map((warning) => paragraph(strong(say(warning, language)))));
  if (open)
    blocks.push(
      paragraph(strong(`${texts.cost}: `), plain(PLAYBOOK_COSTS[language][plan.playbook])),
      ...gateBlocks(plan, language, HOLDING_SHOWN),
    );
  blocks.push({ kind: "list", items: stepItems(plan, language) });
  if (plan.mayExecute.kind === "no") blocks.push(note(plain(say(plan.mayExecute.why, language))));
  return document(
    headline,
    open ? "warning" : isBroken(plan) ? "critical" : "quiet",
    [...blocks, note(plain(`${texts.digest} `), code(plan.digest.slice(0, 12)))],
    buttonsOf(plan, language),
  );
}

function targetText({ targets, subjects, cluster }: Plan, language: Language): string {
  const [first] = subjects;
  if (first !== undefined && subjects.length === 1) return targetKey(first.target).replace(/^ @ /, "");
  return language === "en" ? `${targets.length} subtasks of ${cluster}` : `${cluster} 的 ${targets.length} 个子任务`;
}

/** Every step of a short plan or of one subject; of several subjects the first one's, and a line for each of the others. */
function stepItems({ steps, subjects }: Plan, language: Language): ListItem[] {
  const texts = TEXTS[language];
  const line = (step: Step) => item("none", plain(`${step.number}. ${stepWords(step, { language }).title}`));
  if (steps.length <= SHOWN_STEPS) return steps.map(line);
  if (subjects.length === 1) return atMost(steps.map(line), SHOWN_OF_ONE, texts.more);
  const groups = [...Map.groupBy(steps, ({ target }) => targetKey(target))];
  const others = groups.slice(1).map(([name, own]) => {
    const numbers = [...new Set([own[0]!.number, own.at(-1)!.number])].join("–");
    return item("none", plain(`${numbers}. ${name}: ${texts.same}`));
  });
  return [...groups[0]![1].map(line), ...atMost(others, SHOWN_STEPS, texts.more)];
}

function factsOf(plan: Plan, language: Language) {
  const texts = TEXTS[language];
  const facts = [
    fact(
      texts.for,
      plain(`${plan.incident ?? plan.cluster} · ${plan.kind === "healthy" ? texts.byName : kindName(plan.kind, language)}`),
    ),
    fact(texts.asked, { kind: "person", id: plan.askedBy.id, name: plan.askedBy.name }),
    fact(texts.votes, ...voteInlines(plan, language)),
  ];
  if (plan.state.kind === "open") facts.push(fact(texts.expires, time(plan.expiresAt)));
  return facts;
}

function voteInlines(plan: Plan, language: Language): Inline[] {
  const texts = TEXTS[language];
  switch (plan.state.kind) {
    case "approved":
      return [
        ...(plan.state.breakGlass ? [strong(`${texts.broken} · `)] : []),
        plain(`${texts.running} ${plan.state.run} `),
        ...peopleOf(plan),
        ...(plan.state.breakGlass ? [plain(` “${plan.votes.at(-1)?.reason ?? ""}”`)] : []),
      ];
    case "rejected":
      return [
        plain(`${texts.rejected}: `),
        { kind: "person", id: plan.state.by.id, name: plan.state.by.name },
        plain(` ${plan.state.reason}`),
      ];
    case "expired":
      return [plain(texts.expired)];
    case "superseded":
      return [plain(`${texts.superseded} ${plan.state.changed.join(", ")}`)];
    case "open": {
      const given = peopleOf(plan);
      return [...(given.length === 0 ? [plain(texts.none)] : given), plain(` · ${neededText(plan.risk, language)}`)];
    }
    default:
      return plan.state satisfies never;
  }
}

function peopleOf(plan: Plan): Inline[] {
  return plan.votes
    .filter((vote) => vote.verdict === "approve")
    .flatMap((vote): Inline[] => [plain("✔ "), { kind: "person", id: vote.person.id, name: vote.person.name }, plain(" ")]);
}

/**
 * Several targets often answer alike; each sentence is said once. What does not hold, or is not known, comes first and is never left
 * out: people vote on it. `holding`: how many of the others are shown.
 */
function gateBlocks(plan: Plan, language: Language, holding: number): Block[] {
  if (plan.gates.length === 0) return [];
  const said = new Map(plan.gates.map((gate) => [say(gate.phrase, language), gate.answer]));
  const items = (...answers: readonly GateAnswer["answer"][]) =>
    [...said].flatMap(([sentence, answer]) => (answers.includes(answer) ? [item(GATE_MARKS[answer], plain(sentence))] : []));
  const all = [...items("fails", "not-known"), ...atMost(items("holds"), holding, TEXTS[language].more)];
  return [paragraph(strong(TEXTS[language].gates)), { kind: "list", items: all }];
}

function buttonsOf(plan: Plan, language: Language): Button[] {
  const texts = TEXTS[language];
  const button = (action: Button["action"], label: string, style: Button["style"]): Button => ({
    action,
    label,
    value: `${plan.id}|${plan.digest}`,
    style,
    confirm: null,
    choices: null,
  });
  const details = button("plan-details", texts.details, "default");
  if (plan.state.kind !== "open") return [details];
  if (plan.mayExecute.kind === "no") return [button("reject", texts.reject, "default"), details];
  const glass = plan.risk === "safe" ? [] : [button("break-glass", texts.glass, "default")];
  return [button("approve", texts.approve, "primary"), button("reject", texts.reject, "danger"), details, ...glass];
}

/** What a dry run is called: it was never given a number. */
export const NOT_STORED = "P-0";

/**
 * Each step with its exact call, what it needs, proves and undoes, and the same work for a person. `inFull`: of how many steps;
 * the others are told by their titles, or where they are another subject's of the same kind, by their number.
 */
export function planDetails(plan: Plan, masterAddress: string, language: Language, inFull = SHOWN_IN_FULL): Document {
  const texts = TEXTS[language];
  const others = plan.steps.slice(inFull);
  const steps = plan.steps.slice(0, inFull).flatMap((step): Block[] => {
    const words = stepWords(step, { language, generation: plan.binding.generation, masterAddress });
    return [
      paragraph(strong(`${step.number}. ${words.title}`)),
      { kind: "code", title: null, text: words.call },
      {
        kind: "facts",
        facts: [
          fact(texts.needs, plain(words.needs)),
          fact(texts.proves, plain(words.proves)),
          fact(texts.undo, plain(words.undo)),
        ],
      },
    ];
  });
  const who = paragraph(strong(RISKS[language][plan.risk]), plain(` · ${neededText(plan.risk, language)}`));
  const name = plan.id === NOT_STORED ? texts.dryRun : `${texts.plan} ${plan.id}`;
  return document(`${name}: ${playbookName(plan.playbook, language)} · ${targetText(plan, language)}`, "info", [
    ...plan.warnings.map((warning) => paragraph(strong(say(warning, language)))),
    who,
    paragraph(strong(`${texts.cost}: `), plain(PLAYBOOK_COSTS[language][plan.playbook])),
    ...gateBlocks(plan, language, plan.gates.length),
    ...(plan.mayExecute.kind === "no" && plan.id !== NOT_STORED ? [note(plain(say(plan.mayExecute.why, language)))] : []),
    ...steps,
    ...(others.length === 0 ? [] : [othersBlock(others, plan, language)]),
    ...personCommands(plan.steps, { masterAddress, language, generation: plan.binding.generation }),
    note(plain(`${texts.digest} `), code(plan.digest)),
  ]);
}

function othersBlock(others: readonly Step[], { subjects }: Plan, language: Language): Block {
  const texts = TEXTS[language];
  if (subjects.length > 1) return note(plain(`… +${others.length} ${texts.more}: ${texts.same}`));
  return {
    kind: "list",
    items: others.map((step) => item("none", plain(`${step.number}. ${stepWords(step, { language }).title}`))),
  };
}
