import { z } from "zod";
import type { DmSources, SourceDescription, WriteOutcome } from "../../app/ports/dm.ts";
import type { HttpCall } from "./http-client.ts";
import { type AskedToWrite, type Masters, whyNot } from "./masters.ts";
import { cleanText, codesIn } from "./read-error.ts";

const GATEWAY = "/apis/v1alpha1/sources";
const START = 1;
const STOP = 3;

/** `{error_msg, error_code}` of DM, or `{error}` where the request's shape was refused (dm-facts §1.3). */
const Refusal = z.object({ error_msg: z.string().optional(), error: z.string().optional() });
const Description = z.record(z.string(), z.unknown());

export function createSourceWrites({ read, ask, write }: Masters): DmSources {
  const room = (source: string, rest = "") => `/api/v1/sources/${encodeURIComponent(source)}${rest}`;
  const openapi = async (
    method: HttpCall["method"],
    path: string,
    body: unknown,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<WriteOutcome> => readOpenapiWrite(await ask({ method, path, body, timeoutMs, signal }));

  return {
    stopSource: (source, timeoutMs, signal) => write("PUT", GATEWAY, { op: STOP, sourceID: [source] }, timeoutMs, signal),
    startSource: (yaml, timeoutMs, signal) => write("PUT", GATEWAY, { op: START, config: [yaml] }, timeoutMs, signal),
    describeSource: (source, signal) => describe(source, signal),
    updateSource: (source, description, timeoutMs, signal) =>
      openapi("PUT", room(source), { source: description }, timeoutMs, signal),
    transferSource: (source, worker, timeoutMs, signal) =>
      openapi("POST", room(source, "/transfer"), { worker_name: worker }, timeoutMs, signal),
    switchRelay: ({ source, on, workers }, timeoutMs, signal) =>
      openapi(
        "POST",
        room(source, on ? "/relay/enable" : "/relay/disable"),
        workers === null ? {} : { worker_name_list: workers },
        timeoutMs,
        signal,
      ),
  };

  async function describe(source: string, signal: AbortSignal): Promise<SourceDescription> {
    const asked = await read(room(source), signal);
    if (asked.kind === "unreachable") return { kind: "not-known", why: whyNot(asked) };
    // With OpenAPI off the path is not served at all; an unknown source is told without a body. The list tells the two apart.
    if (asked.status === 404) return (await serves(signal)) ? { kind: "absent" } : { kind: "not-offered" };
    const parsed = asked.kind === "json" && asked.status === 200 ? Description.safeParse(asked.value) : null;
    if (!parsed?.success) return { kind: "not-known", why: `HTTP ${asked.status}, and no source` };
    return { kind: "described", description: parsed.data };
  }

  async function serves(signal: AbortSignal): Promise<boolean> {
    const asked = await read("/api/v1/sources", signal);
    return asked.kind === "json" && asked.status === 200;
  }
}

/** OpenAPI answers a write with 200 to 204, a body or none; 200 does not mean that anything was done (dm-facts §0.7). */
function readOpenapiWrite(asked: AskedToWrite): WriteOutcome {
  if (asked.kind === "unknown") return asked;
  if (asked.kind === "unreachable") return { kind: "refused", said: whyNot(asked), codes: [] };
  if (asked.status >= 200 && asked.status < 300) return { kind: "accepted", said: "" };
  const parsed = asked.kind === "json" ? Refusal.safeParse(asked.value) : null;
  const said = cleanText(parsed?.data?.error_msg ?? parsed?.data?.error ?? "") || `HTTP ${asked.status} without a reason`;
  if (asked.status === 400 || asked.status === 404) return { kind: "refused", said, codes: codesIn(said) };
  return { kind: "unknown", why: said };
}
