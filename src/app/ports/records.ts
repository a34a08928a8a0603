import type { Person } from "../../domain/approval/people.ts";
import type { RowCopy } from "../../domain/comparison/row-copy.ts";
import type { RunReminder } from "../../domain/run/run-reminder.ts";
import type { BigFileSighting } from "../../domain/signals/big-files.ts";
import type { RowsSuspicion } from "../../domain/signals/rows-suspicion.ts";
import type { RememberedTask } from "../../domain/signals/stopped-tasks.ts";
import type { HandledStatement } from "../../domain/statement/handled-statement.ts";
import type { StoredComparison } from "../conclude-comparison.ts";

/** Small things that must be remembered, by kind and name. The newest body of a name counts; what changes is told by the audit record. */
export interface RecordStore {
  put<Kind extends RecordKind>(kind: Kind, name: string, body: RecordBodies[Kind]): Promise<void>;
  get<Kind extends RecordKind>(kind: Kind, name: string): Promise<RecordBodies[Kind] | null>;
  /** By name. */
  list<Kind extends RecordKind>(kind: Kind): Promise<readonly RecordBodies[Kind][]>;
  remove(kind: RecordKind, name: string): Promise<void>;
}

export interface RecordBodies {
  readonly freeze: Freeze;
  readonly "rows-suspicion": RowsSuspicion;
  readonly "big-file": BigFileSighting;
  readonly "handled-statement": HandledStatement;
  readonly task: RememberedTask;
  /** By its id, and by the run and step that it belongs to. */
  readonly comparison: StoredComparison;
  readonly "row-copy": RowCopy;
  /** By run. */
  readonly "run-reminder": RunReminder;
}
export type RecordKind = keyof RecordBodies;

/** No new run starts in this cluster (null: in any) until it is lifted. */
export interface Freeze {
  readonly cluster: string | null;
  readonly by: Person;
  readonly at: number;
  readonly reason: string;
}
