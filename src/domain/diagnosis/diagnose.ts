import { syncerName } from "../binlog/whose-file.ts";
import type { Observation, ProcessResult, SourceObservation, SubtaskObservation } from "../observation/observation.ts";
import { troubleFile } from "../signals/trouble-file.ts";
import { badConnection } from "./bad-connection.ts";
import { over4gibSuspected } from "./binlog-over-4gib-suspected.ts";
import { DEFAULT_BACKOFF_SECONDS } from "./checker-settings.ts";
import { CONFIDENCE } from "./confidence.ts";
import { diagnoseRelay } from "./diagnose-relay.ts";
import { dmRetries } from "./dm-retries.ts";
import { downstreamUnreachable } from "./downstream-unreachable.ts";
import { advise, codesOf, errorEvidence, said, seen } from "./evidence.ts";
import type { DiagnosisContext, Evidence, Finding, Subject } from "./finding.ts";
import { subjectKey } from "./finding.ts";
import { healthy } from "./healthy.ts";
import { invalidConnection } from "./invalid-connection.ts";
import { measured } from "./measured-binlog.ts";
import { looksLikeOver4gib } from "./over-4gib-signature.ts";
import { pausedByPerson } from "./paused-by-person.ts";
import { type Places, placesOf } from "./places.ts";
import { runningWithTrouble } from "./running-with-trouble.ts";
import {
  accessDenied,
  duplicateEntry,
  failedThenStopped,
  mendedOutside,
  relayLogMissing,
  unsupportedDdl,
} from "./said-causes.ts";
import { checkpointTrouble, silentTrouble } from "./silent-trouble.ts";
import { NO_MEMORY } from "./source-knowledge.ts";
import { type Conclusion, findingOf, type SubtaskCase } from "./subtask-case.ts";
import { unknown } from "./unknown.ts";
import { sourceCannotReachUpstream, upstreamUnreachable } from "./upstream-unreachable.ts";
import { isWorkerOffline, workerOffline } from "./worker-offline.ts";

/** Kinds in the order in which they are asked; the first that fits is the finding, `unknown` is what is left. */
const KINDS_OF_A_SUBTASK: readonly ((theCase: SubtaskCase) => Conclusion | null)[] = [
  runningWithTrouble,
  pausedByPerson,
  checkpointOfSubtask,
  healthy,
  over4gibOfSubtask,
  failedThenStopped,
  duplicateEntry,
  unsupportedDdl,
  relayLogMissing,
  accessDenied,
  mendedOutside,
  badConnection,
  invalidConnection,
  upstreamUnreachable,
  downstreamUnreachable,
];

const NOTHING_ENDED: ProcessResult = { isCanceled: false, errors: [] };

/** One finding a subtask, relay or component, healthy ones too; linear in the observation. Offline, `cluster` is null. */
export function diagnose(observation: Observation, context: DiagnosisContext): Finding[] {
  return observation.sources.flatMap((source) => diagnoseSource(observation, source, context));
}

function diagnoseSource(observation: Observation, source: SourceObservation, context: DiagnosisContext): Finding[] {
  const cluster = observation.cluster === "" ? null : observation.cluster;
  const subtasks = source.subtasks.map((subtask) => diagnoseSubtask(observation, source, subtask, cluster, context));
  const knowledge = context.knowledgeOf?.(source.source) ?? null;
  const relay = source.relay ? [diagnoseRelay(source.relay, observation, context.checkerOf(source.source), knowledge)] : [];
  const own = ownTrouble(observation, source, subtasks.length > 0);
  const about: Subject =
    own?.kind === "worker-offline" && source.worker !== null
      ? { kind: "worker", worker: source.worker, source: source.source || null }
      : { kind: "source", source: source.source };
  const ofSource = own ? [findingOfSource(cluster, source, about, own)] : [];
  const silent = silentTrouble(cluster, source, observation.generation, knowledge, context.memory ?? NO_MEMORY);
  const found = [...ofSource, ...relay, ...subtasks, ...silent];
  return found.length > 0 ? found : [findingOfSource(cluster, source, about, nothingRuns(observation, source))];
}

