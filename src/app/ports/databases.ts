import type { CheckpointRow, RowChange } from "../../domain/binlog/checkpoint-row.ts";
import type { BinlogFile, DumpStream, GtidState, TableName } from "../../domain/binlog/upstream-facts.ts";
import type { Known } from "../../domain/observation/known.ts";

export type { BinlogFile, DumpStream, GtidState, Known, TableName };

/** A task's meta tables in the downstream (dm-facts §4). */
export interface MetaPlace {
  readonly metaSchema: string;
  readonly task: string;
  readonly source: string;
}

/** Read-only questions to the downstream. Never throws for what a database does; bounded in time and rows. */
export interface DownstreamProbe {
  /** The global checkpoint row of (task, source) in `{metaSchema}.{task}_syncer_checkpoint` (dm-facts §4). */
  globalCheckpoint(question: MetaPlace, signal: AbortSignal): Promise<CheckpointAnswer>;
  /** Whether this login works: what a start-task would meet. */
  tryLogin(login: DatabaseLogin, signal: AbortSignal): Promise<LoginAnswer>;
  /** `SHOW GRANTS` as this login, without the password's hash that MariaDB prints there. */
  grantsOf(login: DatabaseLogin, signal: AbortSignal): Promise<Known<readonly string[]>>;
  /** Not known where the account may not see the table: to it such a table and none look alike. */
  tableExists(table: TableName, signal: AbortSignal): Promise<Known<boolean>>;
}

/** What plans that change checkpoints ask the downstream besides. */
export interface MetaProbe {
  /** All rows of the source's id, the global one first; an empty list where the table is not there. */
  checkpointRows(question: MetaPlace, signal: AbortSignal): Promise<Known<readonly CheckpointRow[]>>;
  /** Online DDLs under way (rows of `{task}_onlineddl` for the source) and open shard groups (`{task}_syncer_sharding_meta`, active_index > 0). */
  unfinishedDdl(
    question: MetaPlace,
    signal: AbortSignal,
  ): Promise<Known<{ readonly onlineDdls: number; readonly shardGroups: number }>>;
  /** Of these tables those without a primary or unique key over NOT NULL columns. */
  tablesWithoutKey(tables: readonly TableName[], signal: AbortSignal): Promise<Known<readonly TableName[]>>;
}

export type CheckpointAnswer =
  | { readonly kind: "row"; readonly file: string; readonly position: number; readonly gtid: string }
  /** Position ≤ ("", 4) and no GTID: DM would dump again or fall back to `meta`. */
  | { readonly kind: "fresh" }
  | { readonly kind: "no-row" }
  | { readonly kind: "no-table" }
  | { readonly kind: "not-known"; readonly why: string };

export interface DatabaseLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** PEM of the authority that signed the server's certificate: then only over TLS. Undefined: without. */
  readonly ca?: string;
}

/** What an account's session is like, for a check-up. */
export interface AccountFacts {
  /** As the server says it. */
  readonly version: string;
  /** After the connection has set its own. */
  readonly sqlMode: string;
  readonly timeZone: string;
  readonly tls: "yes" | "no" | "not-told";
  /** The sentences of SHOW GRANTS, without hashes. */
  readonly grants: readonly string[];
}

export type LoginAnswer =
  | { readonly kind: "works" }
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "unreachable"; readonly why: string };

