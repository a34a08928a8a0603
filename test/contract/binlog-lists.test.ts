import assert from "node:assert/strict";
import { truncateSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { createUpstreamProbe } from "../../src/adapters/databases/upstream-probe.ts";
import type { DatabaseLogin } from "../../src/app/ports/databases.ts";
import { containsSet, parseGtidSet } from "../../src/domain/binlog/gtid-set.ts";
import type { Known } from "../../src/domain/observation/known.ts";
import { isOver4gib } from "../../src/domain/signals/big-files.ts";
import { startUpstream } from "../../src/stand-ins/databases/upstream.ts";
import { startMariaDb } from "../support/mariadb.ts";
import { skipWithout } from "../support/services.ts";

interface Stage {
  readonly login: DatabaseLogin;
  purgeBefore(file: number): Promise<void>;
  stop(): Promise<void>;
}

/** What the bot expects of an upstream's binlogs: five files, of which the third is over 4 GiB. */
function binlogLists(start: () => Promise<Stage>): void {
  const signal = new AbortController().signal;
  let stage: Stage;
  before(async () => {
    stage = await start();
  });
  after(() => stage.stop());
  const probe = () => createUpstreamProbe({ login: stage.login, timeoutMs: 3_000 });
  const told = async <T>(asked: Promise<Known<T>>): Promise<T> => {
    const answer = await asked;
    assert.equal(answer.kind, "known", JSON.stringify(answer));
    return (answer as { value: T }).value;
  };

  test("files are listed oldest first with their sizes; only the last one is being written", async () => {
    const files = await told(probe().binlogFiles(signal));

    assert.deepEqual(
      files.map(({ number }) => number),
      [1, 2, 3, 4, 5],
    );
    assert.deepEqual(
      files.filter(isOver4gib).map(({ name }) => name),
      ["mysql-bin.000003"],
    );
    assert.deepEqual(
      files.filter(({ isActive }) => isActive).map(({ number }) => number),
      [5],
    );
  });

  test("the sets before the files grow from the empty one", async () => {
    const sets = [];
    for (const number of [1, 2, 3, 4, 5])
      sets.push(parseGtidSet(await told(probe().previousGtids(`mysql-bin.00000${number}`, signal)))!);

    assert.equal(sets[0]?.text, "");
    for (const [index, set] of sets.entries()) if (index > 0) assert.ok(containsSet(set, sets[index - 1]!), set.text);
    assert.ok(!containsSet(sets[2]!, sets[4]!));
  });

  test("a file begins with its format", async () => {
    assert.equal(await told(probe().eventTypeAt("mysql-bin.000005", 4, signal)), "Format_desc");
  });

  test("a file that was purged is out of the list and not known any more, like one that never was", async () => {
    await stage.purgeBefore(3);

    assert.equal((await told(probe().binlogFiles(signal)))[0]?.number, 3);
    for (const file of ["mysql-bin.000002", "mysql-bin.000099"])
      assert.equal((await probe().previousGtids(file, signal)).kind, "not-known");
  });
}

describe("the binlogs of a real MariaDB", { skip: skipWithout("mariadb"), timeout: 120_000 }, () => {
  binlogLists(async () => {
    const database = await startMariaDb({ binlog: { serverId: 101 } });
    await database.asRoot("CREATE DATABASE shop");
    await database.asRoot("CREATE TABLE shop.orders (id INT PRIMARY KEY)");
    for (const id of [1, 2, 3]) {
      await database.asRoot(`INSERT INTO shop.orders VALUES (${id})`);
      await database.asRoot("FLUSH BINARY LOGS");
    }
    // The start makes the fifth.
    await database.restart(() => truncateSync(database.pathOf("mysql-bin.000003"), 4_600_195_888));
    const login = await database.user("probe", ["GRANT BINLOG MONITOR ON *.*"]);
    return {
      login,
      async purgeBefore(file) {
        await database.asRoot(`PURGE BINARY LOGS TO 'mysql-bin.00000${file}'`);
      },
      stop: () => database.stop(),
    };
  });
});

for (const flavor of ["mariadb", "mysql", "mysql-8.4"] as const)
  describe(`the binlogs of the stand-in upstream as ${flavor}`, { timeout: 60_000 }, () => {
    binlogLists(async () => {
      const upstream = await startUpstream({ flavor, users: { probe: "p" } });
      upstream.tell({ file: 5, position: 900, gtid: 80, hugeFiles: new Set([3]) });
      return {
        login: { host: "127.0.0.1", port: upstream.port, user: "probe", password: "p" },
        purgeBefore: async (file) => upstream.purgeBefore(file),
        stop: () => upstream.stop(),
      };
    });
  });
