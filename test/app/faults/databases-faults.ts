import assert from "node:assert/strict";
import { INSTALLATION } from "../../../src/app/ports/store.ts";
import type { Cut } from "../../support/cutting-proxy.ts";
import type { FaultCase, FaultStage } from "../../support/fault-case.ts";
import { proofOf } from "../../support/rows-bench.ts";

const STOP_AND_START = ["PUT tasks 7", "POST tasks"];
const SWITCH = ["PUT tasks 7", "PUT sources 3", "PUT sources 1", "POST tasks", ...STOP_AND_START];
/** The switch when its rows were not rewritten: the task is stopped, the source bound anew. */
const SWITCH_BEFORE_START = SWITCH.slice(0, 3);
const AGAIN = { as: "succeeded", says: /proved: it runs again|not proved/ } as const;
const gone = (says: string) =>
  ({ as: "needs-person", left: "task-gone", says: new RegExp(`THE TASK DOES NOT EXIST.*${says}`) }) as const;
const GO_ON = { answer: "go-on", ends: AGAIN } as const;

const onMeta =
  (text: string, how: Cut) =>
  ({ metaWay }: FaultStage): void =>
    metaWay.cut(text, how);
const onRows =
  (text: string, how: Cut) =>
  ({ rowsWay }: FaultStage): void =>
    rowsWay.cut(text, how);
const error = (number: number, message: string, takesEffect = false): Cut => ({
  ...{ kind: "error", number, state: "HY000", message, takesEffect },
});
const CHECKPOINT = "dm_meta.orders_syncer_checkpoint";
const backups = async ({ db, run }: FaultStage & { run: string }): Promise<number> => {
  const [rows] = await db.query(`SELECT * FROM dm_meta.\`${run}\``);
  return (rows as unknown[]).length;
};

