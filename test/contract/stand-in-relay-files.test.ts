import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setImmediate as immediate } from "node:timers/promises";
import { readRelayMeta } from "../../src/domain/relay/relay-meta.ts";
import { type Lab, type LabOptions, startLab } from "../support/dm-lab.ts";

describe("the relay files of the stand-in DM's workers", () => {
  let folder: string;
  let lab: Lab;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stand-in-relay-"));
  });
  afterEach(async () => {
    await lab.end();
    rmSync(folder, { recursive: true, force: true });
  });
  const open = async (options: LabOptions = {}): Promise<void> => {
    lab = await startLab({ relay: true, relayFolder: folder, freeWorkers: 0, ...options });
    await lab.start({ isSafe: true });
    await lab.pass(2);
  };
  const path = (name: string): string => join(folder, "worker1", "0-101.000001", name);
  const meta = () => {
    const read = readRelayMeta(readFileSync(path("relay.meta"), "utf8"));
    assert.ok(read.kind === "read");
    return read.meta;
  };
  const control = (word: string) => spawnSync(join(folder, "worker-ctl"), [word, "worker1"], { encoding: "utf8" });
  /** Asks as a service manager is asked, while the world goes on. */
  async function order(word: "stop" | "start"): Promise<number | null> {
    const child = spawn(join(folder, "worker-ctl"), [word, "worker1"], { stdio: "ignore" });
    const ended = once(child, "exit") as Promise<[number | null]>;
    let isDone = false;
    void ended.then(() => {
      isDone = true;
    });
    while (!isDone) {
      await lab.world.step();
      await immediate();
    }
    return (await ended)[0];
  }
  /** With its holes: what takes no room shall go on taking none. */
  const copyWholeFile = (): void => {
    const from = join(folder, "upstreams", "replica-1", "mysql-bin.000002");
    assert.equal(spawnSync("cp", ["--sparse=always", from, path("mysql-bin.000002")]).status, 0);
  };
  /** As the FAQ says it: the whole file into the folder, relay.meta to the next one. */
  async function repairByHand(): Promise<void> {
    assert.equal(await order("stop"), 0);
    copyWholeFile();
    writeFileSync(path("relay.meta"), 'binlog-name = "mysql-bin.000003"\nbinlog-pos = 4\nbinlog-gtid = ""\n');
    assert.equal(await order("start"), 0);
  }

  test("are as large as the upstream's, and relay.meta names the last whole transaction", async () => {
    await open();
    const { binlog } = lab.source().side;

    assert.equal(readFileSync(join(folder, "worker1", "server-uuid.index"), "utf8"), "0-101.000001\n");
    assert.deepEqual(meta(), {
      file: "mysql-bin.000002",
      position: binlog.end.position,
      gtid: binlog.gtidText(binlog.end.gtid),
    });
    assert.equal(statSync(path("mysql-bin.000002")).size, binlog.end.position);
  });

  test("of a huge file take no room, and are cut and pulled again with every round", async () => {
    await open();
    await lab.writeHuge();
    await lab.passUntil("relay failed", () => lab.source().relay?.stage === "Paused");
    const before = statSync(path("mysql-bin.000002"));
    await lab.pass(4);

    assert.equal(before.size, 4_295_182_816);
    assert.ok(before.blocks < 100);
    assert.ok(statSync(path("mysql-bin.000002")).size < before.size / 2);
    assert.ok(meta().position < 10_000);
  });

  test("worker-ctl tells, stops and starts a worker, and ends when that is so", async () => {
    await open();
    assert.deepEqual([control("status").stdout, control("status").status], ["active\n", 0]);
    assert.equal(await order("stop"), 0);
    assert.deepEqual([control("status").stdout, control("status").status], ["inactive\n", 3]);
    assert.equal(lab.world.workers.get("worker1")?.state, "offline");
    assert.equal(await order("start"), 0);
    assert.equal(lab.world.workers.get("worker1")?.state, "alive");
    assert.equal(spawnSync(join(folder, "worker-ctl"), ["stop", "worker9"]).status, 5);
    await lab.world.write("replica-1", ["INSERT INTO shop.orders VALUES (3, 'three')"]);
    await lab.pass(2);
    assert.deepEqual(await lab.ids(), [1, 2, 3]);
  });

  test("are not touched while the worker is stopped", async () => {
    await open();
    await order("stop");
    const before = readFileSync(path("relay.meta"), "utf8");
    await lab.world.write("replica-1", ["INSERT INTO shop.orders VALUES (3, 'three')"]);
    await lab.pass(5);
    assert.equal(readFileSync(path("relay.meta"), "utf8"), before);
  });

  test("repaired by hand, v8.1's relay goes on in the next file and the syncer loops without a word", async () => {
    await open();
    await lab.writeHuge();
    await lab.passUntil("relay failed", () => lab.source().relay?.stage === "Paused");
    await repairByHand();
    await lab.pass(150);

    assert.deepEqual([lab.source().relay?.stage, meta().file], ["Running", "mysql-bin.000003"]);
    assert.deepEqual([lab.subtask()?.stage, lab.subtask()?.errors, await lab.ids()], ["Running", [], [1, 2, 200]]);
    assert.ok(lab.subtask()!.sync!.resets > 2);
  });

  test("repaired by hand, v1.0's sync unit goes on when its rows are rewound too", async () => {
    await open({ version: "v1.0.7" });
    await lab.writeHuge();
    await lab.passUntil("the sync unit failed", () => lab.subtask()?.stage === "Paused");
    await repairByHand();
    await lab.pass(3);
    assert.deepEqual([lab.source().relay?.stage, lab.subtask()?.errors.map(({ code }) => code)], ["Running", [11038]]);

    await lab.stopTask();
    await lab.setRows("binlog_name = 'mysql-bin|000001.000002', binlog_pos = 4");
    await lab.start({ isSafe: true });
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));
    assert.deepEqual(await lab.ids(), [1, 2, 200, 202]);
  });

  test("a relay.meta that still names the huge file makes the worker cut it, copied or not", async () => {
    await open({ relayBytesPerSecond: 300_000_000 });
    await lab.writeHuge();
    await lab.passUntil("relay failed", () => lab.source().relay?.stage === "Paused");
    await order("stop");
    copyWholeFile();
    await order("start");
    await lab.pass(1);
    assert.ok(statSync(path("mysql-bin.000002")).size < 1e9);
    await lab.passUntil("relay failed again", () => lab.source().relay?.stage === "Paused");
  });

  test("a relay.meta behind what the tasks need makes the worker purge the folder and begin there", async () => {
    await open();
    await lab.source().side.rotate();
    await lab.world.write("replica-1", ["INSERT INTO shop.orders VALUES (3, 'three')"]);
    await lab.pass(3);
    await order("stop");
    writeFileSync(path("relay.meta"), 'binlog-name = "mysql-bin.000001"\nbinlog-pos = 4\nbinlog-gtid = ""\n');
    await order("start");
    await lab.pass(2);

    assert.equal(meta().file, "mysql-bin.000003");
    assert.deepEqual([existsSync(path("mysql-bin.000002")), existsSync(path("mysql-bin.000003"))], [false, true]);
  });
});
