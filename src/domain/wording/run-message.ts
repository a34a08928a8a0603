import type { PlaybookId } from "../diagnosis/finding.ts";
import { targetKey } from "../plan/target-key.ts";
import type { LeftBehind, Run, StepState } from "../run/run.ts";
import { nextStep } from "../run/run-progress.ts";
import { stepsToUndo } from "../run/undo.ts";
import {
  atMost,
  type Block,
  type Button,
  code,
  type Document,
  document,
  item,
  type ListItem,
  note,
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
    rowsProved: "proved: it runs again, and the rows are the same",
    failed: "did not do what it was for",
    person: "WAITS FOR A PERSON",
    onlyDone: "is done",
    puttingBack: "is being put back",
    putBackDone: "was put back",
    notProved: "moving again, not proved",
    caveat: "Not proved",
    byHand: "To be done by hand, then press Done",
    replayed:
      "Its rows had been set back and may have been read since. So it stays in safe mode until it is where it had been: old rows over a replay, or a replay without safe mode, would leave the downstream wrong.",
    done: "Done",
    stop: "Stop comparing",
    undo: "Undo",
    left: "left",
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
    rowsProved: "已证明恢复运行，且行一致",
    failed: "没有达到目的",
    person: "等待人工处理",
    onlyDone: "已完成",
    puttingBack: "正在放回",
    putBackDone: "已放回",
    notProved: "已恢复运行，但未证明",
    caveat: "未证明",
    byHand: "请人工执行，然后按“完成”",
    replayed:
      "断点行已被退回且可能已被读取。因此保持安全模式直到回到原来的位置：在重放途中恢复旧行，或不用安全模式重放，都会使下游出错。",
    done: "完成",
    stop: "停止对比",
    undo: "撤销",
    left: "剩余",
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

export const LEFT: Readonly<Record<Language, Readonly<Record<LeftBehind, string>>>> = {
  en: {
    "task-running": "The task was left running.",
    "task-untouched": "Nothing was changed.",
    "steps-stay": "What the steps above have done, or may have done, stays; nothing else was changed.",
    "task-gone": "The task is stopped and not started.",
    "task-paused": "The task is paused.",
    "task-in-safe-mode": "The task runs, but replays in safe mode: it needs a stop and a start with its original YAML.",
    "as-before": "What had been changed is as it was before.",
    "relay-off": "The tasks run, and the relay of the source is switched off.",
    "source-gone": "The source is not in DM now, and its tasks are stopped.",
    "worker-stopped": "The DM-worker is stopped.",
    "not-known": "In which state the task is could not be found out.",
  },
  zh: {
    "task-running": "任务仍在运行。",
    "task-untouched": "没有任何改动。",
    "steps-stay": "以上步骤已经做出（或可能做出）的改动仍然有效；其他没有任何改动。",
    "task-gone": "任务已停止，尚未启动。",
    "task-paused": "任务处于暂停状态。",
    "task-in-safe-mode": "任务正在运行，但处于安全模式重放：需要停止后用原始 YAML 启动。",
    "as-before": "改动已全部还原。",
    "relay-off": "任务正在运行，但数据源的 relay 已关闭。",
    "source-gone": "数据源现在不在 DM 中，其任务已停止。",
    "worker-stopped": "DM-worker 已停止。",
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
  "by-hand": "doing",
};

/** A run as one message, updated in place while its steps tick. */
export function runMessage(run: Run, language: Language): Document {
  const steps: Block[] = [{ kind: "list", items: stepItems(run, language) }, ...replayNote(run, language)];
  const standing = stateBlocks(run, language);
  return document(
    `${run.id} · ${playbookName(run.plan.playbook, language)} · ${wordFor(run, language)}`,
    toneOf(run),
    // How far it is comes first: a chat folds the end of a long message away.
    run.state.kind === "running" ? [...standing, ...steps] : [...steps, ...standing],
    buttonsOf(run, language),
  );
}

/** What these playbooks are for is not that a task runs again. */
const ONLY_DONE: ReadonlySet<PlaybookId> = new Set<PlaybookId>([
  "pause-task",
  "stop-task",
  "compare-rows",
  "copy-missing-rows",
  "undo",
]);

function wordFor({ state, puttingBack, plan, steps }: Run, language: Language): string {
  const texts = TEXTS[language];
  switch (state.kind) {
    case "running":
      return puttingBack === null ? texts.running : texts.puttingBack;
    case "succeeded":
      if (ONLY_DONE.has(plan.playbook)) return texts.onlyDone;
      if (areRowsProved(steps)) return texts.rowsProved;
      return state.caveats.length === 0 ? texts.succeeded : texts.notProved;
    case "failed":
      return puttingBack === null ? texts.failed : texts.putBackDone;
    case "needs-person":
      return texts.person;
    default:
      return state satisfies never;
  }
}

/** Every comparison of the run found its rows the same: then what else is not proved does not put the repair in doubt. */
function areRowsProved(steps: Run["steps"]): boolean {
  const compared = steps.filter(({ step }) => step.action.kind === "compare-rows");
  return compared.length > 0 && compared.every(({ state }) => state.kind === "done" && state.caveat === null);
}

function toneOf({ state, steps }: Run): Document["tone"] {
  if (state.kind === "succeeded") return state.caveats.length === 0 || areRowsProved(steps) ? "good" : "warning";
  return { running: "info", failed: "warning", "needs-person": "critical" }[state.kind] as Document["tone"];
}

function stateBlocks(run: Run, language: Language): Block[] {
  const texts = TEXTS[language];
  const { state } = run;
  switch (state.kind) {
    case "running": {
      const done = run.steps.filter(({ state: { kind } }) => kind === "done" || kind === "skipped").length;
      return [
        ...progressBlocks(run, language),
        { kind: "progress", done, total: run.steps.length, label: `${done} / ${run.steps.length} ${texts.progress}` },
      ];
    }
    case "succeeded":
      return [
        paragraph(plain(`${texts.took} ${durationText(state.at - run.startedAt)}`)),
        ...state.caveats.map((caveat) => paragraph(strong(`${texts.caveat}: `), plain(caveat))),
      ];
    case "failed":
    case "needs-person": {
      const gone = state.left === "task-gone" ? [paragraph(strong(texts.gone))] : [];
      const left = paragraph(plain(LEFT[language][state.left]));
      return [...gone, left, { kind: "code", title: isByHand(run) ? texts.byHand : texts.why, text: state.why }];
    }
    default:
      return state satisfies never;
  }
}

/** Put back by going on: said, because people expect the old rows. */
function replayNote({ steps, puttingBack, plan }: Run, language: Language): Block[] {
  const first = plan.playbook === "undo" ? 1 : puttingBack === null ? Number.POSITIVE_INFINITY : plan.steps.length + 1;
  const isReplayed = steps.some(
    ({ step, state }) => step.action.kind === "watch-past-file" && step.number >= first && state.kind !== "skipped",
  );
  return isReplayed ? [paragraph(plain(TEXTS[language].replayed))] : [];
}

const isByHand = ({ steps }: Run): boolean => steps.some(({ state }) => state.kind === "by-hand");

/** Bytes or rows, how fast, and how long it will take at that rate. */
function progressBlocks(run: Run, language: Language): Block[] {
  const texts = TEXTS[language];
  return run.steps.flatMap(({ state }): Block[] => {
    if (state.kind !== "started" || state.progress === null) return [];
    const { done, total, unit, rate, at } = state.progress;
    const left = rate !== null && rate > 0 ? ` · ${texts.left} ${durationText(((total - done) / rate) * 1000)}` : "";
    const speed = rate === null ? "" : ` · ${amountText(rate, unit)}/s`;
    const percent = total > 0 ? `${Math.floor((100 * Math.min(done, total)) / total)}% · ` : "";
    const label = `${percent}${amountText(done, unit)} / ${amountText(total, unit)}${speed}${left}`;
    return [{ kind: "progress", done, total: Math.max(total, 1), label }, note(code(at.slice(0, 200)))];
  });
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

function amountText(amount: number, unit: "bytes" | "rows"): string {
  if (unit === "rows") return `${Math.round(amount).toLocaleString("en-US")} rows`;
  const power = amount < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(amount) / 10));
  return `${(amount / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

/** Every step of a short run. Of a long one, targets that are done or still to come are one line each, so that what happens now is in sight. */
function stepItems(run: Run, language: Language): ListItem[] {
  const texts = TEXTS[language];
  const line = ({ step, state }: Run["steps"][number]): ListItem =>
    item(MARKS[state.kind], plain(`${step.number}. ${stepWords(step, { language }).title}`), ...proofInlines(state));
  if (run.steps.length <= SHOWN_STEPS || run.plan.subjects.length === 1)
    return atMost(run.steps.map(line), 3 * SHOWN_STEPS, texts.more);
  const groups = [...Map.groupBy(run.steps, ({ step: { target } }) => targetKey(target))];
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
  const { state } = run;
  if (state.kind === "running")
    return nextStep(run)?.step.action.kind === "compare-rows" ? [button("stop-comparison", texts.stop, "default")] : [];
  const undo = stepsToUndo(run).kind === "steps" ? [button("undo", texts.undo, "default")] : [];
  if (state.kind !== "needs-person") return [...undo, audit];
  const goOn = button("go-on", isByHand(run) ? texts.done : texts.goOn, "primary");
  return run.plan.playbook === "undo" ? [goOn, audit] : [goOn, button("put-back", texts.putBack, "default"), audit];
}
