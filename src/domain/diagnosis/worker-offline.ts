import type { Observation, SourceObservation } from "../observation/observation.ts";
import { CONFIDENCE } from "./confidence.ts";
import { advise, said, seen } from "./evidence.ts";
import type { Evidence } from "./finding.ts";
import { placesOf } from "./places.ts";
import type { Conclusion } from "./subtask-case.ts";

/** 38008: the call to the worker failed. 38029: no worker is bound. Without a code v2 says "please use dmctl list-member". */
const CODES = [38008, 38029];
const WORDS = ["check if worker is offline", "worker-client not found", "grpc request error", "source not bound"];

export function isWorkerOffline(source: SourceObservation): boolean {
  if (source.answered || source.subtasks.some((subtask) => subtask.stage !== "InvalidStage")) return false;
  const words = source.message.toLowerCase();
  return source.messageCodes.some((code) => CODES.includes(code)) || WORDS.some((word) => words.includes(word));
}

/** The worker of a source does not answer, or no worker holds it. DM moves a source by itself only to a free worker. */
export function workerOffline(source: SourceObservation, { workers, surface, generation }: Observation): Conclusion {
  const places = placesOf(surface, generation);
  const evidence: Evidence[] = [];
  if (source.message !== "") evidence.push(said(source.message, places.message));
  // OpenAPI has no such field; its empty stage says as much as the message.
  if (surface !== "openapi") evidence.push(seen("result", "false", places.element));
  const holder = workers?.find((worker) => worker.source === source.source) ?? null;
  if (workers) {
    evidence.push(seen("worker", holder ? `${holder.name} ${holder.stageAsSaid}` : "none is bound", "members"));
    const offline = workers.filter((worker) => worker.stage === "offline").map((worker) => worker.name);
    if (offline.length > 0) evidence.push(seen("workers offline", offline.join(", "), "members"));
  }
  // Nobody is away, and still nobody has it: there is no worker to bring back, only one to give it to.
  const isUnbound = workers !== null && holder === null && workers.every((worker) => worker.stage !== "offline");
  const free = workers === null ? null : workers.some((worker) => worker.stage === "free");
  return {
    kind: isUnbound ? "source-unbound" : "worker-offline",
    incident: true,
    confidence: source.messageCodes.length > 0 || holder?.stage === "offline" ? CONFIDENCE.shown : CONFIDENCE.wordsOnly,
    evidence,
    dmRetriesByItself: free,
    advice: advise(isUnbound ? "bind-the-source" : "bring-the-worker-back"),
  };
}
