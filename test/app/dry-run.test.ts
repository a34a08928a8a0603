import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import type { RowDataPacket } from "mysql2/promise";
import { findTask } from "../../src/app/commands/find-task.ts";
import { drawDocument } from "../../src/cli/draw/terminal.ts";
import { NO_OPTIONS } from "../../src/domain/plan/plan.ts";
import type { Document } from "../../src/domain/wording/document.ts";
import { planDetails, planMessage } from "../../src/domain/wording/plan-message.ts";
import { ADMIN, APPROVER, OPERATOR } from "../support/engine.ts";
import { META_BEFORE, makeRelayHost, type RelayHost } from "../support/relay-host.ts";
import { type RowsBench, type RowsBenchOptions, startRowsBench } from "../support/rows-bench.ts";

let bench: RowsBench;
let host: RelayHost | null = null;
const start = async (options?: RowsBenchOptions): Promise<void> => {
  bench = await startRowsBench(options);
  await bench.poll();
};
afterEach(async () => {
  await bench.end();
  host?.end();
  host = null;
});

const typed = (text: string): Promise<Document> => bench.commands.handle({ text, person: OPERATOR, channel: "C1" }, bench.signal);
const shown = (document: Document): string => drawDocument(document, { colour: false });

/** Everything that a dry run could have left somewhere: tables of the downstream, plans and runs, locks, records, what is to be said. */
async function traces(): Promise<unknown> {
  const { db, store } = bench;
  const [tables] = await db.query<RowDataPacket[]>(
    "SELECT table_schema AS s, table_name AS t FROM information_schema.tables WHERE table_schema IN ('dm_meta', 'shop') ORDER BY 1, 2",
  );
  const counts: string[] = [];
  for (const { s, t } of tables) {
    const [[row]] = await db.query<RowDataPacket[]>(`SELECT COUNT(*) AS n FROM \`${s}\`.\`${t}\``);
    counts.push(`${s}.${t} ${row?.n}`);
  }
  return {
    counts,
    writes: bench.writes(),
    plans: await store.plans.open(),
    runs: await store.runs.recent(10),
    locks: await store.runs.locks(),
    comparisons: await store.records.list("comparison"),
    nextPlan: await store.audit.about({}, 100).then((events) => events.filter(({ kind }) => /^plan|^run/.test(kind)).length),
  };
}

/** Asks for a dry run, and shows that nothing at all was left by it. */
async function dryRun(words: string): Promise<string> {
  const before = await traces();
  const text = shown(await typed(`plan orders ${words} --dry-run`));
  assert.deepEqual(await traces(), before);
  return text;
}

