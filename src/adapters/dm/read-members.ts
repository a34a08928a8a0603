import type { MasterObservation, WorkerObservation } from "../../domain/observation/observation.ts";
import { cleanText } from "./read-error.ts";
import { MembersAnswer } from "./status-schemas.ts";

const WORKER_STAGES = new Set(["offline", "free", "bound", "relay"]);

/** `GET members`, v2 and later (v1.0 has a single master and answers 404). null when the answer has another shape. */
export function readMembers(raw: unknown): { masters: MasterObservation[]; workers: WorkerObservation[] } | null {
  const answer = MembersAnswer.safeParse(raw);
  if (!answer.success || !answer.data.members) return null;
  const parts = answer.data.members;
  const leader = parts.find((part) => part.leader)?.leader?.name ?? "";
  const masters = parts
    .flatMap((part) => part.master?.masters ?? [])
    .map((master) => ({
      name: cleanText(master.name),
      alive: master.alive === true,
      isLeader: master.name !== "" && master.name === leader,
      clientUrls: (master.clientURLs ?? []).map(cleanText),
    }));
  const workers = parts
    .flatMap((part) => part.worker?.workers ?? [])
    .map((worker) => ({
      name: cleanText(worker.name),
      address: cleanText(worker.addr),
      stage: (WORKER_STAGES.has(worker.stage) ? worker.stage : "unknown") as WorkerObservation["stage"],
      stageAsSaid: cleanText(worker.stage),
      source: cleanText(worker.source) || null,
    }));
  return { masters, workers };
}
