import type { PlaybookId } from "../diagnosis/finding.ts";
import type { Target } from "../plan/plan.ts";
import type { Block } from "./document.ts";
import type { Language } from "./language.ts";

const SHOWN = 10;
const TITLES = {
  en: "The same work by hand, for when the bot may not or cannot act",
  zh: "同样操作的手工命令（机器人不能或不允许执行时使用）",
} as const;

/** dmctl commands that do what a playbook does, for a person. Arguments are quoted for a POSIX shell. */
export function personCommands(
  playbook: PlaybookId,
  targets: readonly Target[],
  masterAddress: string,
  language: Language,
): Block {
  const dmctl = `dmctl --master-addr ${quoted(masterAddress)}`;
  const left = targets.slice(SHOWN).map(({ task, source }) => `${task} @ ${source}`);
  const lines = targets.slice(0, SHOWN).flatMap(({ task, source }) => {
    const scope = `-s ${quoted(source)}`;
    const status = `${dmctl} query-status ${scope} ${quoted(task)}`;
    if (playbook === "resume-task") return [`${dmctl} resume-task ${scope} ${quoted(task)}`, status];
    return [
      `${dmctl} stop-task ${scope} ${quoted(task)}`,
      `${dmctl} query-status ${scope}   # until ${quoted(task)} is not listed`,
      `${dmctl} start-task ${scope} ${quoted(`${task}.yaml`)}   # the original YAML, without --remove-meta`,
      status,
    ];
  });
  if (left.length > 0) lines.push(`${language === "en" ? "# the same for" : "# 同样处理"} ${left.join(", ")}`);
  return { kind: "code", title: TITLES[language], text: lines.join("\n") };
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
