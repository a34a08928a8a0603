import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { createMetaWriter } from "../../../src/adapters/databases/meta-writer.ts";
import { createUpstreamProbe } from "../../../src/adapters/databases/upstream-probe.ts";
import type { DatabaseLogin, MetaChangeOutcome } from "../../../src/app/ports/databases.ts";
import type { Known } from "../../../src/domain/observation/known.ts";
import { type Answer, type MysqlServer, startMysqlServer } from "../../../src/stand-ins/databases/mysql-server.ts";

/** What servers say that Debian does not bring: MySQL 5.7 to 9 and TiDB, from their manuals, over the real protocol. */
const signal = new AbortController().signal;
const UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const rows = (columns: readonly string[], ...values: readonly (string | number | null)[][]): Answer => ({
  ...{ kind: "rows", columns, rows: values },
});
const refused = (code: number, message: string): Answer => ({ kind: "error", code, state: "42000", message });
type Script = readonly (readonly [statement: RegExp, answer: Answer])[];

let server: MysqlServer | null = null;
let heard: string[] = [];
afterEach(async () => {
  await server?.stop();
  server = null;
});
/** The first line that fits answers; what fits none is refused as a server does it. */
async function serve(version: string, script: Script): Promise<DatabaseLogin> {
  heard = [];
  server = await startMysqlServer({
    version,
    ask(sql) {
      heard.push(sql);
      if (/^(?:SET SESSION|BEGIN|START TRANSACTION|COMMIT|ROLLBACK)/i.test(sql) && !script.some(([fits]) => fits.test(sql)))
        return { kind: "ok" };
      if (/^SELECT VERSION\(\)/i.test(sql)) return rows(["version"], [version]);
      return script.find(([fits]) => fits.test(sql))?.[1] ?? refused(1064, `You have an error in your SQL syntax near '${sql}'`);
    },
  });
  return { host: "127.0.0.1", port: server.port, user: "probe", password: "p" };
}
const upstreamOf = async (version: string, script: Script) =>
  createUpstreamProbe({ login: await serve(version, script), timeoutMs: 2_000 });
const told = <T>(answer: Known<T>): T => {
  assert.equal(answer.kind, "known", JSON.stringify(answer));
  return (answer as { value: T }).value;
};

describe("an upstream that is MySQL", () => {
  test("calls itself what DM names a relay's sub-directory after", async () => {
    const mysql = await upstreamOf("8.4.3", [[/^SELECT @@global\.server_uuid AS name$/, rows(["name"], [UUID])]]);
    assert.equal(told(await mysql.serverName(signal)), UUID);
    await server?.stop();
    const maria = await upstreamOf("10.11.14-MariaDB", [[/gtid_domain_id.*server_id/, rows(["name"], ["0-101"])]]);
    assert.equal(told(await maria.serverName(signal)), "0-101");
  });

  test("from 8.0.14 on a third column says whether a file is encrypted; sizes past 4 GiB are kept", async () => {
    const probe = await upstreamOf("8.4.3", [
      [
        /^SHOW BINARY LOGS$/,
        rows(["Log_name", "File_size", "Encrypted"], ["binlog.000007", 4_600_195_888, "No"], ["binlog.000008", 157, "Yes"]),
      ],
    ]);

    assert.deepEqual(told(await probe.binlogFiles(signal)), [
      { name: "binlog.000007", number: 7, sizeBytes: 4_600_195_888, isActive: false },
      { name: "binlog.000008", number: 8, sizeBytes: 157, isActive: true },
    ]);
  });

  const modes: readonly [mode: string, isOn: boolean][] = [
    ["ON", true],
    ["ON_PERMISSIVE", false],
    ["OFF_PERMISSIVE", false],
    ["OFF", false],
  ];
  for (const [mode, isOn] of modes)
    test(`gtid_mode ${mode} counts as ${isOn ? "on" : "off"}; sets are told without their breaks, tags of 8.4 too`, async () => {
      const probe = await upstreamOf("8.4.3", [
        [/gtid_mode/, rows(["mode", "executed", "purged"], [mode, `${UUID}:1-58:release:1-3,\n${UUID}:7`, `${UUID}:1-5`])],
      ]);

      assert.deepEqual(told(await probe.gtidState(signal)), {
        ...{ flavor: "mysql", version: "8.4.3", isOn },
        ...{ executed: `${UUID}:1-58:release:1-3,${UUID}:7`, purged: `${UUID}:1-5` },
      });
    });

  test("the set before a file is in Previous_gtids; a file that has none is not known, not empty", async () => {
    const head = ["Log_name", "Pos", "Event_type", "Server_id", "End_log_pos", "Info"];
    const format = ["binlog.000007", 4, "Format_desc", 1, 126, "Server ver: 5.7.44"];
    const probe = await upstreamOf("5.7.44", [
      [/IN 'binlog\.000007'/, rows(head, format, ["binlog.000007", 126, "Previous_gtids", 1, 197, `${UUID}:1-58,\n${UUID}:60`])],
      [/IN 'binlog\.000001'/, rows(head, format, ["binlog.000001", 126, "Previous_gtids", 1, 157, ""])],
      [/IN 'binlog\.000000'/, rows(head, format, ["binlog.000000", 126, "Query", 1, 197, "BEGIN"])],
      [/IN 'binlog\.000009' FROM 894 LIMIT 1/, rows(head, ["binlog.000009", 894, "Gtid_tagged", 1, 973, ""])],
    ]);

    assert.equal(told(await probe.previousGtids("binlog.000007", signal)), `${UUID}:1-58,${UUID}:60`);
    assert.equal(told(await probe.previousGtids("binlog.000001", signal)), "");
    assert.equal((await probe.previousGtids("binlog.000000", signal)).kind, "not-known");
    assert.equal(told(await probe.eventTypeAt("binlog.000009", 894, signal)), "Gtid_tagged");
  });

  test("the process list tells streams by GTID from streams by position", async () => {
    const list = rows(
      ["Id", "User", "Host", "db", "Command", "Time", "State", "Info"],
      [5, "event_scheduler", "localhost", null, "Daemon", 9, "Waiting", null],
      [8, "dm", "10.0.0.7:41000", null, "Binlog Dump GTID", 60, "Source has sent all binlog to replica", null],
      [9, "dm", "10.0.0.8:41000", null, "Binlog Dump", 60, "Sending binlog event to slave", null],
      [10, "probe", "10.0.0.9:41000", null, "Query", 0, "init", "SHOW PROCESSLIST"],
    );
    const probe = await upstreamOf("8.0.36", [[/^SHOW PROCESSLIST/, list]]);

    assert.deepEqual(told(await probe.dumpStreams(signal)), [
      { user: "dm", host: "10.0.0.7:41000", reads: "by-gtid" },
      { user: "dm", host: "10.0.0.8:41000", reads: "by-position" },
    ]);
  });

  test("a list with the account's own connections alone is whole only where its grants say so", async () => {
    const alone = rows(
      ["Id", "User", "Host", "db", "Command", "Time", "State", "Info"],
      [10, "probe", "h", null, "Query", 0, "init", ""],
    );
    const grants: readonly [grant: string, isWhole: boolean][] = [
      ["GRANT REPLICATION CLIENT ON *.* TO `probe`@`%`", false],
      ["GRANT SELECT, PROCESS ON *.* TO `probe`@`%`", true],
      ["GRANT ALL PRIVILEGES ON *.* TO `probe`@`%` WITH GRANT OPTION", true],
      ["GRANT ALL PRIVILEGES ON `shop`.* TO `process`@`%`", false],
    ];
    for (const [grant, isWhole] of grants) {
      const probe = await upstreamOf("8.0.36", [
        [/^SHOW PROCESSLIST/, alone],
        [/^SHOW GRANTS/, rows(["Grants"], [grant])],
      ]);
      const answer = await probe.dumpStreams(signal);
      assert.deepEqual(
        [answer.kind, answer.kind === "not-known" && answer.lacks],
        isWhole ? ["known", false] : ["not-known", "PROCESS"],
      );
      await server?.stop();
    }
  });

  test("a server without binlogs says so itself", async () => {
    const probe = await upstreamOf("8.0.36", [[/^SHOW BINARY LOGS/, refused(1381, "You are not using binary logging")]]);

    assert.deepEqual(await probe.binlogFiles(signal), {
      ...{ kind: "not-known", why: "You are not using binary logging", lacks: null },
    });
  });
});

