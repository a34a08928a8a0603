import { mayActAs, type Role } from "../approval/people.ts";
import { code, type Document, document, item, paragraph, plain } from "./document.ts";
import type { Language } from "./language.ts";

/** Every command, who may use it, and what it does; the manifest's hint and docs/commands.md are compared with this list by tests. */
export const COMMANDS = [
  { usage: "status", role: "viewer", en: "how every cluster is, and its open incidents", zh: "所有集群的状态和未关闭的事件" },
  { usage: "list", role: "viewer", en: "every task with its sources and stages", zh: "所有任务、数据源和阶段" },
  {
    usage: "diagnose <task>",
    role: "viewer",
    en: "ask DM now, say what is wrong and how I know",
    zh: "立即查询 DM，说明故障和依据",
  },
  {
    usage: "explain <code|kind|playbook>",
    role: "viewer",
    en: "what one of DM's error codes, a kind of trouble or a playbook is",
    zh: "某个 DM 错误码、故障类型或操作的说明",
  },
  {
    usage: "plan <task> [what] [--dry-run]",
    role: "operator",
    en: 'make a plan to vote on: what is advised, or resume, stop-start, pause, stop, start, fix, rewind, gtid, relay-file, reset-relay, skip, replace "SQL", revert, copy; --dry-run only shows it',
    zh: '生成计划供投票：默认为建议的操作，或 resume、stop-start、pause、stop、start、fix、rewind、gtid、relay-file、reset-relay、skip、replace "SQL"、revert、copy；--dry-run 只展示',
  },
  {
    usage: "compare <task> [table]",
    role: "operator",
    en: "compare the rows of both sides, at a low rate; it can be stopped",
    zh: "以较低速率对比两侧的行；可随时停止",
  },
  { usage: "undo <run>", role: "operator", en: "a plan that takes back what a run wrote", zh: "撤回某次运行写入内容的计划" },
  {
    usage: "ledger [task]",
    role: "viewer",
    en: "statements that were skipped or replaced; `ledger done <run> <note>` closes one",
    zh: "被跳过或替换的语句；`ledger done <run> <note>` 可关闭一条",
  },
  { usage: "freeze [cluster] <reason>", role: "admin", en: "let no new run start", zh: "禁止新的运行" },
  { usage: "unfreeze [cluster]", role: "admin", en: "let runs start again", zh: "允许运行" },
  { usage: "audit [task]", role: "viewer", en: "who did what, newest first", zh: "谁做了什么，最新的在前" },
  { usage: "help", role: "viewer", en: "this list", zh: "本帮助" },
] as const satisfies readonly { usage: string; role: Role; en: string; zh: string }[];

const NOTHING = {
  en: "Nothing yet: you have no role here. An admin adds people and user groups to the roles of a cluster in the configuration.",
  zh: "暂时没有：你在这里没有任何角色。由管理员在配置中把人员或用户组加入集群的角色。",
} as const;

export function helpDocument(role: Role | null, commandName: string, language: Language): Document {
  const allowed = COMMANDS.filter((command) => mayActAs(role, command.role));
  const items = allowed.map((command) => item("dot", code(`${commandName} ${command.usage}`), plain(` — ${command[language]}`)));
  const headline = language === "en" ? "What you can ask me" : "你可以这样问我";
  if (items.length === 0) return document(headline, "info", [paragraph(plain(NOTHING[language]))]);
  return document(headline, "info", [{ kind: "list", items }]);
}
