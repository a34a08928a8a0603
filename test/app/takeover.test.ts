import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { openMysqlStore } from "../../src/adapters/store/mysql-store.ts";
import { NO_OPTIONS } from "../../src/domain/plan/plan.ts";
import { type Copy, startCopy } from "../support/frozen-process.ts";
import { createLife } from "../support/life.ts";
import { type MariaDb, startMariaDb } from "../support/mariadb.ts";
import { type MortalHost, makeMortalHost } from "../support/mortal-host.ts";
import { type MortalWire, startMortalWire } from "../support/mortal-wire.ts";
import { proofOf, type RowsBench, type RowsBenchOptions, startRowsBench } from "../support/rows-bench.ts";
import { skipWithout } from "../support/services.ts";

const ABOUT = { options: { ...NO_OPTIONS, file: "mysql-bin.000002" } };
const LEASE_SECONDS = 6;

describe("two copies over one MariaDB: the first stands still, the lease ends, the second goes on", {
  skip: skipWithout("mariadb"),
  timeout: 170_000,
}, () => {
  let server: MariaDb;
  let databases = 0;
  let bench: RowsBench;
  let wire: MortalWire;
  let first: Copy;
  let second: Copy;
  let closeSecond: () => Promise<void>;
  let host: MortalHost | null = null;
  before(async () => {
    server = await startMariaDb();
  });
  after(() => server.stop());

  async function start({ connection: own = (whole) => whole, policy, ...options }: RowsBenchOptions = {}): Promise<void> {
    const connection = { ...(await server.freshDatabase(`medic${++databases}`)), hashing: sha256 };
    const [one, other] = [await openMysqlStore(connection), await openMysqlStore(connection)];
    wire = await startMortalWire();
    bench = await startRowsBench({
      ...{ speed: 400, pollMs: 8, store: one, policy: { leaseSeconds: LEASE_SECONDS, ...policy } },
      ...options,
      connection(plain) {
        wire.leadsTo(plain.downstream!.port);
        const whole = own(plain);
        const { metaWriter, rowWriter } = whole;
        return { ...whole, metaWriter: { ...metaWriter!, port: wire.port }, rowWriter: { ...rowWriter!, port: wire.port } };
      },
    });
    await one.leases.giveUp("active", "bench");
    first = startCopy(one, "first", LEASE_SECONDS);
    second = startCopy(other, "second", LEASE_SECONDS);
    await first.lease.start();
    await second.lease.start();
    closeSecond = () => other.close();
    assert.ok(first.lease.held() && !second.lease.held());
  }
  afterEach(async () => {
    await first.stop();
    await second.stop();
    await closeSecond();
    await bench.end();
    await wire.stop();
    host?.end();
    host = null;
  });
  const carry = (copy: Copy) => bench.executorOver(copy.store, copy.lease).goOn(bench.signal);
  const runOf = async (id: string) => (await bench.store.runs.get(id))!;
  async function switching(): Promise<string> {
    await start();
    await bench.writeHuge();
    await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
    return bench.approvedRun("switch-to-gtid", ABOUT);
  }
  /** The second one goes on to the run's end. */
  async function takesOver(id: string): Promise<void> {
    await bench.until("the second one holds the lease", () => second.lease.held() !== null);
    await carry(second);
    assert.equal((await runOf(id)).state.kind, "succeeded", JSON.stringify((await runOf(id)).state));
  }
  const SWITCHED = ["PUT tasks 7", "PUT sources 3", "PUT sources 1", "POST tasks", "PUT tasks 7", "POST tasks"];

  for (const step of ["stop-task", "start-source", "start-task"])
    test(`before it calls DM (${step}): it wakes, and calls nobody`, async () => {
      const id = await switching();
      const { isFrozen } = first.freezeAfter(new RegExp(`^\\d+ ${step} started$`));
      const carried = carry(first);
      await isFrozen;
      const before = bench.writes();

      await takesOver(id);
      const ended = await runOf(id);
      first.wake();
      await carried;

      assert.deepEqual(bench.writes().slice(0, before.length), before);
      assert.deepEqual(bench.writes(), SWITCHED);
      assert.deepEqual(await runOf(id), ended);
      assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
      assert.deepEqual(await bench.store.runs.locks(), []);
    });

  test("before its transaction on checkpoint rows: the fence's row refuses it, even while it believes in its lease", async () => {
    const id = await switching();
    const frozen = wire.holdNext("BEGIN PESSIMISTIC");
    const carried = carry(first);
    await frozen.isHeld;
    first.freeze();
    await takesOver(id);
    const said = wire.said.length;

    // Its statements go on, and nothing has told it yet that its lease is over.
    frozen.letGo();
    await bench.until("it has given up", () => wire.said.slice(said).includes("ROLLBACK"));
    first.wake();
    await carried;

    const late = wire.said.slice(said);
    assert.ok(
      late.some((sql) => sql.startsWith("SELECT fence FROM")),
      late.join("\n"),
    );
    assert.deepEqual(
      late.filter((sql) => /^UPDATE|COMMIT/.test(sql)),
      [],
    );
    assert.deepEqual(bench.writes(), SWITCHED);
    assert.equal((await runOf(id)).state.kind, "succeeded");
  });

  test("before it renames a relay's file on a worker's host: it wakes, and runs no command there", async () => {
    host = makeMortalHost();
    const there = host;
    const nobodyDies = createLife(() => false);
    const carryThere = (copy: Copy) =>
      bench.executorOver(copy.store, copy.lease, there.reachedBy(bench.facts, nobodyDies)).goOn(bench.signal);
    await start(host.bench({ policy: { passFileSeconds: 12 } }));
    await bench.writeHuge();
    await bench.until("the relay has failed", () => bench.source().relay?.stage === "Paused");
    await bench.poll();
    const id = await bench.approvedRun("replace-relay-file", ABOUT);
    const { isFrozen } = first.freezeAfter(/^\d+ put-relay-file started$/);
    const carried = carryThere(first);
    await isFrozen;
    await bench.until("the second one holds the lease", () => second.lease.held() !== null);
    await carryThere(second);
    const [ended, ran] = [await runOf(id), host.ran()];

    first.wake();
    await carried;

    assert.ok(ended.state.kind === "failed" && /not past mysql-bin\.000002/.test(ended.state.why), JSON.stringify(ended.state));
    assert.deepEqual(await runOf(id), ended);
    assert.equal(host.ran(), ran);
    const orders = host.changes().filter((words) => words.startsWith("worker-ctl"));
    assert.deepEqual(orders, ["worker-ctl stop worker1", "worker-ctl start worker1"]);
  });

  test("between two batches of rows: the fence's row refuses the second one, and the list of rows stays the next owner's", async () => {
    await start();
    const ids = Array.from({ length: 60 }, (_, index) => 300 + index);
    await bench.write(`INSERT INTO shop.orders VALUES ${ids.map((row) => `(${row}, 'lost')`).join(", ")}`);
    await bench.until("the rows arrive", async () => (await bench.ids()).length === 62);
    await bench.db.query("DELETE FROM shop.orders WHERE id >= 300");
    const compared = await bench.approvedRun("compare-rows");
    await carry(first);
    await bench.until("the rows are compared", async () => (await runOf(compared)).state.kind === "succeeded");
    const id = await bench.approvedRun("copy-missing-rows");
    const frozen = wire.holdNext("START TRANSACTION", 2);
    const carried = carry(first);
    await frozen.isHeld;
    first.freeze();
    assert.equal((await bench.ids()).length, 52);

    await takesOver(id);
    const [list, said] = [await bench.store.records.list("row-copy"), wire.said.length];
    frozen.letGo();
    await bench.until("it has given up", () => wire.said.slice(said).includes("ROLLBACK"));
    first.wake();
    await carried;

    assert.equal(proofOf(await runOf(id), "copy-missing-rows"), "60 inserted and proven");
    assert.deepEqual(await bench.ids(), [1, 2, ...ids]);
    assert.deepEqual(await bench.store.records.list("row-copy"), list);
    assert.deepEqual(
      wire.said.slice(said).filter((sql) => /^INSERT INTO|COMMIT/.test(sql)),
      [],
    );
  });
});
