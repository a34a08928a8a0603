import type { ConfigOutcome, DmCluster, ObserveOutcome, SourceStatusOutcome, TaskSourcesOutcome } from "../../app/ports/dm.ts";
import { createSourceWrites } from "./dm-sources.ts";
import { createMasters, type MastersOptions, whyNot } from "./masters.ts";
import { cleanText } from "./read-error.ts";
import { readMembers } from "./read-members.ts";
import { generationOf, mergeSources, readSources } from "./read-status.ts";
import { ConfigAnswer, StatusAnswer } from "./status-schemas.ts";

export type DmClusterOptions = MastersOptions;

const OPERATIONS = { "stop-1": 1, pause: 2, resume: 3, "stop-7": 7 } as const;
const STATEMENT_OPERATIONS = { skip: 1, replace: 2, revert: 3 } as const;

export function createDmCluster(options: DmClusterOptions): DmCluster {
  const masters = createMasters(options);
  const { read, write } = masters;

  async function observe(signal: AbortSignal): Promise<ObserveOutcome> {
    const [status, members, version] = await Promise.all([
      read("/apis/v1alpha1/status/", signal),
      read("/apis/v1alpha1/members", signal),
      read("/status", signal),
    ]);
    if (status.kind === "unreachable") return status;
    if (status.kind === "no-json") return unreadable(status.master, status.text);
    const answer = StatusAnswer.safeParse(status.value);
    if (!answer.success || status.status !== 200) return unreadable(status.master, JSON.stringify(status.value));
    const known = members.kind === "json" ? readMembers(members.value) : null;
    const observation = {
      cluster: options.name,
      at: options.clock.now(),
      surface: "gateway" as const,
      generation: generationOf(answer.data),
      version: version.kind === "no-json" ? readVersion(version.text) : null,
      masters: known?.masters ?? null,
      workers: known?.workers ?? null,
      sources: mergeSources(readSources(answer.data)),
    };
    return { kind: "observed", observation };
  }

  async function sourceStatus(source: string, signal: AbortSignal): Promise<SourceStatusOutcome> {
    const asked = await read(`/apis/v1alpha1/status/?sources=${encodeURIComponent(source)}`, signal);
    if (asked.kind !== "json") return { kind: "not-known", why: whyNot(asked) };
    const answer = StatusAnswer.safeParse(asked.value);
    if (!answer.success || asked.status !== 200) return { kind: "not-known", why: "the answer has a shape that no DM uses" };
    // v1.0 does not know the parameter and answers for everything.
    const entries = readSources(answer.data).filter((entry) => entry.source === source);
    if (entries.length === 0) return { kind: "not-known", why: cleanText(answer.data.msg) || `DM lists no source ${source}` };
    return { kind: "answered", entries };
  }

  async function taskSources(task: string, signal: AbortSignal): Promise<TaskSourcesOutcome> {
    const asked = await read(`/apis/v1alpha1/status/${encodeURIComponent(task)}`, signal);
    if (asked.kind !== "json") return { kind: "not-known", why: whyNot(asked) };
    const answer = StatusAnswer.safeParse(asked.value);
    if (!answer.success || asked.status !== 200) return { kind: "not-known", why: "the answer has a shape that no DM uses" };
    const entries = readSources(answer.data);
    // "task X has no source or not exist" (v2+), "has no workers or not exist" (v1.0).
    if (entries.length === 0 && / or not exist/.test(answer.data.msg)) return { kind: "gone" };
    if (entries.length === 0) return { kind: "not-known", why: cleanText(answer.data.msg) || "DM lists no source for it" };
    return { kind: "answered", sources: entries.map((entry) => entry.source) };
  }

  async function config(name: string, type: 1 | 4, signal: AbortSignal): Promise<ConfigOutcome> {
    const asked = await read(`/apis/v1alpha1/tasks/${encodeURIComponent(name)}?type=${type}`, signal);
    if (asked.kind === "no-json" && [404, 405, 501].includes(asked.status)) return { kind: "not-offered" };
    if (asked.kind !== "json") return { kind: "not-known", why: whyNot(asked) };
    if ([404, 405, 501].includes(asked.status)) return { kind: "not-offered" };
    const answer = ConfigAnswer.safeParse(asked.value);
    if (!answer.success) return { kind: "not-known", why: "the answer has a shape that no DM uses" };
    if (answer.data.result === true && answer.data.cfg !== "") return { kind: "config", yaml: answer.data.cfg };
    return { kind: "absent", why: cleanText(answer.data.msg) };
  }

  return {
    cluster: options.name,
    ...createSourceWrites(masters),
    observe,
    sourceStatus,
    taskSources,
    taskConfig: (task, signal) => config(task, 1, signal),
    sourceConfig: (source, signal) => config(source, 4, signal),
    operate: (call, timeoutMs, signal) =>
      write(
        "PUT",
        `/apis/v1alpha1/tasks/${encodeURIComponent(call.task)}`,
        { op: OPERATIONS[call.op], ...scopeOf(call) },
        timeoutMs,
        signal,
      ),
    handleStatement: ({ task, source, how, position, statements }, timeoutMs, signal) =>
      write(
        "PUT",
        "/apis/v1alpha1/errors",
        { op: STATEMENT_OPERATIONS[how], task, sources: [source], binlogPos: position ?? "", sqls: statements },
        timeoutMs,
        signal,
      ),
    startTask: (call, timeoutMs, signal) => {
      const keepMeta = call.workers === null ? { removeMeta: false } : {};
      return write("POST", "/apis/v1alpha1/tasks", { task: call.yaml, ...scopeOf(call), ...keepMeta }, timeoutMs, signal);
    },
  };
}

/** v2 and later name sources, v1.0 names workers and knows no `removeMeta`. */
function scopeOf(call: { readonly sources: readonly string[]; readonly workers: readonly string[] | null }): object {
  return call.workers === null ? { sources: call.sources } : { workers: call.workers };
}

function readVersion(text: string): string | null {
  const said = /^Release Version:\s*(\S+)/m.exec(text)?.[1] ?? "None";
  return said === "None" ? null : cleanText(said);
}

function unreadable(master: string, text: string): ObserveOutcome {
  const start = cleanText(text.slice(0, 80));
  return {
    kind: "unreadable",
    master,
    expected: "the gateway's status as JSON",
    broke: start === "" ? "an empty answer" : `it begins with «${start}»`,
  };
}