describe("a downstream that is TiDB", () => {
  const columns = ["id", "cp_schema", "cp_table", "binlog_name", "binlog_pos", "binlog_gtid", "is_global"];
  const place = { metaSchema: "dm_meta", task: "t", source: "r" };
  const script = (commit: Answer): Script => [
    [/^INSERT IGNORE INTO/, { kind: "ok" }],
    [/^SELECT fence/, rows(["fence"], [0])],
    [/^SELECT \* FROM `dm_meta`\.`t_syncer_checkpoint`/, rows(columns, ["r", "", "", "mysql-bin.000004", 4, "", 1])],
    [/^UPDATE/, { kind: "ok", affectedRows: 1 }],
    [/^COMMIT/, commit],
  ];
  const change = async (version: string, commit: Answer): Promise<MetaChangeOutcome> => {
    const writer = createMetaWriter({ login: await serve(version, script(commit)), timeoutMs: 2_000 });
    const fence = { name: "shop", value: 1 };
    return writer.change({ place, backupTable: null, fence, decide: () => ({ kind: "write", changes: [] }) }, signal);
  };

  test("the transaction is pessimistic whatever the server is set to, and its last look is a locking one", async () => {
    assert.equal((await change("8.0.11-TiDB-v8.1.0", { kind: "ok" })).kind, "written");

    assert.ok(heard.includes("BEGIN PESSIMISTIC"));
    assert.ok(heard.filter((sql) => sql.startsWith("SELECT *")).every((sql) => sql.endsWith("FOR UPDATE")));
    await server?.stop();
    await change("10.11.14-MariaDB", { kind: "ok" });
    assert.ok(heard.includes("START TRANSACTION"));
  });

  const answers: readonly [code: number, what: string, outcome: MetaChangeOutcome["kind"]][] = [
    [9007, "Write conflict", "failed"],
    [8022, "KV error safe to retry", "failed"],
    [8028, "Information schema is changed during the execution", "failed"],
    [1213, "Deadlock found when trying to get lock", "failed"],
    [9005, "Region is unavailable", "unknown"],
    [1105, "Unknown error", "unknown"],
  ];
  for (const [code, what, outcome] of answers)
    test(`a COMMIT answered with ${code} (${what}) is ${outcome}`, async () => {
      assert.deepEqual(await change("8.0.11-TiDB-v8.1.0", refused(code, what)), { kind: outcome, why: what });
    });
});
