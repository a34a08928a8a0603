import type { CheckpointRow } from "../../../src/domain/binlog/checkpoint-row.ts";
import type { BinlogFile, GtidState, TableName } from "../../../src/domain/binlog/upstream-facts.ts";
import { known, notKnown } from "../../../src/domain/observation/known.ts";
import { type ReplayFacts, replayGates } from "../../../src/domain/playbooks/replay-gates.ts";
import type { GateCase } from "./gate-case.ts";

export const BIG = 4_600_195_888;
export const aFile = (number: number, sizeBytes = 1_000, isActive = false): BinlogFile => ({
  ...{ name: `mysql-bin.${String(number).padStart(6, "0")}`, number, sizeBytes, isActive },
});
export const FILES: readonly BinlogFile[] = [aFile(4_450), aFile(4_451, BIG), aFile(4_452), aFile(4_453, 500, true)];
export const FILE = "mysql-bin.004451";
const SERVER = "0-101";

export function aRow(parts: Partial<CheckpointRow> = {}): CheckpointRow {
  return {
    ...{ id: "replica-1", schema: "shop", table: "orders", file: FILE, position: 3_400_144_046, gtid: "0-101-18" },
    ...{ exitSafe: null, isGlobal: false, tableInfo: null, createdAt: "", updatedAt: "" },
    ...parts,
  };
}
export const globalRow = (parts: Partial<CheckpointRow> = {}): CheckpointRow =>
  aRow({ schema: "", table: "", position: 894, gtid: "0-101-17", isGlobal: true, ...parts });

export const GTIDS: GtidState = {
  flavor: "mariadb",
  version: "10.11.14-MariaDB",
  isOn: true,
  executed: "0-101-30",
  purged: null,
};
const MYSQL = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const mysqlGtids = (executed: string, purged: string): GtidState => ({
  ...{ flavor: "mysql", version: "8.0.36", isOn: true, executed, purged },
});

/** Nothing stands in the way of a rewind by position. */
export function replayFacts(parts: Partial<ReplayFacts> = {}): ReplayFacts {
  return {
    ...{ task: "orders", source: "replica-1", generation: "v2+", version: "v8.1.0", unit: "Sync" },
    ...{ file: FILE, named: FILE, files: known(FILES), rows: known([globalRow(), aRow()]) },
    signs: { subDirectory: `${SERVER}.000001`, server: known(SERVER) },
    rewrite: { form: "rewind", file: FILE, previousGtids: null },
    ...{
      readsByGtid: false,
      hasRelay: false,
      gtid: known(GTIDS),
      setBeforeGlobalFile: known("0-101-14"),
      setBeforeOldestFile: known("0-101-9"),
    },
    ...{ ddlLock: "", unresolvedGroups: 0, conflict: "", unfinishedDdl: known({ onlineDdls: 0, shardGroups: 0 }) },
    ...{
      isSharded: false,
      tablesWithoutKey: known([]),
      targetsWithoutKey: known([]),
      changedTables: known([]),
      foreignKeys: known([]),
    },
    ...{ otherTasks: [], mayWriteMeta: true, hasReadFile: true },
    ...parts,
  };
}

/** Nothing stands in the way of a switch to GTIDs in the file. */
export const alignFacts = (parts: Partial<ReplayFacts> = {}): ReplayFacts =>
  replayFacts({ rewrite: { form: "align" }, readsByGtid: true, ...parts });

type Row = readonly [
  name: string,
  gate: string,
  answer: GateCase["answer"],
  key: GateCase["key"],
  facts: ReplayFacts,
  en: string,
];
const LACKS = notKnown("the account lacks REPLICATION CLIENT", "REPLICATION CLIENT");
const AWAY = notKnown("no probe account for the upstream is configured (sources.<id>.upstream)");
const DOWN = notKnown("connect ECONNREFUSED");
const table = (name: string): TableName => ({ schema: "shop", table: name });