const META_FAULTS: readonly FaultCase[] = [
  {
    id: "meta-away-before-stop",
    happens: "the account that writes checkpoints cannot connect before the stop",
    holds: "the run ends, nothing was changed",
    ...{ trouble: "lost-row", fault: ({ metaWay }) => metaWay.setDown(true) },
    ends: { as: "failed", left: "task-untouched", says: /Nothing was changed/ },
    ...{ calls: [], rows: [1, 2, 200, 202] },
  },
  {
    id: "meta-away-after-stop",
    happens: "the account that writes checkpoints cannot connect after the stop",
    holds: "loud: the task does not exist, no row was changed; Go on writes the rows once",
    trouble: "lost-row",
    at: { step: "start-source", is: "done", happen: ({ metaWay }) => metaWay.setDown(true) },
    ends: gone("Connection lost"),
    afterwards: { mend: ({ metaWay }) => metaWay.setDown(false), ...GO_ON },
    calls: SWITCH,
  },
  {
    id: "meta-cut-in-transaction",
    happens: "the connection is cut at the UPDATE of a checkpoint row",
    holds: "the database takes the transaction back; loud, and Go on writes the rows once",
    ...{
      trouble: "lost-row",
      fault: onMeta("SET binlog_name", { kind: "before" }),
      ends: gone("Connection lost"),
      afterwards: GO_ON,
    },
    calls: SWITCH,
  },
  {
    id: "meta-reply-to-update-lost",
    happens: "a checkpoint row is updated, the reply and the connection are lost before COMMIT",
    holds: "the database takes the transaction back; loud, and Go on writes the rows once",
    ...{
      trouble: "lost-row",
      fault: onMeta("SET binlog_name", { kind: "after" }),
      ends: gone("Connection lost"),
      afterwards: GO_ON,
    },
    calls: SWITCH,
  },
  {
    id: "meta-deadlock",
    happens: "the UPDATE of a checkpoint row is answered with a deadlock (1213)",
    holds: "nothing was written; loud, and Go on writes the rows once",
    ...{ trouble: "lost-row", fault: onMeta("SET binlog_name", error(1213, "Deadlock found when trying to get lock")) },
    ...{ ends: gone("Deadlock"), afterwards: GO_ON, calls: SWITCH },
  },
  {
    id: "meta-lock-wait",
    happens: "the checkpoint rows stay locked by somebody (1205)",
    holds: "nothing was written; loud, and Go on writes the rows once",
    ...{ trouble: "lost-row", fault: onMeta("FOR UPDATE", error(1205, "Lock wait timeout exceeded")) },
    ...{ ends: gone("Lock wait timeout"), afterwards: GO_ON, calls: SWITCH },
  },
  {
    id: "meta-read-only",
    happens: "the downstream has become read-only (1290)",
    holds: "nothing was written; loud, and Put back starts source and task as they were",
    ...{ trouble: "lost-row", fault: onMeta("SET binlog_name", error(1290, "running with the --read-only option")) },
    ends: gone("read-only"),
    afterwards: { answer: "put-back", ends: { as: "failed", left: "task-running", says: /was put back/ } },
    calls: [...SWITCH_BEFORE_START, "PUT sources 3", "PUT sources 1", "POST tasks"],
    rows: [1, 2, 200, 202],
    check: (stage) => assert.equal(stage.source().config.enableGtid, false),
  },
  {
    id: "meta-commit-reply-lost",
    happens: "the checkpoint rows are committed and COMMIT's reply is lost",
    holds: "the rows are read: they are ours, and are not written again",
    ...{ trouble: "lost-row", fault: onMeta("COMMIT", { kind: "after" }), ends: AGAIN, calls: SWITCH },
    check: (_, run) => assert.match(proofOf(run, "rewrite-checkpoint"), /the reply was lost/),
  },
  {
    id: "meta-commit-not-received",
    happens: "the connection is cut before COMMIT arrives",
    holds: "whether it came through is asked: it did not; a person is called, and Go on writes the rows once",
    ...{ trouble: "lost-row", fault: onMeta("COMMIT", { kind: "before" }), ends: gone("not to be seen"), afterwards: GO_ON },
    calls: SWITCH,
  },
  {
    id: "meta-commit-deadlock",
    happens: "COMMIT is answered with a conflict (9007) that takes the transaction back",
    holds: "nothing was written; loud, and Go on writes the rows once",
    ...{ trouble: "lost-row", fault: onMeta("COMMIT", error(9007, "Write conflict")) },
    ...{ ends: gone("Write conflict"), afterwards: GO_ON, calls: SWITCH },
  },
  {
    id: "meta-commit-undetermined",
    happens: "COMMIT came through and is answered with TiDB's 8501 (result undetermined)",
    holds: "the answer says nothing: the rows are read, and are not written again",
    ...{ trouble: "lost-row", fault: onMeta("COMMIT", error(8501, "execution result undetermined", true)), ends: AGAIN },
    calls: SWITCH,
  },
  {
    id: "meta-fence-taken",
    happens: "another copy of the bot has written since, under a later lease",
    holds: "the fence in the database refuses: nothing is written, a person is called",
    trouble: "lost-row",
    at: {
      step: "rewrite-checkpoint",
      is: "started",
      happen: async ({ db, store }) => {
        const row = `dm-medic shop ${await store.kept.get(INSTALLATION)}`;
        await db.query("INSERT INTO dm_meta.dm_medic_fence (name, fence) VALUES (?, 99)", [row]);
      },
    },
    ends: gone("another copy of the bot has taken over since \\(fence 99"),
    ...{ calls: SWITCH_BEFORE_START, rows: [1, 2, 200, 202], task: "absent" },
  },
  {
    id: "meta-backup-is-anothers",
    happens: "the backup table holds other images of the rows",
    holds: "they are not written over, no row is changed; loud",
    trouble: "lost-row",
    at: {
      step: "rewrite-checkpoint",
      is: "started",
      happen: async ({ db }, run) => {
        const backup = proofOf(run, "prepare-backup");
        await db.query(`INSERT INTO dm_meta.\`${backup}\` SELECT * FROM ${CHECKPOINT}`);
        await db.query(`UPDATE dm_meta.\`${backup}\` SET binlog_pos = 7 WHERE is_global = 1`);
      },
    },
    ends: gone("other images"),
    ...{ calls: SWITCH_BEFORE_START, rows: [1, 2, 200, 202], task: "absent" },
  },
  {
    id: "meta-rows-gone",
    happens: "a colleague deletes the checkpoint rows after the stop",
    holds: "nothing is written where nothing is; loud",
    trouble: "lost-row",
    at: { step: "start-source", is: "done", happen: ({ db }) => db.query(`DELETE FROM ${CHECKPOINT}`) },
    ends: gone("no checkpoint row"),
    ...{ calls: SWITCH_BEFORE_START, rows: [1, 2, 200, 202], task: "absent" },
  },
  {
    id: "probe-hangs-after-stop",
    happens: "the downstream takes the question for the checkpoint rows and never answers",
    holds: "the question ends with its time-out, no row is written unread; loud, and Go on writes the rows once",
    trouble: "lost-row",
    at: {
      step: "start-source",
      is: "done",
      happen: ({ probeWay }) => probeWay.cut("orders_syncer_checkpoint", { kind: "silent" }),
    },
    ends: gone("(timeout|no answer|given up)"),
    afterwards: GO_ON,
    calls: SWITCH,
  },
  {
    id: "probe-away-after-stop",
    happens: "the account that reads the downstream cannot connect after the stop",
    holds: "no row is written unread; loud, and Go on writes the rows once",
    trouble: "lost-row",
    at: { step: "start-source", is: "done", happen: ({ probeWay }) => probeWay.setDown(true) },
    ends: gone("Connection lost"),
    afterwards: { mend: ({ probeWay }) => probeWay.setDown(false), ...GO_ON },
    calls: SWITCH,
    check: async (stage, run) => assert.ok((await backups({ ...stage, run: proofOf(run, "prepare-backup") })) >= 2),
  },
];