describe("a dry run shows every call and statement with its values, and touches nothing", { timeout: 90_000 }, () => {
  test("of the ordinary plans and a comparison", async () => {
    await start();
    for (const [words, call] of [
      ["resume", /Nothing of orders fails/],
      ["pause", /PUT \/apis\/v1alpha1\/tasks\/orders \{"op":2,"sources":\["replica-1"\]\}/],
      ["stop", /PUT \/apis\/v1alpha1\/tasks\/orders \{"op":7,"sources":\["replica-1"\]\}/],
      ["stop-start", /POST \/apis\/v1alpha1\/tasks/],
      ["compare shop.orders", /Nothing is changed/],
      ["undo R-1", /no run R-1/],
      ["copy", /Compare first/],
    ] as const)
      assert.match(await dryRun(words), call, words);
  });

  test("of both ways past a file over 4 GiB; the rewind says first that it lost rows", async () => {
    await start();
    await bench.writeHuge();
    await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));

    const rewind = await dryRun("rewind mysql-bin.000002");
    assert.match(rewind.split("\n").slice(1, 4).join(" "), /lost a row on both DMs that it was tried on \(v1\.0\.7, v8\.1\.0\)/);
    assert.match(rewind, /UPDATE `dm_meta`\.`orders_syncer_checkpoint` SET binlog_name = 'mysql-bin\.000002', binlog_pos = 4/);
    const gtid = await dryRun("gtid mysql-bin.000002");
    assert.match(gtid, /"op":3,"sourceID":\["replica-1"\]/);
    assert.match(gtid, /enable-gtid: true/);
    for (const text of [rewind, gtid]) assert.doesNotMatch(text, /task-secret|source-secret|probe-secret|meta-secret/);
  });

  test("of the relay's repairs, with the commands of the worker's host", async () => {
    host = makeRelayHost();
    const options = host.options([]);
    await start({
      relay: true,
      connection: (whole) => ({
        ...whole,
        workerHosts: [{ ...options, worker: "worker1", status: options.status!, sha256: options.sha256 ?? null } as never],
      }),
    });
    assert.match(await dryRun("reset-relay"), /relay\/disable|"op":3/);
    await bench.writeHuge();
    await bench.poll();

    const text = await dryRun("relay-file mysql-bin.000002");

    for (const command of [
      `${host.folder}/worker-ctl stop`,
      `${host.folder}/worker-ctl start`,
      `cp ${host.upstream}/mysql-bin.000002 ${host.relay}/dm-medic-R-N/`,
    ])
      assert.ok(text.includes(command), command);
    assert.match(text, /mv -f \S+\/dm-medic-R-N\/\S+ \S+\/0-101\.000001\/mysql-bin\.000002\n/);
    assert.ok(host.isRunning());
    assert.deepEqual(host.bytes("relay.meta")?.toString(), META_BEFORE);
  });

  test("of a statement, in full", async () => {
    await start();
    await bench.world.writeRefusedDdl("replica-1");
    await bench.until("DM stops at it", () => bench.subtask()?.stage === "Paused");

    assert.match(await dryRun("skip"), /alter table shop\.orders drop primary key/);
    const instead = "ALTER TABLE `shop`.`orders` ADD COLUMN c VARCHAR(9) DEFAULT 'a  b'";
    assert.ok((await dryRun(`replace "${instead}"`)).includes(instead), "the blanks in it are kept");
  });
});

test("without an account that writes checkpoints the plan is shown with its statements, and nobody can let it run", {
  timeout: 60_000,
}, async () => {
  await start({ connection: (whole) => ({ ...whole, metaWriter: null }) });
  await bench.writeHuge();
  await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));

  const plan = await bench.plan("rewind-sync-checkpoint", { options: { ...NO_OPTIONS, file: "mysql-bin.000002" } });

  assert.match(shown(planMessage(plan, "en")), /No account that may write the meta schema is configured/);
  assert.doesNotMatch(JSON.stringify(planMessage(plan, "en").buttons), /"approve"|"break-glass"/);
  assert.match(shown(planDetails(plan, "dm:8261", "en")), /UPDATE `dm_meta`\.`orders_syncer_checkpoint` SET/);
  for (const [person, verdict] of [
    [APPROVER, "approve"],
    [ADMIN, "break-glass"],
  ] as const) {
    const vote = { plan: plan.id, digest: plan.digest, person, verdict, reason: "it is needed", at: Date.now() };
    const decided = await bench.decide.decide(vote);
    assert.equal(decided.kind === "refused" && decided.why.key, "gate-no-writer");
  }
  assert.deepEqual(bench.writes(), []);
});

test("a name that several clusters share is asked back with everything that was typed behind it", async () => {
  await start();
  const { findings } = bench.watch.latest("shop");
  const views = ["shop", "other"].map((cluster) => ({ cluster, findings, at: 1, problem: null, version: null }));

  const found = findTask(views, "orders", { word: "plan", rest: " gtid --dry-run" }, "en");

  assert.ok(found.kind === "answer");
  assert.deepEqual(
    found.document.buttons.map(({ value }) => value),
    ["plan|shop/orders gtid --dry-run", "plan|other/orders gtid --dry-run"],
  );
});
