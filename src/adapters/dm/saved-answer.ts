import { z } from "zod";
import type { Generation, Observation, SourceObservation, Surface } from "../../domain/observation/observation.ts";
import { findJson } from "./find-json.ts";
import { cleanText, codesIn } from "./read-error.ts";
import { readOpenapiSources, readOpenapiSubtasks } from "./read-openapi.ts";
import { readQueryError } from "./read-query-error.ts";
import { generationOf, mergeSources, readSources } from "./read-status.ts";
import { ErrorAnswer, OpenapiSource, OpenapiSubtask, StatusAnswer, SummaryAnswer } from "./status-schemas.ts";

/** What a saved answer of DM turned out to be. */
export type SavedAnswer =
  | { readonly kind: "observation"; readonly observation: Observation }
  /** `query-status` without a task: says which tasks are in trouble, not why. */
  | { readonly kind: "summary"; readonly tasks: readonly SummarizedTask[] }
  /** DM answered that it will not or cannot say. */
  | { readonly kind: "refused"; readonly said: string; readonly codes: readonly number[] }
  | { readonly kind: "unreadable"; readonly expected: string; readonly broke: string };

export interface SummarizedTask {
  readonly task: string;
  readonly status: string;
  readonly sources: readonly string[];
}

const EXPECTED =
  "an answer of DM: `dmctl query-status <task>` (v1.0 with `workers`, v2 and later with `sources`), `query-error` of v1.0, the gateway's /apis/v1alpha1/status/, or OpenAPI's task status or task list with status";

/**
 * Reads a saved answer of any surface and version; prompt and log lines around the JSON do not matter, and of several answers the
 * last one that says most counts. `at` is when it was saved, in milliseconds since the epoch. Never throws; linear in the text.
 */
export function readSavedAnswer(text: string, at: number): SavedAnswer {
  const found = findJson(text.replace(/^\uFEFF/, ""));
  if (found.kind === "none") return { kind: "unreadable", expected: EXPECTED, broke: whatStandsThere(text) };
  if (found.kind === "broken") {
    const where = `line ${found.line}, column ${found.column}`;
    return {
      kind: "unreadable",
      expected: EXPECTED,
      broke: `the JSON breaks at ${where}: ${found.why} near «${cleanText(found.excerpt)}»`,
    };
  }
  const answers = found.values.map((value) => recognise(value, at));
  const ranked = (["observation", "summary", "refused", "unreadable"] as const).map((kind) =>
    answers.findLast((answer) => answer.kind === kind),
  );
  return ranked.find((answer) => answer !== undefined)!;
}

function whatStandsThere(text: string): string {
  const start = text.trimStart().slice(0, 200);
  if (start === "") return "there is nothing in it";
  if (/^<(?:!doctype|html|\?xml)/i.test(start))
    return "this is a web page (HTML), as a proxy or a login page sends it; DM answers JSON";
  return `there is no JSON in it; it begins with «${cleanText(start.slice(0, 60))}»`;
}

function recognise(value: unknown, at: number): SavedAnswer {
  if (Array.isArray(value)) return fromOpenapiRows(value, at) ?? notOurs("a list of something else");
  if (value === null || typeof value !== "object") return notOurs("no object");
  const object = value as Record<string, unknown>;
  if (Array.isArray(object.tasks)) return readSummary(object);
  if (Array.isArray(object.workers) && hasKey(object.workers, ["subTaskError", "RelayError"])) return readErrors(object, at);
  if (Array.isArray(object.sources) || Array.isArray(object.workers)) return readStatus(object, at);
  if (Array.isArray(object.data))
    return fromOpenapiRows(object.data, at) ?? notOurs("OpenAPI data without a status; ask with ?with_status=true");
  if (Array.isArray(object.status_list)) return fromOpenapiRows([object], at) ?? notOurs("an OpenAPI object without a status");
  return readRefusal(object);
}

function hasKey(list: readonly unknown[], keys: readonly string[]): boolean {
  return list.some((element) => element !== null && typeof element === "object" && keys.some((key) => key in element));
}

function readStatus(object: object, at: number): SavedAnswer {
  const answer = StatusAnswer.safeParse(object);
  if (!answer.success) return notOurs("a status answer of another shape");
  const entries = mergeSources(readSources(answer.data));
  if (entries.length === 0 && answer.data.result !== true) return readRefusal(object as Record<string, unknown>);
  if (entries.length === 0 && hasNoStatus(object))
    return notOurs("the answer to a write (its sources carry no status); ask `query-status` again");
  return observation(entries, "gateway", generationOf(answer.data), at);
}

function hasNoStatus(object: object): boolean {
  return "op" in object || "checkResult" in object;
}

function readErrors(object: object, at: number): SavedAnswer {
  const answer = ErrorAnswer.safeParse(object);
  return answer.success
    ? observation(readQueryError(answer.data), "dmctl-error", "v1.0", at)
    : notOurs("a query-error answer of another shape");
}

function readSummary(object: object): SavedAnswer {
  const answer = SummaryAnswer.safeParse(object);
  if (!answer.success) return notOurs("a task list of another shape");
  const tasks = answer.data.tasks
    .filter((task) => task.taskName !== "")
    .map((task) => ({
      task: cleanText(task.taskName),
      status: cleanText(task.taskStatus),
      sources: (task.sources ?? task.workers ?? []).map(cleanText),
    }));
  return { kind: "summary", tasks };
}

function readRefusal(object: Record<string, unknown>): SavedAnswer {
  const said = [object.msg, object.error_msg, object.error, object.message].find(
    (part) => typeof part === "string" && part !== "",
  );
  if (said === undefined)
    return notOurs(
      `an object with ${
        Object.keys(object)
          .slice(0, 5)
          .map((key) => `«${cleanText(key)}»`)
          .join(", ") || "no fields"
      }`,
    );
  const text = cleanText(said);
  return { kind: "refused", said: text, codes: codesIn(text) };
}

const WithStatusList = z.object({ status_list: z.array(z.unknown()) });

function fromOpenapiRows(rows: readonly unknown[], at: number): SavedAnswer | null {
  const flat = rows.flatMap((row) => {
    const listed = WithStatusList.safeParse(row);
    return listed.success ? listed.data.status_list : [row];
  });
  const subtasks = flat.filter(isSubtask).map((row) => OpenapiSubtask.parse(row));
  const sources = flat.filter((row) => !isSubtask(row) && isSource(row)).map((row) => OpenapiSource.parse(row));
  if (subtasks.length + sources.length === 0) return rows.length === 0 ? observation([], "openapi", "v2+", at) : null;
  return observation([...readOpenapiSubtasks(subtasks), ...readOpenapiSources(sources)], "openapi", "v2+", at);
}

function isSubtask(row: unknown): row is object {
  return row !== null && typeof row === "object" && "name" in row && "source_name" in row && "stage" in row;
}

function isSource(row: unknown): row is object {
  return row !== null && typeof row === "object" && "source_name" in row && "worker_name" in row;
}

function notOurs(what: string): SavedAnswer {
  return { kind: "unreadable", expected: EXPECTED, broke: `this is JSON, but ${what}` };
}

function observation(sources: readonly SourceObservation[], surface: Surface, generation: Generation, at: number): SavedAnswer {
  return {
    kind: "observation",
    observation: { cluster: "", at, surface, generation, version: null, masters: null, workers: null, sources },
  };
}
