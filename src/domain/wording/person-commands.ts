import type { Finding, PlaybookId } from "../diagnosis/finding.ts";
import type { Step } from "../plan/plan.ts";
import { targetKey } from "../plan/target-key.ts";
import type { Block } from "./document.ts";
import type { Language } from "./language.ts";
import { stepWords } from "./step.ts";
import { quoted } from "./steps/step-words.ts";

const TITLES = {
  en: "The same work by hand, for when the bot may not or cannot act",
  zh: "同样操作的手工命令（机器人不能或不允许执行时使用）",
} as const;
/** Targets whose commands are written out. */
const SHOWN = 10;

/** The commands (shell and SQL) that do what the steps do, in their order; no block where no person could do it by hand. */
export function personCommands(
  steps: readonly Step[],
  { masterAddress, language, generation = "v2+" }: { masterAddress: string; language: Language; generation?: string | undefined },
): Block[] {
  const targets = Map.groupBy(steps, ({ target }) => targetKey(target));
  const kept = [...targets.keys()].slice(0, SHOWN);
  const left = [...targets.keys()].slice(SHOWN);
  const lines = steps
    .filter(({ target }) => kept.includes(targetKey(target)))
    .flatMap((step) => stepWords(step, { language, masterAddress, generation }).byHand);
  if (left.length > 0) lines.push(`${language === "en" ? "# the same for" : "# 同样处理"} ${left.join(", ")}`);
  return lines.length === 0 ? [] : [{ kind: "code", title: TITLES[language], text: lines.join("\n") }];
}

/** `scope` is empty, or an option with a blank behind it. Only what dmctl alone does is written out; the others are more than commands. */
function commandsFor(playbook: PlaybookId, task: string, scope: string, dmctl: string, language: Language): string[] {
  const status = `${dmctl} query-status ${scope}${quoted(task)}`;
  const start = `${dmctl} start-task ${scope}${quoted(`${task}.yaml`)}   # the original YAML, without --remove-meta`;
  switch (playbook) {
    case "resume-task":
      return [`${dmctl} resume-task ${scope}${quoted(task)}`, status];
    case "fix-and-resume":
      return [`# ${MEND_FIRST[language]}`, `${dmctl} resume-task ${scope}${quoted(task)}`, status];
    case "start-task":
      return [start, status];
    case "stop-start-task":
      return [
        `${dmctl} stop-task ${scope}${quoted(task)}`,
        `${dmctl} query-status ${scope}  # until ${quoted(task)} is not listed`,
        start,
        status,
      ];
    default:
      return [`# ${playbook}: ${SEE_RUNBOOK[language]}`];
  }
}

const MEND_FIRST = { en: "once the cause is mended:", zh: "原因解决之后：" } as const;
const SEE_RUNBOOK = {
  en: "the steps by hand are in docs/runbook.md under this name; with the bot: medic plan or /dm plan",
  zh: "手工步骤见 docs/runbook.md 中的同名章节；使用机器人：medic plan 或 /dm plan",
} as const;

const BY_HAND = { en: "By hand", zh: "手工命令" } as const;
const TOLD_AT_MOST = 10;

/** For a person without the bot: dmctl's commands for what the findings advise first; null where none advises a playbook. */
export function commandsOfFindings(findings: readonly Finding[], language: Language): Block | null {
  const lines = findings.flatMap((finding) => {
    const { playbook, next } = finding.advice;
    const first = playbook ?? next[0]?.playbook ?? null;
    if (first === null || finding.task === null) return [];
    const notBefore = playbook === null ? (next[0]?.notBefore ?? null) : null;
    const later = notBefore === null ? [] : [`# ${NOT_BEFORE[language].replace("{time}", new Date(notBefore).toISOString())}`];
    return [
      [...later, ...commandsFor(first, finding.task, scopeOf(finding), "dmctl --master-addr MASTER:8261", language)].join("\n"),
    ];
  });
  if (lines.length === 0) return null;
  const more = lines.length > TOLD_AT_MOST ? [`# … ${lines.length - TOLD_AT_MOST}`] : [];
  return { kind: "code", title: BY_HAND[language], text: [...lines.slice(0, TOLD_AT_MOST), ...more].join("\n") };
}

const NOT_BEFORE = {
  en: "not before {time}, and only if it is still paused:",
  zh: "不早于 {time}，且仅当任务仍处于暂停状态：",
} as const;

/** v1.0's dmctl names workers where later ones name sources. */
function scopeOf({ evidence, source, worker }: Finding): string {
  const isV1 = evidence.some(({ fact }) => fact.kind === "assumed" && fact.what === "dm-generation" && fact.value === "v1.0");
  const name = isV1 ? worker : source;
  return name === null ? "" : `${isV1 ? "-w" : "-s"} ${quoted(name)} `;
}