const ROW_FAULTS: readonly FaultCase[] = [
  {
    id: "rows-insert-cut",
    happens: "the connection is cut at the INSERT of a missing row",
    holds: "the database takes it back; the run ends and says that the row waits",
    ...{ trouble: "named-row", fault: onRows("INSERT INTO `shop`", { kind: "before" }) },
    ends: { as: "failed", left: "steps-stay", says: /1 to do/ },
    ...{ calls: [], rows: [1, 2, 200, 202] },
  },
  {
    id: "rows-insert-deadlock",
    happens: "the INSERT of a missing row is answered with a deadlock (1213)",
    holds: "nothing was written; the run ends and says that the row waits",
    ...{ trouble: "named-row", fault: onRows("INSERT INTO `shop`", error(1213, "Deadlock found")) },
    ends: { as: "failed", left: "steps-stay", says: /Deadlock found; 1 to do/ },
    ...{ calls: [], rows: [1, 2, 200, 202] },
  },
  {
    id: "rows-read-only",
    happens: "the downstream refuses the INSERT of a missing row (1290)",
    holds: "the row counts as refused, with its number",
    ...{ trouble: "named-row", fault: onRows("INSERT INTO `shop`", error(1290, "running with the --read-only option")) },
    ends: { as: "failed", left: "steps-stay", says: /1 refused.*1 missing/ },
    ...{ calls: [], rows: [1, 2, 200, 202] },
  },
  {
    id: "rows-commit-reply-lost",
    happens: "the missing row is committed and COMMIT's reply is lost",
    holds: "the row is read: it is there, once; the run says that whose it is is not known",
    ...{ trouble: "named-row", fault: onRows("COMMIT", { kind: "after" }) },
    ends: { as: "failed", left: "steps-stay", says: /1 there, inserted by whom is not known/ },
    calls: [],
  },
  {
    id: "rows-commit-not-received",
    happens: "the connection is cut before the COMMIT of the missing row arrives",
    holds: "the row is read: it is not there; the run ends and says that it waits",
    ...{ trouble: "named-row", fault: onRows("COMMIT", { kind: "before" }) },
    ends: { as: "failed", says: /1 to do/ },
    ...{ calls: [], rows: [1, 2, 200, 202] },
  },
  {
    id: "rows-commit-undetermined",
    happens: "the COMMIT of the missing row came through and is answered with TiDB's 8501",
    holds: "the answer says nothing: the row is read, it is there, once",
    ...{ trouble: "named-row", fault: onRows("COMMIT", error(8501, "execution result undetermined", true)) },
    ends: { as: "failed", left: "steps-stay", says: /1 there, inserted by whom is not known/ },
    calls: [],
  },
  {
    id: "rows-there-meanwhile",
    happens: "an application writes a row with the missing key downstream before the INSERT",
    holds: "it is not written over, and counts as there already",
    trouble: "named-row",
    at: {
      step: "copy-missing-rows",
      is: "started",
      happen: ({ db }) => db.query("INSERT INTO shop.orders VALUES (201, 'theirs')"),
    },
    ends: { as: "failed", left: "steps-stay", says: /1 there already.*0 missing, 1 differing/ },
    calls: [],
    check: async ({ db }) => {
      const [rows] = await db.query("SELECT note FROM shop.orders WHERE id = 201");
      assert.deepEqual(rows, [{ note: "theirs" }]);
    },
  },
  {
    id: "rows-gone-upstream",
    happens: "the missing row is deleted upstream before the INSERT",
    holds: "a row that is not above is not copied",
    trouble: "named-row",
    at: { step: "copy-missing-rows", is: "started", happen: ({ write }) => write("DELETE FROM shop.orders WHERE id = 201") },
    ends: { as: "succeeded", says: /is done.*1 gone upstream/ },
    ...{ calls: [], rows: [1, 2, 200, 202] },
  },
];