/** Read-only questions to one source's upstream. Never throws for what a database does; bounded in time and rows. */
export interface UpstreamProbe {
  /** `SHOW BINARY LOGS`: oldest first, the last one is being written. */
  binlogFiles(signal: AbortSignal): Promise<Known<readonly BinlogFile[]>>;
  /** What DM names a relay's sub-directory after: `@@server_uuid` (MySQL), `<domain>-<server id>` (MariaDB). Tells one server's files from another's. */
  serverName(signal: AbortSignal): Promise<Known<string>>;
  gtidState(signal: AbortSignal): Promise<Known<GtidState>>;
  /**
   * The GTID set before the first event of a file, as a stream may begin with it: `Previous_gtids` (MySQL) or the newest of each
   * domain in `Gtid_list` (MariaDB), from the file's head.
   */
  previousGtids(file: string, signal: AbortSignal): Promise<Known<string>>;
  /** The type of the event that begins at this position (`Gtid`, `Anonymous_Gtid`, `Rotate`, `Write_rows`…): tells a transaction's boundary from its inside. */
  eventTypeAt(file: string, position: number, signal: AbortSignal): Promise<Known<string>>;
  /**
   * Streams that replicas hold open here (process list): by GTID or by position where the server tells, which MariaDB does not. Not
   * known without PROCESS: the list then shows the account's own connections only, without a word.
   */
  dumpStreams(signal: AbortSignal): Promise<Known<readonly DumpStream[]>>;
  /** Like `columnsOf` and `tablesWithForeignKey` not known where the account may not see one of them. */
  tablesWithoutKey(tables: readonly TableName[], signal: AbortSignal): Promise<Known<readonly TableName[]>>;
  /** Column names in order, by table; a table that is not there is left out. */
  columnsOf(
    tables: readonly TableName[],
    signal: AbortSignal,
  ): Promise<Known<readonly (TableName & { readonly columns: readonly string[] })[]>>;
  /** Of these tables those with a foreign key. */
  tablesWithForeignKey(tables: readonly TableName[], signal: AbortSignal): Promise<Known<readonly TableName[]>>;
  tryLogin(login: DatabaseLogin, signal: AbortSignal): Promise<LoginAnswer>;
  grantsOf(login: DatabaseLogin, signal: AbortSignal): Promise<Known<readonly string[]>>;
}

/**
 * Writes to a task's checkpoint table, with an account of its own (`dm_meta` only). Fenced by a row in that database: a copy of the
 * bot that lost its lease is refused there.
 */
export interface MetaWriter {
  /** The fence's table alone, for writes to other tables of the same database. */
  prepareFence(metaSchema: string, signal: AbortSignal): Promise<MetaPrepared>;
  /**
   * Makes the empty backup table (same columns) and the fence table where they are not there; DDL commits, so it comes before the
   * transaction. `ready` also says that the account may do what `change` will do. Changes no row: it may be called before a task is
   * stopped, to learn in time.
   */
  prepare(call: { readonly place: MetaPlace; readonly backupTable: string }, signal: AbortSignal): Promise<MetaPrepared>;
  /**
   * One pessimistic transaction: takes the fence, locks the rows of the id (`FOR UPDATE`), lets `decide` judge them, copies them to the
   * backup table, writes, reads back, commits. Images that an earlier attempt left in the backup table must be the same: others are
   * never written over (`refused`).
   */
  change(call: MetaChange, signal: AbortSignal): Promise<MetaChangeOutcome>;
}

export type MetaPrepared =
  | { readonly kind: "ready" }
  | { readonly kind: "refused"; readonly why: string; readonly lacks: string | null }
  | { readonly kind: "failed"; readonly why: string };

export interface MetaChange {
  readonly place: MetaPlace;
  /** null: nothing is copied. */
  readonly backupTable: string | null;
  /** Rises with every owner of the lease; a smaller one than the row's is refused. */
  readonly fence: { readonly name: string; readonly value: number };
  /** Called once, with the locked rows, inside the transaction. */
  decide(rows: readonly CheckpointRow[]): MetaDecision;
}

export type MetaDecision =
  | { readonly kind: "write"; readonly changes: readonly RowChange[] }
  | { readonly kind: "already" }
  | { readonly kind: "refused"; readonly why: string };

export type MetaChangeOutcome =
  | { readonly kind: "written"; readonly before: readonly CheckpointRow[]; readonly after: readonly CheckpointRow[] }
  | { readonly kind: "already"; readonly rows: readonly CheckpointRow[] }
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "fenced-off"; readonly by: number }
  /** Nothing was written: the transaction never began or was rolled back. */
  | { readonly kind: "failed"; readonly why: string }
  /** The reply to COMMIT was lost. */
  | { readonly kind: "unknown"; readonly why: string };
