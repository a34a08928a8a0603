import type { LeftBehind, Run, StepState } from "../run/run.ts";
import {
  atMost,
  type Block,
  type Button,
  code,
  type Document,
  document,
  item,
  type ListItem,
  paragraph,
  plain,
  strong,
} from "./document.ts";
import { playbookName } from "./finding.ts";
import { durationText } from "./incident-card.ts";
import type { Language } from "./language.ts";
import { stepWords } from "./step.ts";

const SHOWN_STEPS = 18;

const TEXTS = {
  en: {
    running: "is being carried out",
    succeeded: "proved: it runs again",
    failed: "did not do what it was for",
    person: "WAITS FOR A PERSON",
    goOn: "Go on",
    putBack: "Put back",
    audit: "Audit trail",
    took: "It took",
    gone: "THE TASK DOES NOT EXIST IN DM NOW. Its YAML is kept.",
    progress: "steps",
    why: "Why",
    each: "steps",
    more: "more",
  },
  zh: {
    running: "正在执行",
    succeeded: "已证明恢复运行",
    failed: "没有达到目的",
    person: "等待人工处理",
    goOn: "继续",
    putBack: "放回",
    audit: "审计记录",
    took: "耗时",
    gone: "任务现在不存在于 DM 中！其 YAML 已保留。",
    progress: "步",
    why: "原因",
    each: "步",
    more: "项未列出",
  },
} as const;

const LEFT: Readonly<Record<Language, Readonly<Record<LeftBehind, string>>>> = {
  en: {
    "task-running": "The task was left running.",
    "task-untouched": "Nothing was changed.",
    "task-gone": "The task is stopped and not started.",
    "task-paused": "The task is still paused.",
    "not-known": "In which state the task is could not be found out.",
  },
  zh: {
    "task-running": "任务仍在运行。",
    "task-untouched": "没有任何改动。",
    "task-gone": "任务已停止，尚未启动。",
    "task-paused": "任务仍处于暂停状态。",
    "not-known": "无法确认任务的状态。",
  },
};

const MARKS: Readonly<Record<StepState["kind"], ListItem["mark"]>> = {
  todo: "todo",
  started: "doing",
  done: "done",
  failed: "failed",
  unknown: "unknown",
  skipped: "skipped",
};

/** A run as one message, updated in place while its steps tick. */
export function runMessage(run: Run, language: Language): Document {
  const texts = TEXTS[language];
  const { state } = run;
  const word = { running: texts.running, succeeded: texts.succeeded, failed: texts.failed, "needs-person": texts.person }[
    state.kind
  ];
  const tone = { running: "info", succeeded: "good", failed: "warning", "needs-person": "critical" } as const;
  const done = run.steps.filter((record) => record.state.kind === "done" || record.state.kind === "skipped").length;
  const blocks: Block[] = [{ kind: "list", items: stepItems(run, language) }];
  if (state.kind === "running") blocks.push({ kind: "progress", done, total: run.steps.length, label: texts.progress });
  if (state.kind === "succeeded") blocks.push(paragraph(plain(`${texts.took} ${durationText(state.at - run.startedAt)}`)));
  if (state.kind === "failed" || state.kind === "needs-person") {
    if (state.left === "task-gone") blocks.push(paragraph(strong(texts.gone)));
    blocks.push(paragraph(plain(LEFT[language][state.left])), { kind: "code", title: texts.why, text: state.why });
  }
  return document(
    `${run.id} · ${playbookName(run.plan.playbook, language)} · ${word}`,
    tone[state.kind],
    blocks,
    buttonsOf(run, language),
  );
}

/** Every step of a short run. Of a long one, targets that are done or still to come are one line each, so that what happens now is in sight. */
function stepItems(run: Run, language: Language): ListItem[] {
  const texts = TEXTS[language];
  const line = ({ step, state }: Run["steps"][number]): ListItem =>
    item(MARKS[state.kind], plain(`${step.number}. ${stepWords(step, language).title}`), ...proofInlines(state));
  if (run.steps.length <= SHOWN_STEPS) return run.steps.map(line);
  const groups = [...Map.groupBy(run.steps, ({ step: { target } }) => `${target.task} @ ${target.source}`)];
  const items = groups.flatMap(([name, own]) => {
    const kinds = new Set(own.map(({ state }) => (state.kind === "skipped" ? "done" : state.kind)));
    const [only] = kinds;
    if (kinds.size > 1 || (only !== "done" && only !== "todo")) return own.map(line);
    return [item(MARKS[only], plain(`${name} — ${own.length} ${texts.each}`))];
  });
  return atMost(items, 2 * SHOWN_STEPS, texts.more);
}

function proofInlines(state: StepState) {
  if (state.kind === "done" && state.proof !== "") return [plain(" — "), code(state.proof.slice(0, 200))];
  if (state.kind === "failed" || state.kind === "unknown" || state.kind === "skipped")
    return [plain(" — "), code(state.why.slice(0, 300))];
  return [];
}

function buttonsOf(run: Run, language: Language): Button[] {
  const texts = TEXTS[language];
  const button = (action: Button["action"], label: string, style: Button["style"]): Button => ({
    action,
    label,
    value: run.id,
    style,
    confirm: null,
    choices: null,
  });
  const audit = button("show-audit", texts.audit, "default");
  if (run.state.kind === "running") return [];
  if (run.state.kind !== "needs-person") return [audit];
  return [button("go-on", texts.goOn, "primary"), button("put-back", texts.putBack, "default"), audit];
}
