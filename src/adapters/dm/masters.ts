import type { Clock } from "../../app/ports/clock.ts";
import type { WriteOutcome } from "../../app/ports/dm.ts";
import type { Log } from "../../app/ports/log.ts";
import { callHttp, type HttpCall, type TlsMaterial } from "./http-client.ts";
import { cleanText } from "./read-error.ts";
import { readWriteAnswer } from "./read-write-answer.ts";

export interface MastersOptions {
  readonly name: string;
  /** `http://host:8261`, tried in turn, the one that answered last first. */
  readonly masters: readonly string[];
  readonly tls: TlsMaterial | null;
  readonly readTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

export type Asked =
  | { readonly kind: "json"; readonly master: string; readonly status: number; readonly value: unknown }
  | { readonly kind: "no-json"; readonly master: string; readonly status: number; readonly text: string }
  | { readonly kind: "unreachable"; readonly tried: readonly { readonly master: string; readonly why: string }[] };

export type AskedToWrite = Asked | { readonly kind: "unknown"; readonly why: string };

/** The masters of one cluster, whichever of them answers. */
export interface Masters {
  read(path: string, signal: AbortSignal): Promise<Asked>;
  /** `unknown`: the request left and its answer did not come whole, so it may have been worked on. */
  ask(call: Omit<HttpCall, "url"> & { readonly path: string }): Promise<AskedToWrite>;
  /** A write of the gateway, its answer read element by element. */
  write(method: "PUT" | "POST", path: string, body: unknown, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome>;
}

/** 38043: this master is not the leader and could not pass the call on, so nothing was done. */
const NOT_LEADER = 38043;

export function createMasters(options: MastersOptions): Masters {
  let preferred = 0;

  /** Asks the masters in turn. A write goes on to the next one only when the first cannot have done anything. */
  async function ask(call: Omit<HttpCall, "url"> & { readonly path: string }): Promise<AskedToWrite> {
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

  return { read, ask, write };
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

export function whyNot(asked: Exclude<Asked, { kind: "json" }>): string {
  if (asked.kind === "no-json") return `HTTP ${asked.status} from ${asked.master}, and no JSON`;
  return asked.tried.map(({ master, why }) => `${master}: ${why}`).join("; ") || "no master is configured";
}
