import type { Checksum, KeyedChecksum } from "../../domain/comparison/checksum.ts";
import type { UpstreamPosition } from "../../domain/comparison/comparison.ts";
import type { Key, KeyRange } from "../../domain/comparison/key.ts";
import type { TableName } from "../../domain/comparison/replication-rules.ts";
import type { Values } from "../../domain/comparison/same-value.ts";
import type { TablePlan } from "../../domain/comparison/table-plan.ts";
import type { TableShape } from "../../domain/comparison/table-shape.ts";
import type { TextOrder } from "../../domain/comparison/text-order.ts";

/**
 * One side's rows, read in a read-only session whose time zone, SQL mode and character set are the same on every side. Never throws
 * for what a database does; every statement is bounded in time and, but for streamed JSON, in rows. One statement at a time.
 */
export interface RowReader {
  /** Every base table outside the system's schemas, with the server's own estimate of its rows. */
  tables(signal: AbortSignal): Promise<Rows<readonly (TableName & { readonly approximateRows: number | null })[]>>;
  /** Those that are there, in the order asked for. */
  shapes(tables: readonly TableName[], signal: AbortSignal): Promise<Rows<readonly TableShape[]>>;
  /** How the server orders the pairs of `ORDER_PAIRS` under each collation: `<`, `=`, `>` a pair; null where it does not know it. */
  textOrders(orders: readonly TextOrder[], signal: AbortSignal): Promise<Rows<readonly (string | null)[]>>;
  /** The key of the `rows`-th row of a range; null: the range has fewer. */
  boundary(question: TableQuestion & { readonly rows: number }, signal: AbortSignal): Promise<Rows<Key | null>>;
  /** `expectedRows` null: not known, as for a table without key. */
  checksum(question: TableQuestion & { readonly expectedRows: number | null }, signal: AbortSignal): Promise<Rows<Checksum>>;
  /** Keys with their checksums, at most so many: `isAll` tells whether that was all. */
  keys(
    question: TableQuestion & { readonly atMostRows: number },
    signal: AbortSignal,
  ): Promise<Rows<{ readonly rows: readonly KeyedChecksum[]; readonly isAll: boolean }>>;
  /** The rows with exactly these keys, byte by byte, with their values. */
  rows(question: KeysQuestion, signal: AbortSignal): Promise<Rows<readonly ReadRow[]>>;
  /** Where the server's binlog ends now, with the executed GTID set. Asked of upstreams only. */
  position(signal: AbortSignal): Promise<Rows<UpstreamPosition>>;
  close(): Promise<void>;
}

export interface TableQuestion {
  readonly table: TableName;
  readonly plan: TablePlan;
  readonly range: KeyRange;
}

export interface KeysQuestion {
  readonly table: TableName;
  readonly plan: TablePlan;
  readonly keys: readonly Key[];
}

/** `checksum` as in `KeyedChecksum`: the row's, then JSON's. */
export interface ReadRow {
  readonly key: Key;
  readonly checksum: string;
  readonly values: Values;
}

export type Rows<T> =
  | { readonly kind: "answered"; readonly value: T }
  /**
   * `connection`: it may well work on the next try. `slow`: the statement's time was over. `schema`: table or column are not there
   * (any more). `refused`: a right is missing.
   */
  | { readonly kind: "failed"; readonly why: "connection" | "slow" | "schema" | "refused" | "other"; readonly detail: string };

/** Writes rows to the downstream, with an account of its own. Never replaces a row and never deletes one that it does not know again. */
export interface RowWriter {
  /**
   * One transaction: takes the fence, inserts each row with INSERT (a row that is there meanwhile is left alone), reads the
   * fingerprints of what it inserted, commits.
   */
  insert(call: InsertCall, signal: AbortSignal): Promise<InsertOutcome>;
  /** One transaction: takes the fence, deletes each row whose fingerprint is still the given one, commits. */
  deleteUnchanged(call: DeleteCall, signal: AbortSignal): Promise<DeleteOutcome>;
  close(): Promise<void>;
}

/** A row in the downstream's meta schema; an owner with a smaller value is refused. null: the rows are not fenced. */
export interface RowFence {
  readonly metaSchema: string;
  readonly name: string;
  readonly value: number;
}

export interface InsertCall {
  readonly table: TableName;
  readonly plan: TablePlan;
  readonly rows: readonly { readonly key: Key; readonly values: Values }[];
  readonly fence: RowFence | null;
}

export interface DeleteCall {
  readonly table: TableName;
  readonly plan: TablePlan;
  readonly rows: readonly { readonly key: Key; readonly fingerprint: string }[];
  readonly fence: RowFence | null;
}

export type Inserted =
  | { readonly kind: "inserted"; readonly fingerprint: string }
  /** A row with this key, or with another of its unique keys, is there. */
  | { readonly kind: "there-already"; readonly detail: string }
  | { readonly kind: "refused"; readonly why: string };

export type InsertOutcome = WriteEnd | { readonly kind: "committed"; readonly rows: readonly Inserted[] };
export type DeleteOutcome = WriteEnd | { readonly kind: "committed"; readonly rows: readonly Deleted[] };
/** `gone`: no row with this key is there, whoever deleted it. */
export type Deleted = "deleted" | "changed" | "gone";

export type WriteEnd =
  | { readonly kind: "fenced-off"; readonly by: number }
  /** Nothing was written. */
  | { readonly kind: "failed"; readonly why: string }
  /** The reply to COMMIT was lost. */
  | { readonly kind: "unknown"; readonly why: string };
