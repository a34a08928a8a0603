import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { stringify } from "yaml";
import type { Checked } from "../../src/app/check-up/check-up.ts";
import { runDoctor } from "../../src/cli/doctor.ts";
import { type DmStandIn, startDmStandIn } from "../../src/stand-ins/dm/dm-stand-in.ts";
import { CHECKPOINT_COLUMNS } from "../support/checkpoint-columns.ts";
import { type MariaDb, startMariaDb } from "../support/mariadb.ts";
import { listen } from "../support/real-cluster.ts";
import { makeRelayHost, type RelayHost } from "../support/relay-host.ts";
import { skipWithout } from "../support/services.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";

const SOURCE = "replica-1";

describe("medic doctor on real MariaDBs and over a real sshd", {
  skip: skipWithout("mariadb") || skipWithout("sshd"),
  timeout: 180_000,
}, () => {
  let upstream: MariaDb;
  let downstream: MariaDb;
  let sshd: Sshd;
  let dm: DmStandIn | null = null;
  let host: RelayHost;
  let folder: string;
  before(async () => {
    [upstream, downstream, sshd] = await Promise.all([startMariaDb({ binlog: { serverId: 101 } }), startMariaDb(), startSshd()]);
    host = makeRelayHost();
    for (const database of [upstream, downstream]) {
      await database.asRoot("CREATE DATABASE shop");
      await database.asRoot("CREATE TABLE shop.orders (id INT PRIMARY KEY)");
    }
    await upstream.asRoot("INSERT INTO shop.orders VALUES (1)");
    await upstream.asRoot("FLUSH BINARY LOGS");
    await downstream.asRoot("CREATE DATABASE dm_meta");
    await downstream.asRoot(`CREATE TABLE dm_meta.orders_syncer_checkpoint (${CHECKPOINT_COLUMNS})`);
    for (const [schema, table, isGlobal] of [
      ["", "", 1],
      ["shop", "orders", 0],
    ] as const)
      await downstream.asRoot(
        "INSERT INTO dm_meta.orders_syncer_checkpoint (id, cp_schema, cp_table, binlog_name, binlog_pos, table_info, is_global) VALUES (?, ?, ?, 'mysql-bin.000001', 900, 'null', ?)",
        [SOURCE, schema, table, isGlobal],
      );
    await downstream.asRoot(
      "CREATE TABLE dm_meta.dm_medic_fence (name VARCHAR(180) NOT NULL PRIMARY KEY, fence BIGINT NOT NULL)",
    );
  });
  after(async () => {
    host.end();
    await Promise.all([upstream.stop(), downstream.stop(), sshd.stop()]);
  });

  /** Rights by account, as docs/database-accounts.md gives them. */
  const RIGHTS = {
    up: ["BINLOG MONITOR, PROCESS ON *.*", "SELECT ON shop.*"],
    probe: ["SELECT ON dm_meta.*", "SELECT ON shop.*"],
    meta: ["SELECT, INSERT, UPDATE, CREATE ON dm_meta.*"],
    rows: ["SELECT, INSERT, DELETE ON shop.*", "SELECT, INSERT, UPDATE ON dm_meta.dm_medic_fence"],
    dm: ["ALL PRIVILEGES ON *.*"],
  } as const;
  type Account = keyof typeof RIGHTS;
  let made = 0;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "dm-medic-doctor-"));
    mkdirSync(join(folder, "tasks"));
  });
  afterEach(async () => {
    await dm?.stop();
    dm = null;
    rmSync(folder, { recursive: true, force: true });
  });

  interface Situation {
    readonly rights?: Partial<Record<Account, readonly string[]>>;
    readonly cluster?: (whole: Record<string, unknown>) => Record<string, unknown>;
    readonly run?: readonly string[];
    readonly relay?: boolean;
  }
  /** What the doctor says of the cluster, by what was looked at. */
  async function ask({ rights = {}, cluster = (whole) => whole, run = sshd.run, relay = true }: Situation = {}): Promise<{
    readonly code: number;
    readonly found: ReadonlyMap<string, Checked>;
  }> {
    made++;
    const accounts = new Map<Account, { host: string; port: number; user: string; password: { file: string } }>();
    for (const name of Object.keys(RIGHTS) as Account[]) {
      const { password, ...login } = await (name === "up" || name === "dm" ? upstream : downstream).user(`${name}${made}`, [
        ...(rights[name] ?? RIGHTS[name]).map((right) => `GRANT ${right}`),
      ]);
      writeFileSync(join(folder, name), password);
      accounts.set(name, { ...login, password: { file: name } });
    }
    const source = accounts.get("dm")!;
    const yaml = stringify({
      name: "orders",
      "task-mode": "incremental",
      "meta-schema": "dm_meta",
      "target-database": { host: "127.0.0.1", port: downstream.port, user: "root", password: "" },
      "mysql-instances": [{ "source-id": SOURCE }],
    });
    writeFileSync(join(folder, "tasks", "orders.yaml"), yaml);
    dm = await startDmStandIn({
      version: "v8.1.0",
      sources: [{ id: SOURCE, relay, user: source.user, password: "unused" }],
      tasks: [yaml],
      openapi: false,
    });
    const { stop, start, status, fetch } = host.options([]);
    const writer = ({ user, password }: { user: string; password: object }) => ({ user, password });
    const whole = {
      ...{ name: "shop", masters: [dm.url], channel: "C0ALERTS", tasks: { folder: "./tasks" } },
      roles: { viewer: {}, operator: { users: ["U0ANA"] }, approver: { users: ["U0ANA", "U0BO"] }, admin: {} },
      downstream: accounts.get("probe"),
      metaWriter: writer(accounts.get("meta")!),
      rowWriter: writer(accounts.get("rows")!),
      sources: { [SOURCE]: { upstream: accounts.get("up"), password: { file: "dm" } } },
      workerHosts: {
        worker1: {
          ...{ form: "command", run, relayDirectory: host.relay, stop: { onHost: stop!.words }, start: { onHost: start!.words } },
          status: { onHost: status!.words, running: status!.running, stopped: status!.stopped },
          fetch: { onHost: fetch!.words },
        },
      },
    };
    writeFileSync(
      join(folder, "c.yaml"),
      stringify({
        clusters: [cluster(whole)],
        slack: {
          mode: "socket",
          botToken: { file: "dm" },
          appToken: { file: "dm" },
          apiUrl: "http://127.0.0.1:9/",
          defaultChannel: "C0ALERTS",
        },
        store: { sqlite: "./x.db" },
      }),
    );
    const { heard, print, complain } = listen();
    const code = await runDoctor({ config: join(folder, "c.yaml"), json: true, colour: false, print, complain });
    assert.equal(heard.complaints, "");
    for (const secret of [...accounts.values()].map(({ user }) => user)) assert.ok(!heard.out.includes(`${secret}-secret`));
    const { checks } = JSON.parse(heard.out) as { checks: Checked[] };
    return { code, found: new Map(checks.filter(({ about }) => about === "cluster shop").map((one) => [one.what, one])) };
  }
  const verdicts = (found: ReadonlyMap<string, Checked>, verdict: Checked["verdict"]): string[] =>
    [...found.values()].filter((one) => one.verdict === verdict).map(({ what, said }) => `${what}: ${said}`);

  test("finds every account, source and host well, and changes nothing", async () => {
    for (const database of [upstream, downstream]) await database.asRoot("SET GLOBAL log_output = 'TABLE', general_log = 1");
    const { found } = await ask();

    assert.deepEqual(verdicts(found, "wrong"), []);
    for (const [what, said] of [
      ["downstream probe", /logs in \(10\./],
      ["downstream probe: rights", /checkpoints of 1 subtasks/],
      ["meta writer: rights", /may write dm_meta and nothing else/],
      ["row writer: rights", /insert and take back rows in shop/],
      ["accounts kept apart", /probe.*meta.*rows/],
      [`source ${SOURCE}: binlog files`, /2 files from mysql-bin\.000001 to mysql-bin\.000002/],
      [`source ${SOURCE}: GTIDs`, /on \(MariaDB\)/],
      [`source ${SOURCE}: rights`, /changes nothing/],
      ["host of worker1", /running; 2 relay files in 0-101\.000001, [\d.]+ GiB free/],
    ] as const) {
      assert.equal(found.get(what)?.verdict, "ok", `${what}: ${found.get(what)?.said}`);
      assert.match(found.get(what)!.said, said);
    }
    for (const database of [upstream, downstream]) {
      const asked = (await database.asRoot(
        "SELECT CONVERT(argument USING utf8mb4) AS sql_text FROM mysql.general_log WHERE command_type = 'Query' AND user_host REGEXP '^(up|probe|meta|rows)[0-9]'",
      )) as { sql_text: string }[];
      await database.asRoot("SET GLOBAL general_log = 0");
      assert.ok(asked.length > 5);
      for (const { sql_text } of asked) assert.match(sql_text, /^(?:SELECT|SHOW|SET SESSION)\b/);
    }
    assert.ok(dm!.calls.every(({ method }) => method === "GET"));
    assert.ok(
      sshd.commands().every((words) => !/\b(?:stop|start|cp|mv|rm|scp)\b/.test(words.replaceAll(host.folder, ""))),
      sshd.commands().join("\n"),
    );
  });

  const MISSING: readonly [string, Partial<Record<Account, readonly string[]>>, string, RegExp, RegExp][] = [
    [
      "the probe may not read the meta schema",
      { probe: ["SELECT ON shop.*"] },
      "downstream probe: rights",
      /cannot read dm_meta/,
      /grant SELECT ON `dm_meta`/,
    ],
    [
      "the meta writer may not update",
      { meta: ["SELECT, INSERT, CREATE ON dm_meta.*"] },
      "meta writer: rights",
      /lacks UPDATE ON `dm_meta`\.\*/,
      /grant UPDATE ON/,
    ],
    [
      "the row writer may not take back",
      { rows: ["SELECT, INSERT ON shop.*", "SELECT, INSERT, UPDATE ON dm_meta.dm_medic_fence"] },
      "row writer: rights",
      /lacks DELETE ON `shop`\.`orders`/,
      /grant DELETE ON/,
    ],
    [
      "the row writer may not hold the fence",
      { rows: ["SELECT, INSERT, DELETE ON shop.*"] },
      "row writer: rights",
      /lacks .*`dm_medic_fence`/,
      /grant SELECT ON/,
    ],
    [
      "the upstream's binlogs may not be listed",
      { up: ["PROCESS ON *.*", "SELECT ON shop.*"] },
      `source ${SOURCE}: binlog files`,
      /cannot be listed/,
      /grant REPLICATION CLIENT \(MariaDB: BINLOG MONITOR\)/,
    ],
  ];
  for (const [name, rights, what, said, mend] of MISSING)
    test(`${name}: told, with the right to grant`, async () => {
      const { found, code } = await ask({ rights });

      assert.equal(code, 1);
      assert.equal(found.get(what)?.verdict, "wrong", found.get(what)?.said);
      assert.match(found.get(what)!.said, said);
      assert.match(found.get(what)!.mend, mend);
    });

  const MORE: readonly [string, Partial<Record<Account, readonly string[]>>, string, RegExp][] = [
    [
      "the probe may write",
      { probe: ["ALL PRIVILEGES ON *.*"] },
      "downstream probe: rights",
      /only reads, and may also ALL PRIVILEGES ON \*\.\*/,
    ],
    [
      "the upstream's account may write",
      { up: [...RIGHTS.up, "INSERT, DROP ON shop.*"] },
      `source ${SOURCE}: rights`,
      /INSERT ON shop\.\*, DROP ON shop\.\*/,
    ],
    [
      "the meta writer may drop",
      { meta: ["SELECT, INSERT, UPDATE, CREATE, DROP ON dm_meta.*"] },
      "meta writer: rights",
      /DROP ON dm_meta\.\*/,
    ],
    [
      "the row writer may update",
      { rows: ["SELECT, INSERT, DELETE, UPDATE ON shop.*", "SELECT, INSERT, UPDATE ON dm_meta.dm_medic_fence"] },
      "row writer: rights",
      /UPDATE ON shop\.\*/,
    ],
    [
      "the process list is not shown",
      { up: ["BINLOG MONITOR ON *.*", "SELECT ON shop.*"] },
      `source ${SOURCE}: rights`,
      /said, not proved/,
    ],
  ];
  for (const [name, rights, what, said] of MORE)
    test(`${name}: told as something to know`, async () => {
      const { found } = await ask({ rights });

      assert.equal(found.get(what)?.verdict, "note", found.get(what)?.said);
      assert.match(found.get(what)!.said, said);
      assert.match(found.get(what)!.mend, /revoke|grant/);
    });

  test("what is not configured says what it costs, and is nothing wrong", async () => {
    const { found } = await ask({
      cluster: ({ downstream: _, metaWriter: __, rowWriter: ___, sources: ____, workerHosts: _____, ...rest }) => rest,
    });

    assert.deepEqual(verdicts(found, "wrong"), []);
    for (const [what, cost] of [
      ["downstream probe", /checkpoints stay unknown/],
      ["meta writer", /shows the statements instead of carrying them out/],
      ["row writer", /given as an SQL file/],
      [`source ${SOURCE}: upstream`, /no warning comes before rows are lost/],
      [`source ${SOURCE}: settings`, /no switch to GTIDs/],
      ["host of worker1", /replace-relay-file is refused/],
    ] as const) {
      assert.equal(found.get(what)?.verdict, "note", what);
      assert.match(found.get(what)!.said, cost);
      assert.match(found.get(what)!.mend, /^set /);
    }
  });

  test("a source and a worker that DM does not know, one account for two works, a wrong password", async () => {
    const { found } = await ask({
      cluster: (whole) => {
        const { workerHosts, sources } = whole as { workerHosts: Record<string, unknown>; sources: Record<string, object> };
        return {
          ...whole,
          workerHosts: { "worker-9": workerHosts.worker1, worker1: { form: "by-hand", relayDirectory: "/relay" } },
          sources: { ...sources, "mysql-9": {} },
          metaWriter: { user: `probe${made}`, password: { file: "c.yaml" } },
        };
      },
    });

    assert.match(found.get("source mysql-9: known to DM")!.said, /lists replica-1/);
    assert.match(found.get("host of worker-9")!.said, /lists no worker of this name/);
    assert.match(found.get("host of worker1")!.said, /by hand/);
    assert.match(found.get("accounts kept apart")!.said, /is downstream and metaWriter in one/);
    assert.match(found.get("meta writer")!.mend, /metaWriter's user and password/);
    assert.equal(found.get("meta writer: rights"), undefined);
  });

  test("a host with another key, one that refuses the login, and a relay folder that is not there", async () => {
    const saidOf = async (situation: Situation): Promise<string> => {
      const { found } = await ask(situation);
      await dm?.stop();
      const { verdict, said, mend } = found.get("host of worker1")!;
      return `${verdict}: ${said} → ${mend}`;
    };
    const elsewhere = (whole: Record<string, unknown>) => {
      const { worker1 } = whole.workerHosts as { worker1: object };
      return { ...whole, workerHosts: { worker1: { ...worker1, relayDirectory: "/nowhere/relay" } } };
    };

    assert.match(
      await saidOf({ run: sshd.runWithWrongHostKey }),
      /^wrong: its host is not the one that is known.*→ check the host's key/s,
    );
    assert.match(await saidOf({ run: sshd.runWithWrongKey }), /^wrong: its host refuses the login.*→ put the bot's public key/s);
    assert.match(await saidOf({ cluster: elsewhere }), /^wrong: its service is running, but its relay folder.*relayDirectory/s);
    assert.match(await saidOf({ cluster: elsewhere, relay: false }), /^note: .*→ nothing, while its source has no relay/s);
  });

  test("a file over 4 GiB on a source that is read by position", async () => {
    await upstream.restart(() => truncateSync(upstream.pathOf("mysql-bin.000001"), 2 ** 32 + 4_096));
    const { found } = await ask();

    const files = found.get(`source ${SOURCE}: binlog files`)!;
    assert.equal(files.verdict, "note");
    assert.match(files.said, /largest mysql-bin\.000001 with 4294971392 bytes.*read by position: rows past it are lost/);
  });
});
