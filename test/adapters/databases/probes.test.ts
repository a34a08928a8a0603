import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { truncateSync } from "node:fs";
import { createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { createDownstreamProbe } from "../../../src/adapters/databases/downstream-probe.ts";
import { createUpstreamProbe } from "../../../src/adapters/databases/upstream-probe.ts";
import type { DatabaseLogin } from "../../../src/app/ports/databases.ts";
import type { DumpStream } from "../../../src/domain/binlog/upstream-facts.ts";
import type { Known } from "../../../src/domain/observation/known.ts";
import { isOver4gib, measure } from "../../../src/domain/signals/big-files.ts";
import { type MariaDb, startMariaDb } from "../../support/mariadb.ts";
import { skipWithout } from "../../support/services.ts";

const signal = new AbortController().signal;
const OVER = 4_823_460_526;

describe("probes of a real MariaDB", { skip: skipWithout("mariadb"), timeout: 120_000 }, () => {
  let database: MariaDb;
  let prober: DatabaseLogin;
  const upstream = (login = prober, timeoutMs = 3_000) => createUpstreamProbe({ login, timeoutMs });
  const value = async <T>(asked: Promise<{ kind: "known"; value: T } | { kind: "not-known"; why: string }>): Promise<T> => {
    const answer = await asked;
    assert.equal(answer.kind, "known", JSON.stringify(answer));
    return (answer as { value: T }).value;
  };
  before(async () => {
    database = await startMariaDb({ binlog: { serverId: 101 } });
    prober = await database.user("probe", ["GRANT BINLOG MONITOR, REPLICATION SLAVE, PROCESS ON *.*", "GRANT SELECT ON shop.*"]);
    await database.asRoot("CREATE DATABASE shop");
    await database.asRoot("CREATE TABLE shop.orders (id INT PRIMARY KEY, note TEXT)");
    await database.asRoot("CREATE TABLE shop.log (line TEXT, n INT, UNIQUE KEY (n))");
    await database.asRoot("CREATE TABLE shop.items (id INT NOT NULL UNIQUE, o INT, FOREIGN KEY (o) REFERENCES shop.orders (id))");
    await database.asRoot("INSERT INTO shop.orders VALUES (1, 'a')");
    await database.asRoot("FLUSH BINARY LOGS");
    await database.asRoot("INSERT INTO shop.orders VALUES (2, 'b')");
    await database.asRoot("FLUSH BINARY LOGS");
    await database.asRoot("INSERT INTO shop.orders VALUES (3, 'c')");
  });
  after(() => database.stop());

  test("a closed binlog over 4 GiB is measured, and told from the one that is being written", async () => {
    await database.restart(() => truncateSync(database.pathOf("mysql-bin.000002"), OVER));

    const files = await upstream().binlogFiles(signal);
    const measured = measure(files, 2);

    assert.deepEqual(measured, { kind: "known", value: { kind: "size", sizeBytes: OVER, isActive: false } });
    assert.ok(isOver4gib({ sizeBytes: OVER }) && !isOver4gib({ sizeBytes: 4_294_967_296 }));
    const [last] = (await value(Promise.resolve(files))).slice(-1);
    assert.equal(last?.isActive, true);
  });

  test("the GTID set before each file, what begins at a position, and what is executed", async () => {
    const probe = upstream();

    assert.equal(await value(probe.previousGtids("mysql-bin.000001", signal)), "");
    const before = await value(probe.previousGtids("mysql-bin.000002", signal));
    assert.match(before, /^0-101-\d+$/);
    assert.match(await value(probe.serverName(signal)), /^\d+-\d+$/);
    const state = await value(probe.gtidState(signal));
    assert.equal(state.flavor, "mariadb");
    assert.match(state.version, /MariaDB/);
    assert.match(state.executed, /^0-101-\d+$/);
    assert.equal(await value(probe.eventTypeAt("mysql-bin.000001", 4, signal)), "Format_desc");
    assert.equal((await probe.eventTypeAt("mysql-bin.000001", 5, signal)).kind, "not-known");
  });

  test("a purged file is gone, and one that was never there is told apart", async () => {
    await database.asRoot("PURGE BINARY LOGS TO 'mysql-bin.000002'");
    const files = await upstream().binlogFiles(signal);

    assert.deepEqual(measure(files, 1), { kind: "known", value: { kind: "gone", oldest: "mysql-bin.000002" } });
    assert.deepEqual(measure(files, 99), { kind: "known", value: { kind: "not-there" } });
    assert.equal((await upstream().previousGtids("mysql-bin.000001", signal)).kind, "not-known");
  });

  test("tables without a key that tells rows apart, their columns, foreign keys, and tables that are not there", async () => {
    const tables = ["orders", "log", "items", "none"].map((table) => ({ schema: "shop", table }));
    const probe = upstream();

    const names = (found: readonly { table: string }[]) => found.map(({ table }) => table);
    assert.deepEqual(names(await value(probe.tablesWithoutKey(tables, signal))), ["log", "none"]);
    assert.deepEqual(names(await value(probe.tablesWithForeignKey(tables, signal))), ["items"]);
    const columns = await value(probe.columnsOf(tables, signal));
    assert.deepEqual(
      columns.map(({ table, columns: of }) => [table, of.join()]),
      [
        ["items", "id,o"],
        ["log", "line,n"],
        ["orders", "id,note"],
      ],
    );
  });

  test("where several servers wrote to one domain, the set before a file takes the newest, as a stream must", async () => {
    await database.asRoot("SET SESSION server_id = 102");
    await database.asRoot("INSERT INTO shop.orders VALUES (4, 'd')");
    await database.asRoot("SET SESSION gtid_domain_id = 7");
    await database.asRoot("INSERT INTO shop.orders VALUES (5, 'e')");
    await database.asRoot("SET SESSION gtid_domain_id = 0, SESSION server_id = 101");
    await database.asRoot("INSERT INTO shop.orders VALUES (6, 'f')");
    await database.asRoot("FLUSH BINARY LOGS");
    const files = await value(upstream().binlogFiles(signal));
    const { executed } = await value(upstream().gtidState(signal));

    const before = await value(upstream().previousGtids(files.at(-1)!.name, signal));

    assert.equal(before, executed);
    assert.match(before, /^0-101-\d+,7-102-1$/);
    // The server itself takes it for a place to begin at.
    await database.asRoot(`SET GLOBAL gtid_slave_pos = '${before}'`);
    await database.asRoot("SET GLOBAL gtid_slave_pos = ''");
  });

  test("a file whose name would break a statement is only a file that is not there", async () => {
    for (const name of ["x' LIMIT 1 -- ", "x\\", "`"]) {
      const answer = await upstream().previousGtids(name, signal);
      assert.match(answer.kind === "not-known" ? answer.why : "known", /target log/i, name);
    }
  });

  test("a stream that a replica holds open is seen; whether it reads by GTIDs MariaDB does not tell", async () => {
    const probe = upstream();
    assert.deepEqual(await value(probe.dumpStreams(signal)), []);
    const files = await value(probe.binlogFiles(signal));
    const replica = spawn(
      "mariadb-binlog",
      [
        ...["--no-defaults", "--read-from-remote-server", "--stop-never", "--stop-never-slave-server-id=55", "--raw"],
        ...["--host=127.0.0.1", `--port=${database.port}`, `--user=${prober.user}`, `--password=${prober.password}`],
        ...["--result-file=/dev/null", files.at(-1)!.name],
      ],
      { stdio: "ignore" },
    );

    let streams: readonly DumpStream[] = [];
    const until = performance.now() + 20_000;
    while (streams.length === 0 && replica.exitCode === null && performance.now() < until)
      streams = await value(probe.dumpStreams(signal));
    replica.kill("SIGKILL");

    assert.deepEqual(
      streams.map(({ user, reads }) => [user, reads]),
      [["probe", "not-told"]],
    );
  });

  test("a user without rights is told which right is missing, and never that there is nothing", async () => {
    const poor = upstream(await database.user("poor", []));
    const tables = [{ schema: "shop", table: "orders" }];
    const asked: readonly [what: string, answer: Promise<Known<unknown>>, lacks: RegExp][] = [
      ["files", poor.binlogFiles(signal), /BINLOG MONITOR/],
      ["the head of a file", poor.previousGtids("mysql-bin.000002", signal), /BINLOG MONITOR/],
      ["an event", poor.eventTypeAt("mysql-bin.000002", 4, signal), /BINLOG MONITOR/],
      ["streams", poor.dumpStreams(signal), /^PROCESS$/],
      ["keys", poor.tablesWithoutKey(tables, signal), /^SELECT/],
      ["columns", poor.columnsOf(tables, signal), /^SELECT/],
      ["foreign keys", poor.tablesWithForeignKey(tables, signal), /^SELECT/],
      [
        "a table",
        createDownstreamProbe({ login: { ...prober, user: "poor", password: "poor-secret" }, timeoutMs: 3_000 }).tableExists(
          tables[0]!,
          signal,
        ),
        /^SELECT ON `shop`\.`orders`$/,
      ],
      ["anything without a login", upstream({ ...prober, password: "wrong" }).binlogFiles(signal), /^a login that works$/],
    ];
    for (const [what, answer, lacks] of asked) {
      const said = await answer;
      assert.equal(said.kind, "not-known", `${what}: ${JSON.stringify(said)}`);
      if (said.kind === "not-known") assert.match(said.lacks ?? "", lacks, what);
    }
  });

  test("each right opens its own question", async () => {
    const monitor = upstream(await database.user("monitor", ["GRANT BINLOG MONITOR ON *.*"]));
    const process = upstream(await database.user("process", ["GRANT PROCESS ON *.*"]));

    assert.equal((await monitor.binlogFiles(signal)).kind, "known");
    assert.equal((await monitor.previousGtids("mysql-bin.000002", signal)).kind, "known");
    assert.equal((await process.dumpStreams(signal)).kind, "known");
    assert.equal((await process.binlogFiles(signal)).kind, "not-known");
  });

  test("grants are read, a login is tried, a table is looked for", async () => {
    const probe = createDownstreamProbe({ login: prober, timeoutMs: 3_000 });

    const grants = await value(probe.grantsOf(prober, signal));
    assert.ok(grants.some((grant) => /SELECT ON `shop`\.\*/.test(grant)));
    // MariaDB prints `IDENTIFIED BY PASSWORD '*…'` behind the first.
    assert.match(grants[0]!, /^GRANT PROCESS, .* ON \*\.\* TO `probe`@`%`$/);
    assert.deepEqual(await probe.tryLogin(prober, signal), { kind: "works" });
    assert.equal((await probe.tryLogin({ ...prober, password: "x" }, signal)).kind, "refused");
    const locked = await database.user("locked", []);
    await database.asRoot("ALTER USER locked ACCOUNT LOCK");
    assert.equal((await probe.tryLogin(locked, signal)).kind, "refused");
    assert.equal((await probe.tryLogin({ ...prober, port: 1 }, signal)).kind, "unreachable");
    assert.equal(await value(probe.tableExists({ schema: "shop", table: "orders" }, signal)), true);
    assert.equal(await value(probe.tableExists({ schema: "shop", table: "o'rders" }, signal)), false);
  });

  test("a server that hangs costs the time-out and no more, and a signal ends the wait at once", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const login = { ...prober, port: (silent.address() as { port: number }).port };

    const began = performance.now();
    const answer = await upstream(login, 300).binlogFiles(signal);
    assert.equal(answer.kind, "not-known");
    assert.ok(performance.now() - began < 5_000);

    database.freeze();
    const frozen = performance.now();
    const late = await upstream(prober, 300).gtidState(signal);
    assert.equal(late.kind, "not-known");
    assert.ok(performance.now() - frozen < 3_000);
    const given = await upstream(prober, 30_000).binlogFiles(AbortSignal.timeout(200));
    database.thaw();
    assert.match(given.kind === "not-known" ? given.why : "", /given up/);
    silent.close();
  });

  test("a server that is away is not known, with the reason and without the password", async () => {
    const answer = await upstream({ ...prober, port: 1 }).gtidState(signal);

    assert.equal(answer.kind, "not-known");
    assert.match(JSON.stringify(answer), /ECONNREFUSED/);
    assert.ok(!JSON.stringify(answer).includes(prober.password));
  });
});
