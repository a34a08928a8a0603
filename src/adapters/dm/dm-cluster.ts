import type { Clock } from "../../app/ports/clock.ts";
import type {
  ConfigOutcome,
  DmCluster,
  ObserveOutcome,
  SourceStatusOutcome,
  TaskSourcesOutcome,
  WriteOutcome,
} from "../../app/ports/dm.ts";
import type { Log } from "../../app/ports/log.ts";
import { callHttp, type HttpCall, type TlsMaterial } from "./http-client.ts";
import { cleanText } from "./read-error.ts";
import { readMembers } from "./read-members.ts";
import { generationOf, mergeSources, readSources } from "./read-status.ts";
import { readWriteAnswer } from "./read-write-answer.ts";
import { ConfigAnswer, StatusAnswer } from "./status-schemas.ts";

export interface DmClusterOptions {
  readonly name: string;
  /** `http://host:8261`, tried in turn, the one that answered last first. */
  readonly masters: readonly string[];
  readonly tls: TlsMaterial | null;
  readonly readTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

type Asked =
  | { readonly kind: "json"; readonly master: string; readonly status: number; readonly value: unknown }
  | { readonly kind: "no-json"; readonly master: string; readonly status: number; readonly text: string }
  | { readonly kind: "unreachable"; readonly tried: readonly { readonly master: string; readonly why: string }[] };

/** 38043: this master is not the leader and could not pass the call on, so nothing was done. */
const NOT_LEADER = 38043;
const OPERATIONS = { "stop-1": 1, pause: 2, resume: 3, "stop-7": 7 } as const;

export function createDmCluster(options: DmClusterOptions): DmCluster {
  let preferred = 0;

  /** Asks the masters in turn. A write goes on to the next one only when the first cannot have done anything. */
  async function ask(
    call: Omit<HttpCall, "url"> & { readonly path: string },
  ): Promise<Asked | { readonly kind: "unknown"; readonly why: string }> {
    const tried: { master: string; why: string }[] = [];
    for (let step = 0; step < options.masters.length; step++) {
      const index = (preferred + step) % options.masters.length;
      const master = options.masters[index]!;
      const outcome = await callHttp({ ...call, url: master + call.path }, options.tls);
      if (outcome.kind === "answered" && !isNotLeader(outcome.text)) {
        preferred = index;
        return asJson(master, outcome.status, outcome.text);
      }
      const why = outcome.kind === "answered" ? "it is not the leader and cannot reach the leader (38043)" : outcome.why;
      if (outcome.kind === "no-answer" && call.method !== "GET") return { kind: "unknown", why };
      tried.push({ master, why });
      if (call.signal.aborted) break;
    }
    options.log.warn({ cluster: options.name, tried }, "no DM-master answered");
    return { kind: "unreachable", tried };
  }

  const read = async (path: string, signal: AbortSignal): Promise<Asked> => {
    const asked = await ask({ method: "GET", path, timeoutMs: options.readTimeoutMs, signal });
    return asked.kind === "unknown"
      ? { kind: "unreachable", tried: [{ master: options.masters[preferred]!, why: asked.why }] }
      : asked;
  };

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

  async function write(
    method: "PUT" | "POST",
    path: string,
    body: unknown,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<WriteOutcome> {
    const asked = await ask({ method, path, body, timeoutMs, signal });
    switch (asked.kind) {
      case "unknown":
        return asked;
      case "unreachable":
        return { kind: "refused", said: whyNot(asked), codes: [] };
      case "no-json":
        return { kind: "unknown", why: `HTTP ${asked.status}, and no JSON` };
      case "json": {
        if (asked.status === 200) return readWriteAnswer(asked.value);
        const said = `HTTP ${asked.status}: ${cleanText(JSON.stringify(asked.value))}`;
        // Trouble between the gateway (or a proxy) and the master, such as a time-out: the write may have been taken.
        return asked.status >= 500 && asked.status !== 501
          ? { kind: "unknown", why: said }
          : { kind: "refused", said, codes: [] };
      }
      default:
        return asked satisfies never;
    }
  }

  return {
    cluster: options.name,
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

function isNotLeader(text: string): boolean {
  return (
    text.length < 65_536 &&
    text.includes(`[code=${NOT_LEADER}:`) &&
    !text.includes('"sources": [\n') &&
    /"result":\s*false/.test(text)
  );
}

function asJson(master: string, status: number, text: string): Asked {
  try {
    return { kind: "json", master, status, value: JSON.parse(text) as unknown };
  } catch {
    return { kind: "no-json", master, status, text };
  }
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

function whyNot(asked: Exclude<Asked, { kind: "json" }>): string {
  if (asked.kind === "no-json") return `HTTP ${asked.status} from ${asked.master}, and no JSON`;
  return asked.tried.map(({ master, why }) => `${master}: ${why}`).join("; ") || "no master is configured";
}
