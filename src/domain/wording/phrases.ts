import type { Phrase } from "../plan/plan.ts";
import { RELAY_PHRASES } from "../relay/relay-phrases.ts";
import { CHECKPOINT_PHRASES } from "./checkpoint-phrases.ts";
import type { Language } from "./language.ts";
import { PLAN_PHRASES } from "./plan-phrases.ts";
import { REPLAY_PHRASES } from "./replay-phrases.ts";

/** Every refusal, gate and outcome that the bot can say, per language. `{name}` is replaced by a value. */
export const PHRASES = {
  ...CHECKPOINT_PHRASES,
  ...PLAN_PHRASES,
  ...REPLAY_PHRASES,
  ...RELAY_PHRASES,
  "groups-not-known": {
    en: "Slack did not tell who is in the user groups, so your role is not known. Try again in a minute.",
    zh: "Slack 没有返回用户组成员，无法确认你的角色。请一分钟后再试。",
  },
  "role-missing": {
    en: "This needs the role {needed}; yours here is {has}. Ask somebody who has it, or have the role added in the configuration.",
    zh: "需要 {needed} 角色，你在这里的角色是 {has}。请让有此角色的人操作，或在配置中添加。",
  },
  "role-none": {
    en: "This needs the role {needed}, and you have none here. Ask somebody who has it, or have the role added in the configuration.",
    zh: "需要 {needed} 角色，而你在这里没有任何角色。请让有此角色的人操作，或在配置中添加。",
  },
  "reason-missing": { en: "A reason of at least five characters is needed.", zh: "需要填写至少五个字符的理由。" },
  "no-writes-dry-run": { en: "A dry run: nothing of it is carried out.", zh: "演练：不会执行任何内容。" },
  "no-writes-here": {
    en: "The configuration refuses writes to {cluster}: plans are made and shown, never carried out.",
    zh: "配置禁止写入 {cluster}：只生成和展示计划，不会执行。",
  },
  "no-data-writes-here": {
    en: "The configuration refuses plans that change data in {cluster}: this one is only shown.",
    zh: "配置禁止在 {cluster} 中执行改动数据的计划：此计划只展示。",
  },
  "plan-changed": {
    en: "The plan has changed since this button was shown. Look at its present form and decide again.",
    zh: "按钮显示之后计划已变化。请查看最新内容后再决定。",
  },
  "voted-already": {
    en: "Your approval is counted already; it needs somebody else's.",
    zh: "你的同意票已计入；还需要其他人的同意。",
  },
  "plan-approved-already": { en: "It was approved already; {run} carries it out.", zh: "计划已被批准，由 {run} 执行。" },
  "plan-rejected-already": { en: "{by} rejected it: {reason}", zh: "{by} 已拒绝：{reason}" },
  "plan-expired": { en: "The plan has expired. Ask for a new one.", zh: "计划已过期，请重新生成。" },
  "plan-superseded": {
    en: "What the plan was bound to has changed ({changed}). Ask for a new one.",
    zh: "计划所依据的内容已变化（{changed}），请重新生成。",
  },
  "no-such-plan": { en: "There is no plan {plan}.", zh: "没有计划 {plan}。" },
  "no-such-comparison": { en: "There is no comparison {comparison} that has ended.", zh: "没有已结束的比较 {comparison}。" },
  "no-differences-listed": { en: "{comparison} listed no row that differs.", zh: "{comparison} 没有列出不一致的行。" },
  "rows-not-readable": {
    en: "No account that reads the rows of both sides is configured (rowReader).",
    zh: "没有配置可读取两侧行数据的账户（rowReader）。",
  },
  "differences-not-read": { en: "The rows could not be read now: {why}", zh: "现在无法读取这些行：{why}" },
  "file-not-sent": {
    en: "Slack did not take the file ({why}). On the bot's machine: {command}",
    zh: "Slack 没有接收文件（{why}）。可在机器人所在机器上执行：{command}",
  },
  "no-such-incident": { en: "There is no open incident {incident}.", zh: "没有未关闭的事件 {incident}。" },
  "incident-changed": {
    en: "{incident} is about something else by now, so this button has nothing left to do. Look at its card.",
    zh: "{incident} 现在的情况已不同，该按钮已不适用。请查看其卡片。",
  },
  "no-such-task": { en: "DM runs no task {task} in {cluster} that I can see.", zh: "在集群 {cluster} 中没有看到任务 {task}。" },
  "trouble-not-there": {
    en: "{playbook} mends a binlog file over 4 GiB or a broken relay, and {what} shows neither now (it shows: {found}).",
    zh: "{playbook} 用于修复超过 4 GiB 的 binlog 文件或损坏的 relay，而 {what} 目前没有这类问题（当前：{found}）。",
  },
  "nothing-failing": {
    en: "Nothing of {what} fails right now, so there is nothing to repair.",
    zh: "{what} 目前没有故障，无需修复。",
  },
  "offered-later": {
    en: "DM retries by itself. A repair is offered from {from}.",
    zh: "DM 正在自动重试，最早 {from} 提供修复。",
  },
  "no-playbook": { en: "I know no repair for this. {advice}", zh: "我没有对应的修复方法。{advice}" },
  "budget-used-up": {
    en: "{playbook} was run {count} times on this without lasting effect and is switched off for it. A person is needed.",
    zh: "{playbook} 已执行 {count} 次但没有持久效果，已对该事件停用，需要人工处理。",
  },
  "playbook-rests": {
    en: "{playbook} was carried out a moment ago, and what it did needs time to show. It may be asked for again from {from}.",
    zh: "{playbook} 刚刚执行过，需要时间观察效果，最早 {from} 可再次请求。",
  },
  "plan-open-already": { en: "{plan} is open for this already: vote on that one.", zh: "已有待投票的计划 {plan}，请对它投票。" },
  blocked: {
    en: "{run} works on {what} {name}. It lifts when that run ends, or when somebody presses Go on or Put back in its message.",
    zh: "{run} 正在处理 {what} {name}。等它结束，或有人在其消息中选择继续或放回后即可。",
  },
  "dm-silent": {
    en: "DM does not answer ({why}), and a plan is made on fresh facts only.",
    zh: "DM 没有应答（{why}），计划只能依据最新事实生成。",
  },
  "run-not-waiting": { en: "{run} does not wait for anybody any more.", zh: "{run} 已不再等待人工处理。" },
  "gate-yaml-file": {
    en: "The task's YAML comes from the configured files and says the same as DM's own copy.",
    zh: "任务 YAML 来自配置的文件，且与 DM 中的内容一致。",
  },
  "gate-yaml-gateway": {
    en: "The task's YAML is DM's own copy, its masked password filled in from the configured reference.",
    zh: "任务 YAML 取自 DM 的副本，被遮盖的密码由配置中的引用填入。",
  },
  "gate-yaml-uncompared": {
    en: "The task's YAML comes from the configured files; this DM offers no copy to compare it with.",
    zh: "任务 YAML 来自配置的文件；此版本 DM 不提供可比较的副本。",
  },
  "gate-yaml-file-alone": {
    en: "The task's YAML comes from the configured files; DM does not hold the task, so there is nothing to compare it with.",
    zh: "任务 YAML 来自配置的文件；DM 中没有该任务，无可比较。",
  },
  "gate-yaml-missing": {
    en: "There is no YAML to start the task with: no configured file, and {why}",
    zh: "没有可用于启动任务的 YAML：未配置文件，且{why}",
  },
  "gate-yaml-several": {
    en: "Several configured files describe this task ({paths}); keep one.",
    zh: "有多个文件描述该任务（{paths}），请只保留一个。",
  },
  "gate-yaml-unreadable": { en: "The task's YAML cannot be read: {why}", zh: "任务 YAML 无法读取：{why}" },
  "gate-yaml-drift": {
    en: "The file differs from what DM runs in: {keys}. Bring them together first; I do not choose.",
    zh: "文件与 DM 正在运行的配置不同：{keys}。请先统一；我不会替你选择。",
  },
  "gate-yaml-password": {
    en: "The gateway masks the target's password and the configuration gives no reference for it.",
    zh: "网关遮盖了目标库密码，配置中也没有对应的引用。",
  },
  "gate-yaml-remove-meta": {
    en: "The YAML says remove-meta: true; starting with it would throw the checkpoint away.",
    zh: "YAML 中设置了 remove-meta: true，用它启动会丢弃断点。",
  },
  "gate-checkpoint-row": {
    en: "The downstream holds the global checkpoint: {file}, {position}.",
    zh: "下游存在全局断点：{file}, {position}。",
  },
  "gate-checkpoint-fresh": {
    en: "The global checkpoint is fresh, so a start would dump again or fall back to `meta`.",
    zh: "全局断点是初始值，重新启动会重新导出或回退到 meta。",
  },
  "gate-checkpoint-no-row": {
    en: "The downstream has no global checkpoint row, so a start would dump again or fall back to `meta`.",
    zh: "下游没有全局断点行，重新启动会重新导出或回退到 meta。",
  },
  "gate-checkpoint-no-table": {
    en: "The downstream has no checkpoint table, so a start would dump again or fall back to `meta`.",
    zh: "下游没有断点表，重新启动会重新导出或回退到 meta。",
  },
  "gate-checkpoint-not-known": {
    en: "Whether the global checkpoint exists is not known ({why}). Approving the plan accepts that.",
    zh: "无法确认全局断点是否存在（{why}）。批准计划即表示接受。",
  },
  "gate-checkpoint-not-needed": { en: "The {unit} unit has no global checkpoint yet.", zh: "{unit} 阶段还没有全局断点。" },
  "gate-login-works": { en: "The task's login works on the downstream.", zh: "任务使用的账号可以登录下游。" },
  "gate-login-refused": {
    en: "The downstream refuses the task's login ({why}); a start would be refused and the task left gone.",
    zh: "下游拒绝任务使用的账号（{why}）；启动会被拒绝，任务会缺失。",
  },
  "gate-login-unreachable": {
    en: "The downstream cannot be reached ({why}); a start would be refused and the task left gone.",
    zh: "无法连接下游（{why}）；启动会被拒绝，任务会缺失。",
  },
  "gate-yaml-source": {
    en: "The task's YAML does not name source {source}, so it could not be started there again.",
    zh: "任务 YAML 中没有数据源 {source}，停止后将无法在其上重新启动。",
  },
  "gate-yaml-undefined": {
    en: "The task's YAML uses {names} and defines it nowhere: DM would refuse the start, and the task would stay stopped.",
    zh: "任务 YAML 使用了 {names} 但没有定义：DM 会拒绝启动，任务将保持停止。",
  },
  "gate-login-encrypted": {
    en: "The password in the task's YAML is encrypted for DM and could not be tried (taskPassword in the configuration would let me).",
    zh: "任务 YAML 中的密码是为 DM 加密的，无法尝试登录（可在配置中设置 taskPassword）。",
  },
  "gate-login-not-known": {
    en: "The login cannot be tried: the YAML names no target or no probe is configured.",
    zh: "无法尝试登录：YAML 没有目标库，或未配置探测账号。",
  },
  "gate-still-there": { en: "DM still holds the task for this source.", zh: "DM 仍持有该数据源的任务。" },
  "gate-not-there": {
    en: "DM does not hold the task for this source any more: somebody stopped it.",
    zh: "DM 已不再持有该数据源的任务：有人停止了它。",
  },
  "gate-paused-on-purpose": {
    en: "A person has paused it; this plan goes over that head, and the vote is on that too.",
    zh: "有人主动暂停了它；本计划会改变该状态，投票即表示同意。",
  },
  "gate-person-paused": {
    en: "Somebody paused it meanwhile; it is left to that person.",
    zh: "有人在此期间暂停了它，交给该人员处理。",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<Language, string>>>>;
export type PhraseKey = keyof typeof PHRASES;

/** A phrase in words; an unknown key (from a newer store) is shown as it is rather than hidden. */
export function say(phrase: Phrase, language: Language): string {
  const texts = (PHRASES as Readonly<Record<string, Readonly<Record<Language, string>> | undefined>>)[phrase.key];
  return (texts?.[language] ?? phrase.key).replace(/\{(\w+)\}/g, (_, name: string) => phrase.values[name] ?? `{${name}}`);
}

/** A moment inside a sentence, to the minute: `2026-11-24 03:12 UTC`. */
export const momentText = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** The names in braces of a text. */
type Places<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Places<Rest> : never;
/** What a phrase must be given: a value for each of its places, and nothing where it has none. */
export type PhraseValues<Key extends PhraseKey> = [Places<(typeof PHRASES)[Key]["en"]>] extends [never]
  ? []
  : [values: Readonly<Record<Places<(typeof PHRASES)[Key]["en"]>, string>>];

export const phrase = <Key extends PhraseKey>(key: Key, ...[values]: PhraseValues<Key>): Phrase => ({
  key,
  values: values ?? {},
});
