import { RULES } from "../approval/judge-vote.ts";
import type { Risk } from "../diagnosis/finding.ts";
import type { Plan } from "../plan/plan.ts";
import {
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
import { kindName, playbookName } from "./finding.ts";
import type { Language } from "./language.ts";
import { personCommands } from "./person-commands.ts";
import { say } from "./phrases.ts";
import { stepWords } from "./step.ts";

const TEXTS = {
  en: {
    plan: "Plan",
    for: "For",
    asked: "Asked by",
    expires: "Votes until",
    votes: "Votes",
    needed: "needed",
    role: "from",
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
    expired: "expired",
    superseded: "what it was bound to changed:",
    running: "approved, carried out by",
    digest: "Bound to",
    noExecute: "Dry run: it cannot be carried out here.",
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
    needed: "票（需要）",
    role: "来自",
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
    expired: "已过期",
    superseded: "所依据的内容已变化：",
    running: "已批准，执行：",
    digest: "绑定摘要",
    noExecute: "演练：此处不能执行。",
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

const COSTS: Readonly<Record<Language, Readonly<Record<Plan["playbook"], string>>>> = {
  en: {
    "resume-task": "Nothing: DM goes on from where it stands.",
    "stop-start-task":
      "Replication of these sources stands still for some seconds to minutes; rows since the last checkpoint are applied again in DM's automatic safe mode.",
  },
  zh: {
    "resume-task": "没有代价：DM 从当前位置继续。",
    "stop-start-task": "这些数据源的同步会暂停几秒到几分钟；最近一次断点之后的行会在 DM 自动安全模式下重新应用。",
  },
};

const GATE_MARKS = { holds: "yes", fails: "no", "not-known": "unknown" } as const;

/** A plan as the message that people vote on. */
export function planMessage(plan: Plan, language: Language): Document {
  const texts = TEXTS[language];
  const headline = `${texts.plan} ${plan.id}: ${playbookName(plan.playbook, language)} · ${plan.targets.length === 1 ? `${plan.targets[0]!.task} @ ${plan.targets[0]!.source}` : `${plan.targets.length} × ${plan.cluster}`} · ${RISKS[language][plan.risk]}`;
  const open = plan.state.kind === "open";
  const blocks: Block[] = [{ kind: "facts", facts: factsOf(plan, language) }];
  if (open)
    blocks.push(paragraph(strong(`${texts.cost}: `), plain(COSTS[language][plan.playbook])), ...gateBlocks(plan, language));
  blocks.push({
    kind: "list",
    items: plan.steps.slice(0, 14).map((step) => item("dot", plain(`${step.number}. ${stepWords(step, language).title}`))),
  });
  if (plan.mayExecute.kind === "no") blocks.push(note(plain(`${texts.noExecute} ${plan.mayExecute.why}`)));
  return document(
    headline,
    open ? "warning" : "quiet",
    [...blocks, note(plain(`${texts.digest} `), code(plan.digest.slice(0, 12)))],
    buttonsOf(plan, language),
  );
}

function factsOf(plan: Plan, language: Language) {
  const texts = TEXTS[language];
  const facts = [
    fact(texts.for, plain(`${plan.incident ?? plan.cluster} · ${kindName(plan.kind, language)}`)),
    fact(texts.asked, { kind: "person", id: plan.askedBy.id, name: plan.askedBy.name }),
    fact(texts.votes, ...voteInlines(plan, language)),
  ];
  if (plan.state.kind === "open") facts.push(fact(texts.expires, time(plan.expiresAt)));
  return facts;
}

function voteInlines(plan: Plan, language: Language): Inline[] {
  const texts = TEXTS[language];
  const { votes, role } = RULES[plan.risk];
  switch (plan.state.kind) {
    case "approved":
      return [plain(`${texts.running} ${plan.state.run} `), ...peopleOf(plan)];
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
      return [
        ...(given.length === 0 ? [plain(`${texts.none} `)] : given),
        plain(` · ${votes} ${texts.needed} ${texts.role} ${role}`),
      ];
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

/** Several targets often answer alike; each sentence is said once. */
function gateBlocks(plan: Plan, language: Language): Block[] {
  if (plan.gates.length === 0) return [];
  const said = new Map(plan.gates.map((gate) => [say(gate.phrase, language), gate.answer]));
  const items = Array.from(said, ([sentence, answer]) => item(GATE_MARKS[answer], plain(sentence)));
  return [paragraph(strong(TEXTS[language].gates)), { kind: "list", items: items.slice(0, 12) }];
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

/** Each step with its exact call, what it needs, proves and undoes, and the same work for a person. */
export function planDetails(plan: Plan, masterAddress: string, language: Language): Document {
  const texts = TEXTS[language];
  const rule = RULES[plan.risk];
  const steps = plan.steps.slice(0, 20).flatMap((step): Block[] => {
    const words = stepWords(step, language, plan.binding.generation);
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
  const who = paragraph(
    plain(`${RISKS[language][plan.risk]} · ${rule.votes} ${texts.needed} ${texts.role} ${rule.role} · ${texts.digest} `),
    code(plan.digest),
  );
  return document(`${texts.plan} ${plan.id}: ${playbookName(plan.playbook, language)}`, "info", [
    who,
    ...gateBlocks(plan, language),
    ...steps,
    personCommands(plan.playbook, plan.targets.slice(0, 10), masterAddress, language),
  ]);
}
