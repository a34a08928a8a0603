import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, describe, test } from "node:test";
import type { Run } from "../../../src/domain/run/run.ts";
import { OPERATOR } from "../../support/engine.ts";
import { proofOf, type RowsBench, startRowsBench, took } from "../../support/rows-bench.ts";
import { skipWithout } from "../../support/services.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { makeWorkerDisk, type WorkerDisk } from "../../support/worker-disk.ts";

const FILE = "mysql-bin.000002";
const WHOLE = 4_823_459_817;

/** The steps up to a relay that pulls behind the file. */
const RELAY_PROVED = [
  "check-before-stop done",
  "fetch-relay-file done",
  "stop-worker done",
  "put-relay-file done",
  "rewrite-relay-meta done",
  "start-worker done",
  "verify-relay done",
];

describe("replace-relay-file over a real sshd", { skip: skipWithout("sshd"), timeout: 170_000 }, () => {
  let sshd: Sshd;
  let disk: WorkerDisk;
  let bench: RowsBench;
  before(async () => {
    sshd = await startSshd();
  });
  after(() => sshd?.stop());
  afterEach(async () => {
    sshd.limitFileSize(null);
    await bench.end();
    disk.end();
  });
  /** The relay of v8.1 turns on a file over 4 GiB, and goes on writing to its own copy of it. */
  async function start(run: readonly string[]): Promise<void> {
    disk = makeWorkerDisk(run);
    bench = await startRowsBench(disk.bench({ speed: 400, pollMs: 20, policy: { passFileSeconds: 4 } }));
    await bench.writeHuge();
    await bench.until("what lies within 4 GiB arrives", async () => (await bench.ids()).includes(200));
    await bench.poll();
  }
  const replace = async (): Promise<Run> => bench.finish(await bench.approvedRun("replace-relay-file"));
  const meta = (): string => readFileSync(disk.path("relay.meta"), "utf8");

  test("puts the upstream's own file in place and the relay past it; the rows are proved by the repair that reads them", async () => {
    await start(sshd.runShared);
    const commands = sshd.commands().length;

    const run = await replace();

    assert.deepEqual(took(run), [...RELAY_PROVED, "watch-past-file failed", "verify-recovered todo", "compare-rows todo"]);
    // As measured on v8.1: the relay is past the file, the sync unit turns in it.
    assert.ok(run.state.kind === "failed" && run.state.left === "steps-stay", JSON.stringify(run.state));
    assert.match(proofOf(run, "verify-relay"), /^Running at 3, /);
    assert.equal(disk.size(disk.path(FILE)), WHOLE);
    assert.notEqual(disk.size(disk.inWork(run.id, `${FILE}.before`)), null, "the relay's own file is kept");
    assert.match(meta(), /binlog-name = "mysql-bin\.000003"/);
    assert.deepEqual(bench.writes(), [], "no call to DM");
    assert.ok(sshd.commands().length > commands + 10, "everything went through sshd");

    const switched = await bench.finish(await bench.approvedRun("switch-to-gtid"));

    assert.equal(switched.state.kind, "succeeded", JSON.stringify(switched.state));
    assert.match(proofOf(switched, "compare-rows"), /the same on both sides, 5 rows, 1 table/);
    assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
  });

  test("runs nothing on a host with another key than the known one, and says so", async () => {
    await start(sshd.runWithWrongHostKey);
    const commands = sshd.commands().length;

    const run = await replace();

    assert.ok(run.state.kind === "failed" && run.state.left === "task-untouched", JSON.stringify(run.state));
    assert.match(run.state.why, /[Hh]ost key verification failed/);
    assert.equal(sshd.commands().length, commands);
    assert.equal(bench.world.workers.get("worker1")?.state, "alive");
    assert.deepEqual(await bench.store.runs.locks(), []);
  });

  test("ends before the worker is stopped when the disk takes no more, and leaves nothing behind", async () => {
    await start(sshd.runShared);
    sshd.limitFileSize(100_000);

    const run = await replace();

    assert.ok(run.state.kind === "failed" && run.state.left === "task-untouched", JSON.stringify(run.state));
    assert.match(run.state.why, /file (?:too large|size limit)/i);
    assert.equal(disk.size(disk.inWork(run.id, `${FILE}.part`)), null);
    assert.equal(bench.world.workers.get("worker1")?.state, "alive");
  });

  test("a connection that is lost behind each effect is asked about, and nothing is done twice", async () => {
    await start(sshd.runShared);
    // A login of its own is lost with the first; the next command makes another.
    for (const words of ["worker-ctl stop", ".checked /", "relay.meta.part /", "worker-ctl start"])
      sshd.fault("drop-after", words);
    const begun = sshd.commands().length;

    const id = await bench.approvedRun("replace-relay-file");
    let run = await bench.finish(id);
    for (let answer = 1; run.state.kind === "needs-person" && answer < 5; answer++) {
      await bench.executor.byPerson(id, OPERATOR, "go-on");
      run = await bench.finish(id);
    }

    assert.deepEqual(took(run).slice(0, 7), RELAY_PROVED);
    const sent = sshd.commands().slice(begun);
    for (const order of ["worker-ctl stop", "worker-ctl start"])
      assert.equal(sent.filter((command) => command.includes(order)).length, 1, order);
    assert.equal(disk.size(disk.path(FILE)), WHOLE);
  });
});
