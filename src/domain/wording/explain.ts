import { RULES } from "../approval/judge-vote.ts";
import { KINDS, type Kind, PLAYBOOK_IDS, type PlaybookId } from "../diagnosis/finding.ts";
import { TREATMENTS } from "../diagnosis/treatments.ts";
import { type ErrorCode, errorCode, nearestCodes } from "../error-codes/error-code.ts";
import { PLAYBOOK_WORDS } from "../plan/read-wish.ts";
import { riskOf } from "../playbooks/choose-playbook.ts";
import { type Block, code, type Document, document, fact, item, note, paragraph, plain, strong } from "./document.ts";
import { KIND_MEANINGS } from "./kind-meanings.ts";
import { KIND_NAMES } from "./kind-names.ts";
import type { Language } from "./language.ts";
import { PLAYBOOK_COSTS, PLAYBOOK_NAMES } from "./playbook-names.ts";

const TEXTS = {
  en: {
    name: "Name",
    class: "Class",
    scope: "Default scope",
    level: "DM's level",
    note: 'The level is DM\'s own and says little: most codes are "high". Codes keep their meaning in every version.',
    unknown: "DM has no error code",
    near: "The nearest that exist:",
    offered: "What may be offered, in this order",
    nothing: "No plan is offered for it: what helps is done outside of DM, or decided by a person.",
    treats: "Offered for",
    asked: "Asked for by",
    needs: "Needs",
    votes: "votes, from",
    above: "or above",
    runbook: "By hand, and what to look at: docs/runbook.md, under",
    neither: "is no error code, no kind of trouble and no playbook",
  },
  zh: {
    name: "名称",
    class: "类别",
    scope: "默认范围",
    level: "DM 的级别",
    note: "级别是 DM 自己定的，参考价值不大：大多数都是 high。错误码的含义在各版本中不变。",
    unknown: "DM 没有这个错误码：",
    near: "最接近的：",
    offered: "可能依次提供的操作",
    nothing: "不提供计划：需要在 DM 之外处理，或由人工决定。",
    treats: "用于",
    asked: "命令",
    needs: "需要",
    votes: "票，角色",
    above: "或更高",
    runbook: "手工步骤和检查方法：docs/runbook.md 中的",
    neither: "不是错误码、故障类型或操作",
  },
} as const;

export interface Explained {
  readonly known: boolean;
  readonly document: Document;
}

/** What a code of DM, a kind of trouble, or a playbook (by its id or its short word) is; the nearest names where it is none of them. */
export function explain(word: string, language: Language): Explained {
  if (/^\d{1,6}$/.test(word)) return { known: errorCode(Number(word)) !== null, document: explainCode(Number(word), language) };
  const name = word.toLowerCase();
  const kind = KINDS.find((one) => one === name);
  if (kind) return { known: true, document: explainKind(kind, language) };
  const playbook = PLAYBOOK_IDS.find((one) => one === name) ?? PLAYBOOK_WORDS[name];
  if (playbook) return { known: true, document: explainPlaybook(playbook, language) };
  const items = nearest(name).map((near) => item("dot", code(near)));
  const headline = `${word.slice(0, 40)} ${TEXTS[language].neither}`;
  return {
    known: false,
    document: document(headline, "warning", [paragraph(plain(TEXTS[language].near)), { kind: "list", items }]),
  };
}

function explainKind(kind: Kind, language: Language): Document {
  const texts = TEXTS[language];
  const treatments = TREATMENTS[kind];
  const items = treatments.map((playbook) => item("dot", code(playbook), plain(`  ${PLAYBOOK_NAMES[language][playbook]}`)));
  const offered: Block[] =
    items.length === 0 ? [paragraph(plain(texts.nothing))] : [paragraph(strong(texts.offered)), { kind: "list", items }];
  return document(`${kind}: ${KIND_NAMES[language][kind]}`, "info", [
    paragraph(plain(KIND_MEANINGS[language][kind])),
    ...(kind === "healthy" ? [] : offered),
    note(plain(`${texts.runbook} `), code(kind)),
  ]);
}

function explainPlaybook(playbook: PlaybookId, language: Language): Document {
  const texts = TEXTS[language];
  const { votes, role } = RULES[riskOf(playbook)];
  const kinds = KINDS.filter((kind) => TREATMENTS[kind].includes(playbook));
  const words = Object.keys(PLAYBOOK_WORDS).filter((word) => PLAYBOOK_WORDS[word] === playbook);
  const asked = playbook === "undo" ? "/dm undo R-1" : `/dm plan <task> ${words.length === 0 ? playbook : words.join("|")}`;
  return document(`${playbook}: ${PLAYBOOK_NAMES[language][playbook]}`, "info", [
    paragraph(plain(PLAYBOOK_COSTS[language][playbook])),
    {
      kind: "facts",
      facts: [
        fact(texts.needs, plain(`${votes} ${texts.votes} ${role} ${texts.above}`)),
        fact(texts.asked, code(asked)),
        ...(kinds.length === 0 ? [] : [fact(texts.treats, plain(kinds.join(", ")))]),
      ],
    },
    note(plain(`${texts.runbook} `), code(playbook)),
  ]);
}

/** Names that hold the word or begin alike, most alike first. */
function nearest(word: string): string[] {
  const alike = (name: string): number => {
    let same = 0;
    while (same < word.length && name[same] === word[same]) same++;
    return (name.includes(word) ? 100 : 0) + same;
  };
  return [...KINDS, ...PLAYBOOK_IDS].toSorted((a, b) => alike(b) - alike(a)).slice(0, 4);
}

/** The facts of a code, or what to type instead. */
export function explainCode(number: number, language: Language): Document {
  const texts = TEXTS[language];
  const known = errorCode(number);
  if (!known) {
    const items = nearestCodes(number, 3).map((near) =>
      item("dot", code(String(near.code)), plain(`  ${near.name} (${near.class})`)),
    );
    return document(`${texts.unknown} ${number}`, "warning", [paragraph(plain(texts.near)), { kind: "list", items }]);
  }
  return document(`${known.code} ${known.name}`, "info", [
    { kind: "facts", facts: factsOf(known, language) },
    paragraph(plain(texts.note)),
  ]);
}

function factsOf(known: ErrorCode, language: Language) {
  const texts = TEXTS[language];
  return [
    fact(texts.name, code(known.name)),
    fact(texts.class, code(known.class)),
    fact(texts.scope, code(known.scope)),
    fact(texts.level, code(known.level)),
  ];
}
