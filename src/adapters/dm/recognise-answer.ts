import { z } from "zod";
import type { Generation, Observation, SourceObservation, Surface } from "../../domain/observation/observation.ts";
import { cleanText, codesIn } from "./read-error.ts";
import { readOpenapiSources, readOpenapiSubtasks } from "./read-openapi.ts";
import { readQueryError } from "./read-query-error.ts";
import { generationOf, mergeSources, readSources } from "./read-status.ts";
import { ErrorAnswer, OpenapiSource, OpenapiSubtask, StatusAnswer, SummaryAnswer } from "./status-schemas.ts";

/** What one JSON value says, when it is an answer of DM. */
export type RecognisedAnswer =
  | { readonly kind: "observation"; readonly observation: Observation }
  /** `query-status` without a task: says which tasks are in trouble, not why. */
  | { readonly kind: "summary"; readonly tasks: readonly SummarizedTask[] }
  /** DM answered that it will not or cannot say. */
  | { readonly kind: "refused"; readonly said: string; readonly codes: readonly number[] };

export interface SummarizedTask {
  readonly task: string;
  readonly status: string;
  readonly sources: readonly string[];
}

/** JSON, but nothing that tells how a task is. */
export interface NotAnAnswer {
  readonly kind: "not-an-answer";
  readonly what: string;
}

/**
 * The answers that stand in one JSON value, of any surface and version: usually one; two where DM answered only in part; one each
 * where a list of answers was saved. `at` is when they were saved.
 */
export function recogniseAnswers(value: unknown, at: number): readonly RecognisedAnswer[] | NotAnAnswer {
  if (Array.isArray(value)) return fromOpenapiRows(value, at) ?? listOfAnswers(value, at);
  if (!isObject(value)) return notAnAnswer("no object");
  if (Array.isArray(value.tasks)) return readSummary(value);
  const elements = value.sources ?? value.workers;
  if (Array.isArray(elements)) return hasKey(elements, NAMES_IN_ERRORS) ? readErrors(value, at) : readStatus(value, elements, at);
  if (Array.isArray(value.data)) return fromOpenapiRows(value.data, at) ?? notAnAnswer(WITHOUT_STATUS);
  if (Array.isArray(value.status_list)) return fromOpenapiRows([value], at) ?? notAnAnswer(WITHOUT_STATUS);
  return readPart(value, at) ?? readRefusal(value);
}

const NAMES_IN_ERRORS = ["subTaskError", "RelayError", "sourceError"];
const NAMES_IN_STATUS = ["subTaskStatus", "sourceStatus", "relayStatus", "sourceID"];
const WITHOUT_STATUS = "OpenAPI data without a status; ask with ?with_status=true";

function listOfAnswers(list: readonly unknown[], at: number): readonly RecognisedAnswer[] | NotAnAnswer {
  const answers = list.flatMap((element) => {
    const recognised = isObject(element) ? recogniseAnswers(element, at) : notAnAnswer("");
    return "kind" in recognised ? [] : recognised;
  });
  return answers.length > 0 ? answers : notAnAnswer("a list of something else");
}

function readStatus(object: Json, elements: readonly unknown[], at: number): readonly RecognisedAnswer[] | NotAnAnswer {
  const answer = StatusAnswer.safeParse(object);
  if (!answer.success) return notAnAnswer("a status answer of another shape");
  const { result, msg } = answer.data;
  // A write answers with the same names, each source with `result` and `msg` only.
  const isWrite = "op" in object || "checkResult" in object;
  if (isWrite && !hasKey(elements, NAMES_IN_STATUS))
    return notAnAnswer("the answer to a write (its sources carry no status); ask `query-status` again");
  if (elements.length > 0 && !elements.some(isObject)) return notAnAnswer("a status answer whose sources are of another shape");
  const refused = result === true || msg === "" ? [] : [refusal(msg)];
  const entries = mergeSources(readSources(answer.data));
  if (entries.length === 0 && refused.length > 0) return refused;
  if (entries.length === 0 && result !== true) return notAnAnswer("an answer that says false and gives no reason");
  return [observation(entries, "gateway", generationOf(answer.data), at), ...refused];
}

/** One element of `sources` or `workers`, or one subtask, as somebody cut it out of a longer answer. */
function readPart(object: Json, at: number): readonly RecognisedAnswer[] | null {
  const isWorker = "sourceID" in object || ("worker" in object && "relayStatus" in object);
  if (Array.isArray(object.subTaskStatus) || isObject(object.sourceStatus) || isWorker) {
    const { data } = StatusAnswer.safeParse({ result: true, [isWorker ? "workers" : "sources"]: [object] });
    return data ? [observation(readSources(data), "gateway", generationOf(data), at)] : null;
  }
  if (typeof object.name !== "string" || typeof object.stage !== "string") return null;
  if ("source_name" in object) return fromOpenapiRows([object], at);
  return "unit" in object ? readPart({ result: true, msg: "", subTaskStatus: [object] }, at) : null;
}