const ROWS: readonly Row[] = [
  [
    "the task was past the file when it was first seen: perhaps it began behind it",
    ...(["began", "not-known", "gate-began-not-known"] as const),
    replayFacts({ rows: known([globalRow({ file: "mysql-bin.004453" })]), hasReadFile: false }),
    "Whether the task has read mysql-bin.004451 at all is not known: it was past it when it was first seen. If the task began later, do not go back to it, because DDLs from before its dump would be replayed. Approving the plan accepts that.",
  ],
  [
    "the relay is on: the sync unit would read its copy of the file",
    ...(["relay-copy", "not-known", "gate-relay-copy"] as const),
    replayFacts({ hasRelay: true }),
    "The relay is on, so the sync unit reads the relay's copy of mysql-bin.004451. v8.1.0 turned at its end for ever without an error, and the watch would end in vain; switching the relay off first avoids that. Approving the plan accepts it.",
  ],
  [
    "the task still loads",
    ...(["unit", "fails", "gate-unit-other"] as const),
    replayFacts({ unit: "Load" }),
    "The subtask is in its Load unit; only Sync has checkpoint rows to go back to. Let load and dump end first.",
  ],
  [
    "the relay has begun a new sub-directory since: the same name is another server's file",
    ...(["upstream", "fails", "gate-upstream-other"] as const),
    replayFacts({ named: "mysql-bin|000001.004451", signs: { subDirectory: "0-102.000002", server: known("0-102") } }),
    "The name mysql-bin|000001.004451 is not of the upstream that is asked: mysql-bin|000001.004451 lies in the relay's sub-directory 000001, and the relay is at 0-102.000002 now. Its file there may be another server's under the same name.",
  ],
  [
    "the checkpoint holds transactions that this server never had",
    ...(["upstream", "fails", "gate-upstream-lacks-gtids"] as const),
    replayFacts({ rows: known([globalRow({ gtid: "0-101-99" }), aRow()]) }),
    "The upstream has not executed what the checkpoint has (0-101-99): it is another server than the one that DM read.",
  ],
  [
    "no relay, and rows without a GTID set",
    ...(["upstream", "not-known", "gate-upstream-not-told"] as const),
    replayFacts({ rows: known([globalRow({ gtid: "" })]), signs: { subDirectory: "", server: known(SERVER) } }),
    "Whether mysql-bin.004451 is a file of the present upstream is not known: neither the relay nor a GTID set tells. Approving the plan accepts that.",
  ],
  [
    "nobody may list the binlog files",
    ...(["file", "fails", "gate-file-not-measured"] as const),
    replayFacts({ files: LACKS }),
    "The size of mysql-bin.004451 could not be read from the upstream (the account lacks REPLICATION CLIENT). The repair is offered only on a measured size.",
  ],
  [
    "the upstream has purged it",
    ...(["file", "fails", "gate-file-purged"] as const),
    replayFacts({ files: known([aFile(4_452), aFile(4_453, 500, true)]) }),
    "mysql-bin.004451 is not on the upstream any more; its oldest is mysql-bin.004452. There is nothing left to replay.",
  ],
  [
    "the upstream was reset and has not come so far",
    ...(["file", "fails", "gate-file-not-there"] as const),
    replayFacts({ files: known([aFile(1, 500, true)]) }),
    "The upstream lists no file mysql-bin.004451. Is this the server that DM reads from?",
  ],
  [
    "the upstream lists none at all",
    ...(["file", "fails", "gate-file-not-measured"] as const),
    replayFacts({ files: known([]) }),
    "The size of mysql-bin.004451 could not be read from the upstream (the upstream lists no binlog files). The repair is offered only on a measured size.",
  ],
  [
    "it is exactly 4 GiB: no position in it wraps",
    ...(["file", "fails", "gate-file-small"] as const),
    replayFacts({ files: known([aFile(4_451, 4_294_967_296), aFile(4_452, 1, true)]) }),
    "mysql-bin.004451 is only 4294967296 bytes on the upstream, so this is another disease (purged, damaged, reset): no replay.",
  ],
  [
    "the server still writes to it",
    ...(["file-closed", "fails", "gate-file-active"] as const),
    replayFacts({ files: known([aFile(4_450), aFile(4_451, BIG, true)]) }),
    "mysql-bin.004451 is still being written. Close it first (FLUSH BINARY LOGS on the upstream), then ask again.",
  ],
  [
    "the downstream cannot be asked",
    ...(["reached", "not-known", "gate-rows-not-known"] as const),
    replayFacts({ rows: DOWN }),
    "Where the checkpoint stands is not known (connect ECONNREFUSED). Approving the plan accepts that; it is read again after the stop.",
  ],
  [
    "there are only table rows",
    ...(["reached", "fails", "gate-checkpoint-no-row"] as const),
    replayFacts({ rows: known([aRow()]) }),
    "The downstream has no global checkpoint row, so a start would dump again or fall back to `meta`.",
  ],
  [
    "the global row names no file",
    ...(["reached", "fails", "gate-checkpoint-fresh"] as const),
    replayFacts({ rows: known([globalRow({ file: "", position: 4, gtid: "" })]) }),
    "The global checkpoint is fresh, so a start would dump again or fall back to `meta`.",
  ],
  [
    "the sync unit stands one file before it",
    ...(["reached", "fails", "gate-not-reached"] as const),
    replayFacts({ rows: known([globalRow({ file: "mysql-bin.004450", position: 1_234 })]) }),
    "The global checkpoint (mysql-bin.004450, 1234) has not reached mysql-bin.004451, and a checkpoint is never moved forward: this is the relay's case.",
  ],
  [
    "a shard lock is open",
    ...(["shards", "fails", "gate-shard-lock"] as const),
    replayFacts({ ddlLock: "orders-`shop`.`orders`" }),
    "A shard DDL lock is open (orders-`shop`.`orders`). Resolve it first (shard-ddl-lock).",
  ],
  [
    "DM shows groups that wait",
    ...(["shards", "fails", "gate-shard-groups"] as const),
    replayFacts({ unresolvedGroups: 2 }),
    "2 shard groups wait for a DDL. Replaying now would mix two table structures; resolve them first.",
  ],
  [
    "the meta tables hold a group that DM does not show",
    ...(["shards", "fails", "gate-shard-groups"] as const),
    replayFacts({ unfinishedDdl: known({ onlineDdls: 0, shardGroups: 1 }) }),
    "1 shard groups wait for a DDL. Replaying now would mix two table structures; resolve them first.",
  ],
  [
    "shards contradict each other",
    ...(["shards", "fails", "gate-shard-conflict"] as const),
    replayFacts({ conflict: "add column with wrong order" }),
    "Shard DDLs contradict each other (add column with wrong order). Settle that first.",
  ],
  [
    "GTIDs with merged shards were never measured",
    ...(["shards", "fails", "gate-shards-merged"] as const),
    alignFacts({ isSharded: true }),
    "The task merges shards, and the way by GTIDs was never measured with merged shards: it is not offered here.",
  ],
  [
    "a task with shards whose meta tables cannot be read",
    ...(["shards", "not-known", "gate-shards-not-known"] as const),
    replayFacts({ isSharded: true, unfinishedDdl: DOWN }),
    "Whether a shard group is open in the meta tables is not known (connect ECONNREFUSED). Approving the plan accepts that.",
  ],
  [
    "gh-ost is at work",
    ...(["online-ddl", "fails", "gate-online-ddl"] as const),
    replayFacts({ unfinishedDdl: known({ onlineDdls: 1, shardGroups: 0 }) }),
    "1 online DDLs are under way (gh-ost or pt-osc). Let them end first.",
  ],
  [
    "nobody may read the meta tables",
    ...(["online-ddl", "not-known", "gate-online-ddl-not-known"] as const),
    replayFacts({ unfinishedDdl: DOWN }),
    "Whether an online DDL is under way is not known (connect ECONNREFUSED). Approving the plan accepts that.",
  ],
  [
    "a table without a key would get its rows twice",
    ...(["keys", "fails", "gate-no-keys"] as const),
    replayFacts({ tablesWithoutKey: known([table("log"), table("clicks")]) }),
    "These tables have no primary or unique key, so a replay would double their rows: shop.log, shop.clicks. Give them a key, or take them out of the task first.",
  ],
  [
    "of many tables ten are named",
    ...(["keys", "fails", "gate-no-keys"] as const),
    replayFacts({ tablesWithoutKey: known(Array.from({ length: 12 }, (_, at) => table(`t${at}`))) }),
    "These tables have no primary or unique key, so a replay would double their rows: shop.t0, shop.t1, shop.t2, shop.t3, shop.t4, shop.t5, shop.t6, shop.t7, shop.t8, shop.t9 … (12). Give them a key, or take them out of the task first.",
  ],
  [
    "the keys cannot be looked at",
    ...(["keys", "not-known", "gate-keys-not-known"] as const),
    replayFacts({ tablesWithoutKey: AWAY }),
    "Whether every table has a key is not known (no probe account for the upstream is configured (sources.<id>.upstream)); one without would get its rows twice. Approving the plan accepts that.",
  ],
  [
    "a column was added since the checkpoint",
    ...(["ddl", "fails", "gate-ddl"] as const),
    replayFacts({ changedTables: known([table("orders")]) }),
    "The structure of these tables is not the one of the checkpoint: shop.orders. A replay across a DDL would map columns wrongly.",
  ],
  [
    "equal pictures settle nothing of what lies before both",
    ...(["ddl", "not-known", "gate-ddl-inside"] as const),
    replayFacts({}),
    "The tables upstream have the columns that the checkpoint knows. Whether a DDL lies between the start of mysql-bin.004451 and the checkpoint is not known: 4 GiB are not searched for it, and rows before it would be mapped to the columns after it.",
  ],
  [
    "a table without a key downstream alone would get them twice as well",
    ...(["keys", "fails", "gate-no-keys-downstream"] as const),
    replayFacts({ targetsWithoutKey: known([table("orders_all")]) }),
    "These tables downstream have no primary or unique key, so a replay would double their rows: shop.orders_all. Give them a key, or take them out of the task first.",
  ],
  [
    "the keys downstream cannot be looked at",
    ...(["keys", "not-known", "gate-keys-not-known"] as const),
    replayFacts({ targetsWithoutKey: DOWN }),
    "Whether every table has a key is not known (connect ECONNREFUSED); one without would get its rows twice. Approving the plan accepts that.",
  ],
  [
    "the checkpoint keeps no picture of the tables",
    ...(["ddl", "not-known", "gate-ddl-not-known"] as const),
    replayFacts({ changedTables: notKnown("the checkpoint keeps no table_info") }),
    "Whether a DDL lies in the replayed range is not known (the checkpoint keeps no table_info). Approving the plan accepts that.",
  ],
  [
    "v8.5.6 checks foreign keys in safe mode",
    ...(["foreign-keys", "fails", "gate-foreign-keys"] as const),
    replayFacts({ version: "v8.5.6", foreignKeys: known([table("items")]) }),
    "From v8.5.6 on safe mode pauses on a change of keys where foreign keys are checked: shop.items. Switch the check off for the task first.",
  ],
  [
    "a version that is not told counts as one that checks",
    ...(["foreign-keys", "not-known", "gate-foreign-keys-not-known"] as const),
    replayFacts({ version: null, foreignKeys: DOWN }),
    "Whether a table has a foreign key is not known (connect ECONNREFUSED); from v8.5.6 on the replay may pause there. Approving the plan accepts that.",
  ],
  [
    "a rewind leaves the source's other tasks alone",
    ...(["other-tasks", "not-known", "gate-other-tasks-stay"] as const),
    replayFacts({ otherTasks: ["billing", "stock"] }),
    "Other tasks read this source too and are not touched: billing, stock. They meet, or have met, the same file; compare their rows as well.",
  ],
  [
    "the upstream's GTIDs cannot be read",
    ...(["gtids", "fails", "gate-gtids-not-known"] as const),
    alignFacts({ gtid: LACKS }),
    "The upstream's GTIDs could not be read (the account lacks REPLICATION CLIENT).",
  ],
  [
    "MySQL with gtid_mode off",
    ...(["gtids", "fails", "gate-gtids-off"] as const),
    alignFacts({ gtid: known({ ...mysqlGtids("", ""), isOn: false }) }),
    "The upstream has GTIDs off, so nothing is known to be lossless: the rewind by position, with the comparison after it, is what is left.",
  ],
  [
    "the global row has no such column",
    ...(["gtids", "fails", "gate-no-set"] as const),
    alignFacts({ rows: known([globalRow({ gtid: null })]) }),
    "The global checkpoint row carries no GTID set.",
  ],
  [
    "the rows cannot be read, so their set is not known either",
    ...(["gtids", "fails", "gate-no-set"] as const),
    alignFacts({ rows: DOWN }),
    "The global checkpoint row carries no GTID set.",
  ],
  [
    "what stands there is no set",
    ...(["gtids", "fails", "gate-set-unreadable"] as const),
    alignFacts({ rows: known([globalRow({ gtid: "none of yours" })]) }),
    "This is no GTID set: none of yours",
  ],
  [
    "an empty set lost rows in the lab",
    ...(["gtids", "fails", "gate-set-empty"] as const),
    alignFacts({ rewrite: { form: "rewind-all", file: FILE, previousGtids: "" } }),
    "The GTID set is empty. A replay from an empty set lost rows when it was measured.",
  ],
  [
    "the set is of another server",
    ...(["gtids", "fails", "gate-set-not-executed"] as const),
    alignFacts({ rewrite: { form: "rewind-all", file: FILE, previousGtids: "0-101-31" } }),
    "The upstream has not executed the set 0-101-31: this is another server than the one the checkpoint was written for.",
  ],
  [
    "MariaDB keeps no record of what it purged, but its oldest file begins behind the set",
    ...(["gtids", "fails", "gate-set-purged"] as const),
    alignFacts({ setBeforeOldestFile: known("0-101-18"), setBeforeGlobalFile: notKnown("no such file") }),
    "The upstream has purged GTIDs that are missing from 0-101-17: DM could not begin there.",
  ],
  [
    "what is missing from the set is purged",
    ...(["gtids", "fails", "gate-set-purged"] as const),
    alignFacts({
      rows: known([globalRow({ gtid: `${MYSQL}:50-90` })]),
      gtid: known(mysqlGtids(`${MYSQL}:1-100`, `${MYSQL}:1-40`)),
    }),
    `The upstream has purged GTIDs that are missing from ${MYSQL}:50-90: DM could not begin there.`,
  ],
  [
    "a task that began at a position keeps a part of the set only",
    ...(["gtids-before", "fails", "gate-set-partial"] as const),
    alignFacts({
      rows: known([globalRow({ gtid: `${MYSQL}:50-90` })]),
      gtid: known(mysqlGtids(`${MYSQL}:1-100`, "")),
      setBeforeGlobalFile: known(`${MYSQL}:1-60`),
    }),
    `The checkpoint's GTID set does not hold what was before its own file (${MYSQL}:1-60): it is a partial set, and DM would begin far back.`,
  ],
  [
    "the head of the row's file cannot be read",
    ...(["gtids-before", "not-known", "gate-before-not-known"] as const),
    alignFacts({ setBeforeGlobalFile: DOWN }),
    "Whether the checkpoint's GTID set is whole is not known (connect ECONNREFUSED). Approving the plan accepts that.",
  ],
  [
    "no account may write the rows",
    ...(["writer", "fails", "gate-no-writer"] as const),
    replayFacts({ mayWriteMeta: false }),
    "No account that may write the meta schema is configured (metaWriter): the plan shows every statement and command for a person, and is not carried out by the bot.",
  ],
];

export const REPLAY_CASES: readonly GateCase[] = ROWS.map(([name, gate, answer, key, facts, en]) => ({
  ...{ name, gate, answer, key, en },
  gates: () => replayGates(facts),
}));