function diagnoseSubtask(
  observation: Observation,
  source: SourceObservation,
  subtask: SubtaskObservation,
  cluster: string | null,
  context: DiagnosisContext,
): Finding {
  const result = subtask.result ?? NOTHING_ENDED;
  const theCase: SubtaskCase = {
    cluster,
    at: observation.at,
    generation: observation.generation,
    version: observation.version,
    places: placesOf(observation.surface, observation.generation),
    source,
    subtask,
    result,
    errors: result.errors,
    checker: context.checkerOf(source.source),
    backoffSecondsOtherwise: context.backoffSecondsOtherwise ?? DEFAULT_BACKOFF_SECONDS,
    firstFailedAt:
      result.errors.length === 0
        ? null
        : context.firstFailedAt(subjectKey({ kind: "subtask", task: subtask.task, source: subtask.source })),
    freeWorker: observation.workers?.some((worker) => worker.stage === "free") ?? null,
    knowledge: context.knowledgeOf?.(source.source) ?? null,
  };
  if (isWorkerOffline(source)) return findingOf(theCase, workerOffline(source, observation));
  for (const ask of KINDS_OF_A_SUBTASK) {
    const conclusion = ask(theCase);
    if (conclusion) return findingOf(theCase, conclusion);
  }
  return findingOf(theCase, unknown(theCase));
}

function over4gibOfSubtask(theCase: SubtaskCase): Conclusion | null {
  const { errors, places, result, subtask, generation, checker, source, knowledge } = theCase;
  if (!errors.some(looksLikeOver4gib)) return null;
  const suspected = over4gibSuspected(errors, places.error, dmRetries(result, subtask.unit, generation, checker));
  if (!suspected) return null;
  const file = troubleFile(errors, syncerName(subtask));
  const relayFails = (source.relay?.result?.errors.length ?? 0) > 0;
  const subDirectory = source.relay?.subDirectory ?? "";
  return measured(suspected, file, errors, { unit: "Sync", generation, task: subtask.task, relayFails, subDirectory }, knowledge);
}

function checkpointOfSubtask({ subtask, source, errors, knowledge }: SubtaskCase): Conclusion | null {
  return errors.length === 0 && subtask.stage === "Running" ? checkpointTrouble(subtask, source, knowledge) : null;
}

/** What is wrong with the source itself. With subtasks listed, a lost worker is told by each of them instead. */
function ownTrouble(observation: Observation, source: SourceObservation, hasSubtasks: boolean): Conclusion | null {
  const places = placesOf(observation.surface, observation.generation);
  if (isWorkerOffline(source)) return hasSubtasks ? null : workerOffline(source, observation);
  if (!source.answered) return sourceUnknown([notAnswered(source, places)]);
  if (!source.result || source.result.errors.length === 0) return null;
  return (
    sourceCannotReachUpstream(source, source.result, places.sourceError) ??
    sourceUnknown(errorEvidence(source.result.errors, places.sourceError))
  );
}

function notAnswered(source: SourceObservation, places: Places): Evidence {
  return source.message === "" ? seen("result", "false", places.element) : said(source.message, places.message);
}

function sourceUnknown(evidence: Conclusion["evidence"]): Conclusion {
  return {
    kind: "unknown",
    incident: true,
    confidence: CONFIDENCE.none,
    evidence,
    dmRetriesByItself: null,
    advice: advise("ask-a-person"),
  };
}

function nothingRuns({ surface, generation }: Observation, source: SourceObservation): Conclusion {
  const evidence = [seen("subtasks", source.message || "none", placesOf(surface, generation).element)];
  return {
    kind: "healthy",
    incident: false,
    confidence: CONFIDENCE.wordsOnly,
    evidence,
    dmRetriesByItself: null,
    advice: advise("nothing-to-do"),
  };
}

function findingOfSource(cluster: string | null, source: SourceObservation, subject: Subject, conclusion: Conclusion): Finding {
  const codes = [...new Set([...source.messageCodes, ...codesOf(source.result?.errors ?? [])])];
  return {
    ...conclusion,
    cluster,
    subject,
    task: null,
    source: source.source || null,
    worker: source.worker,
    unit: null,
    stage: null,
    codes,
    position: null,
  };
}