const UNDO_FAULTS: readonly FaultCase[] = [
  {
    id: "undo-commit-reply-lost",
    happens: "a copied row is taken back and COMMIT's reply is lost",
    holds: "a person is called; Go on finds the row gone and says that, and deletes nothing else",
    ...{ trouble: "copied-row", fault: onRows("COMMIT", { kind: "after" }) },
    ends: { as: "needs-person", says: /Connection lost/ },
    afterwards: { answer: "go-on", ends: { as: "succeeded", says: /0 deleted, 1 not there any more, 0 changed/ } },
    ...{ calls: [], rows: [1, 2, 200, 202] },
  },
  {
    id: "undo-row-changed-since",
    happens: "an application has changed a copied row when it is to be taken back",
    holds: "a row that is not as the run inserted it is left, and told",
    ...{ trouble: "copied-row", fault: ({ db }) => db.query("UPDATE shop.orders SET note = 'theirs' WHERE id = 201") },
    ends: { as: "succeeded", says: /0 deleted, 0 not there any more, 1 changed/ },
    calls: [],
  },
  {
    id: "undo-deadlock",
    happens: "the DELETE of a copied row is answered with a deadlock (1213)",
    holds: "nothing was deleted, the run ends and says why",
    ...{ trouble: "copied-row", fault: onRows("DELETE FROM `shop`", error(1213, "Deadlock found")) },
    ends: { as: "failed", says: /Deadlock found/ },
    calls: [],
  },
];

const UPSTREAM_FAULTS: readonly FaultCase[] = [
  {
    id: "upstream-away-before-stop",
    happens: "the upstream cannot be asked between vote and stop",
    holds: "what cannot be read is not taken for unchanged: the run ends, nothing was changed",
    ...{ trouble: "lost-row", fault: ({ upstreamWay }) => upstreamWay.setDown(true) },
    ends: { as: "failed", left: "task-untouched", says: /Nothing was changed/ },
    ...{ calls: [], rows: [1, 2, 200, 202] },
  },
  {
    id: "upstream-purged-before-stop",
    happens: "the binlog file is purged between vote and stop",
    holds: "the run ends, nothing was changed",
    ...{ trouble: "lost-row", fault: ({ upstream }) => upstream.purgeBefore(3) },
    ends: { as: "failed", left: "task-untouched", says: /Nothing was changed/ },
    ...{ calls: [], rows: [1, 2, 200, 202] },
  },
  {
    id: "upstream-away-at-comparison",
    happens: "the upstream cannot be read when the rows are to be compared",
    holds: "it runs again, and is called not proved",
    trouble: "lost-row",
    at: { step: "verify-recovered", is: "done", happen: ({ upstreamWay }) => upstreamWay.setDown(true) },
    ends: { as: "succeeded", says: /moving again, not proved.*rows were not compared/ },
    calls: SWITCH,
  },
  {
    id: "downstream-cut-in-comparison",
    happens: "the downstream's connection is cut in the middle of a comparison",
    holds: "it is asked again; the rows are proved to be the same",
    trouble: "lost-row",
    at: {
      step: "compare-rows",
      is: "started",
      happen: ({ probeWay }) => probeWay.cut("FROM `shop`.`orders`", { kind: "half" }),
    },
    ends: { as: "succeeded", says: /the same on both sides, 5 rows, 1 table/ },
    calls: SWITCH,
  },
];

export const DATABASES_FAULTS: readonly FaultCase[] = [...META_FAULTS, ...ROW_FAULTS, ...UNDO_FAULTS, ...UPSTREAM_FAULTS];
