import { CONFIDENCE } from "../diagnosis/confidence.ts";
import { advise, seen } from "../diagnosis/evidence.ts";
import type { Finding } from "../diagnosis/finding.ts";
import { code, type Document, document, item, paragraph, plain } from "./document.ts";
import { LABELS } from "./finding.ts";
import type { Language } from "./language.ts";

export interface SummarizedTask {
  readonly task: string;
  readonly status: string;
  readonly sources: readonly string[];
}

/** dmctl's summary names troubles without reasons: one finding a task, `unknown` where it says Error, so that nobody reads a cause into it. */
export function findingsOfSummary(tasks: readonly SummarizedTask[]): Finding[] {
  return tasks.map(({ task, status, sources }) => {
    const trouble = isTrouble(status);
    const evidence = [seen("taskStatus", status, "tasks[]")];
    if (sources.length > 0) evidence.push(seen("runs on", sources.join(", "), "tasks[]"));
    return {
      kind: trouble ? "unknown" : AT_REST.includes(status) ? "paused-by-person" : "healthy",
      incident: trouble,
      cluster: null,
      subject: { kind: "subtask", task, source: "" },
      task,
      source: null,
      worker: null,
      unit: null,
      stage: QUIET.find((stage) => stage === status) ?? null,
      confidence: trouble ? CONFIDENCE.none : CONFIDENCE.wordsOnly,
      evidence,
      codes: [],
      dmRetriesByItself: null,
      advice: advise(trouble ? "ask-for-the-reason" : AT_REST.includes(status) ? "leave-it-to-the-person" : "nothing-to-do"),
      position: null,
    };
  });
}

/** dmctl says these of a task none of whose subtasks has an error; anything else is trouble. */
const QUIET = ["Running", "Finished", "Paused", "Stopped", "New", "Pausing", "Resuming", "Stopping"] as const;
const AT_REST: readonly string[] = ["Paused", "Stopped"];

function isTrouble(status: string): boolean {
  return !QUIET.some((stage) => stage === status);
}

const TEXTS = {
  en: {
    head: "This is the summary: it names tasks, not reasons",
    next: "Ask for the reasons of these and give me the answers:",
    fine: "No task in this summary reports an error.",
  },
  zh: {
    head: "这是任务概览：只有任务名，没有原因",
    next: "请查询下面任务的详细状态，再把结果给我：",
    fine: "概览中没有任务报告错误。",
  },
} as const;

export function summaryDocument(tasks: readonly SummarizedTask[], language: Language): Document {
  const texts = TEXTS[language];
  const troubled = tasks.filter(({ status }) => isTrouble(status));
  const list = {
    kind: "list" as const,
    items: tasks.map(({ task, status }) => item(isTrouble(status) ? "failed" : "done", code(task), plain(`  ${status}`))),
  };
  if (tasks.length === 0) return document(LABELS[language].nothing, "good", []);
  if (troubled.length === 0) return document(texts.fine, "good", [list]);
  const ask = troubled.map(({ task }) => `dmctl --master-addr MASTER:8261 query-status ${task}`).join("\n");
  return document(texts.head, "warning", [list, paragraph(plain(texts.next)), { kind: "code", title: null, text: ask }]);
}
