import type { CONFIDENCE } from "../../../src/domain/diagnosis/confidence.ts";
import type { AdviceKey, Kind, PlaybookId } from "../../../src/domain/diagnosis/finding.ts";
import { NO_MEMORY, type TaskMemory } from "../../../src/domain/diagnosis/source-knowledge.ts";
import { notKnown } from "../../../src/domain/observation/known.ts";
import type { WorkerObservation } from "../../../src/domain/observation/observation.ts";
import type { RowsSuspicion } from "../../../src/domain/signals/rows-suspicion.ts";
import { failsWith, looked, type Situation } from "../diagnosed.ts";
import { aFile, BIG } from "../gates/replay-cases.ts";
import { aRelay, aSource, aSubtask, at } from "../observations.ts";

type Advised = readonly [why: AdviceKey, ...playbooks: PlaybookId[]];
/** What is concluded, how sure it is, and what is advised: the playbook that is offered first, then the next ones. */
export type Concluded = readonly [name: string, situation: Situation, confidence: keyof typeof CONFIDENCE, advice: Advised];
/** What looks nearly like it and is something else. */
export type NearMiss = readonly [name: string, situation: Situation, instead: Kind];

/** By kind: the cases in which it is concluded, and those in which it must not be. */
export type KindTable = Readonly<Partial<Record<Kind, readonly [readonly Concluded[], readonly NearMiss[]]>>>;

export const NO_RIGHT = notKnown("the account lacks REPLICATION CLIENT", "REPLICATION CLIENT");
export const EOF_11038 = (parts = {}) =>
  failsWith(11_038, "get event err EOF, need to re-parse", { message: "parse relay log file mysql-bin.000003", ...parts });
export const small = (bytes = 4_294_967_295) => looked({ files: [aFile(2), aFile(3, bytes), aFile(4, 900, true)] });
export const offlineWorker: WorkerObservation = {
  name: "w1",
  address: "w1:8262",
  stage: "offline",
  stageAsSaid: "offline",
  source: "s1",
};
export const boundElsewhere: WorkerObservation = {
  name: "w2",
  address: "w2:8262",
  stage: "bound",
  stageAsSaid: "bound",
  source: "s2",
};
export const unanswered = (parts = {}) =>
  aSource([], { answered: false, message: "no worker-client found", messageCodes: [38_029], worker: null, ...parts });

export const suspicion = (parts: Partial<RowsSuspicion> = {}): RowsSuspicion => ({
  ...{ cluster: "shop", task: "orders", source: "s1", server: "0-101", file: "mysql-bin.000003", sizeBytes: BIG },
  ...{ since: 1, wasSeenPassing: true, found: null, closed: null },
  ...parts,
});
export const remembers = (...suspicions: RowsSuspicion[]): TaskMemory => ({ ...NO_MEMORY, suspicions });
export const found = (missing: number, differing = 0) => ({ comparison: "C-1", at: 1, missing, differing, extra: 0 });
export const relayIs = (parts: Parameters<typeof aRelay>[0]) => aSource([aSubtask()], { relay: aRelay(parts) });
export const FALLS = [
  { at: 1, from: at(4_216_180_867), to: at(1_990_087_062) },
  { at: 2, from: at(1_990_087_062), to: at(3_304) },
];