function readErrors(object: Json, at: number): readonly RecognisedAnswer[] | NotAnAnswer {
  const answer = ErrorAnswer.safeParse(object);
  return answer.success
    ? [observation(readQueryError(answer.data), "dmctl-error", "v1.0", at)]
    : notAnAnswer("a query-error answer of another shape");
}

function readSummary(object: Json): readonly RecognisedAnswer[] | NotAnAnswer {
  const answer = SummaryAnswer.safeParse(object);
  if (!answer.success) return notAnAnswer("a task list of another shape");
  const tasks = answer.data.tasks
    .filter((task) => task.taskName !== "")
    .map((task) => ({
      task: cleanText(task.taskName),
      status: cleanText(task.taskStatus),
      sources: (task.sources ?? task.workers ?? []).map(cleanText),
    }));
  if (answer.data.tasks.length > 0 && tasks.length === 0) return notAnAnswer("a list of tasks without `taskName`");
  const refused = answer.data.result !== false || answer.data.msg === "" ? [] : [refusal(answer.data.msg)];
  return tasks.length === 0 && refused.length > 0 ? refused : [{ kind: "summary", tasks }, ...refused];
}

/** gRPC's codes with which the gateway refuses the question itself: 3 a bad argument, 5 and 12 no such path (dm-facts §1.2). */
const NOT_ASKED_RIGHT: readonly unknown[] = [3, 5, 12];

function readRefusal(object: Json): readonly RecognisedAnswer[] | NotAnAnswer {
  const said = [object.msg, object.error_msg, object.error, object.message].find(
    (part): part is string => typeof part === "string" && part !== "",
  );
  if (said === undefined) return notAnAnswer(`an object with ${namesIn(object)}`);
  const wrongQuestion = said === object.error || (NOT_ASKED_RIGHT.includes(object.code) && "message" in object);
  if (wrongQuestion) return notAnAnswer(`DM's refusal of a question that was put wrongly: «${cleanText(said).slice(0, 200)}»`);
  if ("result" in object || "msg" in object || "error_msg" in object || "code" in object) return [refusal(said)];
  return notAnAnswer(`an object with ${namesIn(object)}`);
}

export function refusal(words: string): RecognisedAnswer {
  const said = cleanText(words);
  return { kind: "refused", said, codes: codesIn(said) };
}

function namesIn(object: Json): string {
  const names = Object.keys(object).slice(0, 5);
  return names.map((name) => `«${cleanText(name).slice(0, 60)}»`).join(", ") || "no fields";
}

const WithStatusList = z.object({ status_list: z.array(z.unknown()) });

function fromOpenapiRows(rows: readonly unknown[], at: number): readonly RecognisedAnswer[] | null {
  const flat = rows.flatMap((row) => {
    const listed = WithStatusList.safeParse(row);
    return listed.success ? listed.data.status_list : [row];
  });
  const subtasks = flat.filter(isSubtask).map((row) => OpenapiSubtask.parse(row));
  const sources = flat.filter((row) => !isSubtask(row) && isSource(row)).map((row) => OpenapiSource.parse(row));
  const found = [...readOpenapiSubtasks(subtasks), ...readOpenapiSources(sources)];
  const isListOfNothing = rows.length === 0 || (flat.length === 0 && rows.every(isObject));
  if (found.length === 0 && !isListOfNothing) return null;
  const rest = flat.length - subtasks.length - sources.length;
  const untold = rest === 0 ? [] : [refusal(`${rest} of the ${flat.length} entries of this answer tell no status`)];
  return [observation(found, "openapi", "v2+", at), ...untold];
}

const isSubtask = (row: unknown): row is Json => isObject(row) && "name" in row && "source_name" in row && "stage" in row;
const isSource = (row: unknown): row is Json => isObject(row) && "source_name" in row && "worker_name" in row;

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function hasKey(list: readonly unknown[], names: readonly string[]): boolean {
  return list.some((element) => isObject(element) && names.some((name) => name in element));
}

const notAnAnswer = (what: string): NotAnAnswer => ({ kind: "not-an-answer", what });

function observation(
  sources: readonly SourceObservation[],
  surface: Surface,
  generation: Generation,
  at: number,
): RecognisedAnswer {
  return {
    kind: "observation",
    observation: { cluster: "", at, surface, generation, version: null, masters: null, workers: null, sources },
  };
}
