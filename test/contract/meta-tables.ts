import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { createConnection } from "mysql2/promise";
import { createDownstreamProbe } from "../../src/adapters/databases/downstream-probe.ts";
import { createMetaWriter } from "../../src/adapters/databases/meta-writer.ts";
import type { DatabaseLogin, MetaDecision } from "../../src/app/ports/databases.ts";
import type { CheckpointRow } from "../../src/domain/binlog/checkpoint-row.ts";
import { rewriteRows, sameRows } from "../../src/domain/binlog/rewrite-checkpoint.ts";

export interface MetaStage {
  /** May read and write `dm_meta`. */
  readonly writer: DatabaseLogin;
  /** May only read it. */
  readonly reader: DatabaseLogin;
  /** `dm_meta` with the task `orders` alone, its rows as `ROWS` says; nothing else in it. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** As the lab found them (over-4gib-lab), and another source's. */
export const ROWS = [
  { id: "r1", schema: "", table: "", file: "mysql-bin|000001.000004", position: 894, gtid: "0-101-17", isGlobal: true },
  { id: "r1", schema: "shop", table: "", file: "mysql-bin.000004", position: 4, gtid: "0-101-14", isGlobal: false },
  {
    ...{ id: "r1", schema: "shop", table: "orders", file: "mysql-bin|000001.000004" },
    ...{ position: 3_400_144_046, gtid: "0-101-18", isGlobal: false },
  },
  { id: "r2", schema: "", table: "", file: "mysql-bin.000009", position: 4_000, gtid: "0-202-1", isGlobal: true },
] as const;

const signal = new AbortController().signal;
const place = { metaSchema: "dm_meta", task: "orders", source: "r1" };
const backupTable = "orders_syncer_checkpoint_bak_r7";

function align(rows: readonly CheckpointRow[]): MetaDecision {
  const wanted = rewriteRows(rows, { form: "align" });
  if (wanted.kind === "refused") return { kind: "refused", why: wanted.why.key };
  return sameRows(rows, wanted.rows) ? { kind: "already" } : { kind: "write", changes: wanted.changes };
}

/** What the bot expects of DM's meta tables, of a database or of one that stands in for it. */
export function metaTables(start: () => Promise<MetaStage>): void {
  let stage: MetaStage;
  before(async () => {
    stage = await start();
  });
  after(() => stage.stop());
  beforeEach(() => stage.reset());

  const timeoutMs = 1_000;
  const rowsOf = async (source: string): Promise<readonly CheckpointRow[]> => {
    const probe = createDownstreamProbe({ login: stage.reader, timeoutMs });
    const answer = await probe.checkpointRows({ ...place, source }, signal);
    assert.equal(answer.kind, "known", JSON.stringify(answer));
    return answer.kind === "known" ? answer.value : [];
  };
  const change = (value: number, decide = align) =>
    createMetaWriter({ login: stage.writer, timeoutMs }).change(
      { place, backupTable, fence: { name: "shop", value }, decide },
      signal,
    );
  const prepare = (login: DatabaseLogin) => createMetaWriter({ login, timeoutMs }).prepare({ place, backupTable }, signal);

  test("the rows of one source are read, the global one first; a task that has none has none", async () => {
    assert.deepEqual(
      (await rowsOf("r1")).map(({ schema, table, file, position, gtid }) => [schema, table, file, position, gtid]),
      ROWS.filter(({ id }) => id === "r1").map(({ schema, table, file, position, gtid }) => [
        schema,
        table,
        file,
        position,
        gtid,
      ]),
    );
    const probe = createDownstreamProbe({ login: stage.reader, timeoutMs });
    assert.deepEqual(await probe.checkpointRows({ ...place, task: "none" }, signal), { kind: "known", value: [] });
    assert.deepEqual(await probe.unfinishedDdl({ ...place, task: "none" }, signal), {
      ...{ kind: "known", value: { onlineDdls: 0, shardGroups: 0 } },
    });
  });

  test("a change keeps the images, leaves the other source alone, and is there already when asked again", async () => {
    const before = await rowsOf("r1");
    assert.deepEqual(await prepare(stage.writer), { kind: "ready" });
    assert.deepEqual(await prepare(stage.writer), { kind: "ready" });

    const outcome = await change(5);

    assert.equal(outcome.kind, "written", JSON.stringify(outcome));
    if (outcome.kind !== "written") return;
    assert.ok(sameRows(outcome.before, before));
    assert.ok(sameRows(await rowsOf("r1"), outcome.after));
    assert.ok(outcome.after.every(({ position, gtid }) => position === 894 && gtid === "0-101-17"));
    assert.equal((await rowsOf("r2"))[0]?.position, 4_000);
    assert.equal((await change(5)).kind, "already");
  });

  test("an older fence is refused, and so is what must not be written; nothing is changed", async () => {
    const before = await rowsOf("r1");
    await prepare(stage.writer);
    assert.equal((await change(6, () => ({ kind: "refused", why: "no" }))).kind, "refused");
    assert.equal((await change(6, () => ({ kind: "already" }))).kind, "already");

    assert.deepEqual(await change(5), { kind: "fenced-off", by: 6 });
    assert.ok(sameRows(await rowsOf("r1"), before));
  });

  test("rows that somebody else has locked are not written, and not waited for for ever", async () => {
    await prepare(stage.writer);
    const { host, port, user, password } = stage.writer;
    const other = await createConnection({ host, port, user, password });
    try {
      await other.query("START TRANSACTION");
      await other.query("SELECT * FROM dm_meta.orders_syncer_checkpoint WHERE id = 'r1' FOR UPDATE");

      const outcome = await change(5);

      assert.equal(outcome.kind, "failed", JSON.stringify(outcome));
    } finally {
      other.destroy();
    }
    assert.equal((await rowsOf("r1")).at(-1)?.position, 3_400_144_046);
  });

  test("who may only read learns it before anything depends on it", async () => {
    const answer = await prepare(stage.reader);

    assert.equal(answer.kind, "refused", JSON.stringify(answer));
    if (answer.kind === "refused") assert.match(answer.lacks ?? "", /CREATE/);
  });
}
