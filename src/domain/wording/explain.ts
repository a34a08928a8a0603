import { type ErrorCode, errorCode, nearestCodes } from "../error-codes/error-code.ts";
import { code, type Document, document, fact, item, paragraph, plain } from "./document.ts";
import type { Language } from "./language.ts";

const TEXTS = {
  en: {
    name: "Name",
    class: "Class",
    scope: "Default scope",
    level: "DM's level",
    note: 'The level is DM\'s own and says little: most codes are "high". Codes keep their meaning in every version.',
    unknown: "DM has no error code",
    near: "The nearest that exist:",
  },
  zh: {
    name: "名称",
    class: "类别",
    scope: "默认范围",
    level: "DM 的级别",
    note: "级别是 DM 自己定的，参考价值不大：大多数都是 high。错误码的含义在各版本中不变。",
    unknown: "DM 没有这个错误码：",
    near: "最接近的错误码：",
  },
} as const;

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
