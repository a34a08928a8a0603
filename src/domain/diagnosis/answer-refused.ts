import { CONFIDENCE } from "./confidence.ts";
import { advise, said, seen } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { masterUnreachable } from "./master-unreachable.ts";

/** 38043: no leader to ask; 48001: dmctl reached no master. */
const NO_MASTER = [38043, 48001];
/** The gateway found its own master's gRPC gone (gRPC's "unavailable"). */
const NO_MASTER_WORDS = ["subconns are in transientfailure", "no leader", "not leader"];
const NO_WORKER = [38008, 38029];
const NO_SUCH_TASK = /^task (.{1,255}?) has no (?:source|workers) or not exist/;
const NO_SUCH_TASK_OPENAPI = /task with name (.{1,255}?) not exist/;
const SOURCE_WITHOUT_WORKER = /(?:^|[\s:])(\S{1,64}) relevant worker-client not found/;

/** DM answered, and said why it does not tell. Its words are shown; what they are known to mean is said, nothing else. */
export function answerRefused(words: string, codes: readonly number[]): Finding {
  const lower = words.toLowerCase();
  const told = { ...masterUnreachable(null, []), evidence: [said(words, "msg")], codes };
  if (codes.some((code) => NO_MASTER.includes(code)) || NO_MASTER_WORDS.some((part) => lower.includes(part))) return told;
  const source = SOURCE_WITHOUT_WORKER.exec(words)?.[1] ?? null;
  if (source !== null || codes.some((code) => NO_WORKER.includes(code))) {
    const subject = { kind: "source", source: source ?? "" } as const;
    return { ...told, kind: "worker-offline", subject, source, advice: advise("bring-the-worker-back") };
  }
  const task = (NO_SUCH_TASK.exec(words) ?? NO_SUCH_TASK_OPENAPI.exec(words))?.[1] ?? null;
  const unknown = { ...told, kind: "unknown", confidence: CONFIDENCE.none } as const;
  if (task === null) return { ...unknown, advice: advise("ask-a-person") };
  return {
    ...unknown,
    subject: { kind: "subtask", task, source: "" },
    task,
    evidence: [said(words, "msg"), seen("task", task, "msg")],
    advice: advise("no-such-task"),
  };
}
