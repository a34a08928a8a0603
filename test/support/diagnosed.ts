import type { CheckpointRow } from "../../src/domain/binlog/checkpoint-row.ts";
import type { BinlogFile, GtidState } from "../../src/domain/binlog/upstream-facts.ts";
import { diagnose } from "../../src/domain/diagnosis/diagnose.ts";
import type { CheckerSettings, Finding } from "../../src/domain/diagnosis/finding.ts";
import { NO_MEMORY, type SourceKnowledge, type TaskMemory } from "../../src/domain/diagnosis/source-knowledge.ts";
import { known } from "../../src/domain/observation/known.ts";
import type {
  DmError,
  Generation,
  SourceObservation,
  SubtaskObservation,
  WorkerObservation,
} from "../../src/domain/observation/observation.ts";
import { aFile, BIG } from "./gates/replay-cases.ts";
import { anError, anObservation, aRelay, aSource, aSubtask, at } from "./observations.ts";

export interface Situation {
  readonly source: SourceObservation;
  readonly knowledge?: SourceKnowledge;
  readonly memory?: TaskMemory;
  readonly generation?: Generation;
  readonly checker?: CheckerSettings;
  readonly workers?: readonly WorkerObservation[];
}

export const diagnosed = ({ source, knowledge, memory, generation, checker, workers = [] }: Situation): Finding[] =>
  diagnose(anObservation([source], { ...(generation ? { generation, version: "v1.0.7" } : {}), workers }), {
    ...{ checkerOf: () => checker ?? null, firstFailedAt: () => 1, memory: memory ?? NO_MEMORY },
    knowledgeOf: () => knowledge ?? null,
  });

/** A subtask that fails with these errors. */
export const failing = (errors: readonly DmError[], parts: Partial<SubtaskObservation> = {}): SourceObservation =>
  aSource([aSubtask({ errors, ...parts })]);
/** One error: code, raw cause, and what else it says. */
export const failsWith = (code: number, rawCause: string, parts: Partial<DmError> = {}): SourceObservation =>
  failing([anError(code, rawCause, parts)]);
/** A relay that is paused by these errors, over a healthy subtask. */
export const relayFails = (code: number, rawCause: string, parts: Partial<DmError> = {}): SourceObservation =>
  aSource([], {
    relay: aRelay({
      stage: "Paused",
      result: { isCanceled: false, errors: [anError(code, rawCause, parts)] },
      relayPosition: at(216_889),
      caughtUp: false,
    }),
  });

export const ROW: CheckpointRow = {
  ...{ id: "s1", schema: "", table: "", file: "mysql-bin.000003", position: 100, gtid: "0-101-17", isGlobal: true },
  ...{ exitSafe: null, tableInfo: null, createdAt: "", updatedAt: "" },
};
const GTIDS: GtidState = { flavor: "mariadb", version: "10.11.14-MariaDB", isOn: true, executed: "0-101-30", purged: null };

export interface Looked extends Partial<Omit<SourceKnowledge, "files" | "rows" | "gtid">> {
  readonly files?: readonly BinlogFile[] | SourceKnowledge["files"];
  readonly rows?: readonly CheckpointRow[];
  readonly gtid?: Partial<GtidState>;
}

/** What was asked of a MariaDB whose third file is over 4 GiB and behind the syncer's place in it. */
export function looked({ files, rows = [ROW], gtid, ...parts }: Looked = {}): SourceKnowledge {
  const listed = files ?? [aFile(2), aFile(3, BIG), aFile(4, 900, true)];
  return {
    ...{ at: 1, server: known("0-101"), readsByGtid: false, relayFalls: [] },
    gtid: known({ ...GTIDS, ...gtid }),
    files: "kind" in listed ? listed : known(listed),
    rows: new Map([["orders", known(rows)]]),
    ...parts,
  };
}
