import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { freePort } from "./bot-stage.ts";

export interface MariaDbOptions {
  /** Writes binlogs as an upstream of DM does: rows, whole images, `mysql-bin.000001` on. */
  readonly binlog?: { readonly serverId: number };
  /** Further options of the server. */
  readonly serverOptions?: readonly string[];
}

export interface MariaDb {
  readonly port: number;
  /** Makes an empty database and returns how to reach it. */
  freshDatabase(name: string): Promise<{
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly database: string;
  }>;
  /** A statement as root. */
  asRoot(sql: string, values?: readonly unknown[]): Promise<unknown>;
  /** A user with exactly these rights (`GRANT …` without its end). */
  user(name: string, grants: readonly string[]): Promise<{ host: string; port: number; user: string; password: string }>;
  /** Stops the server, lets `between` change its files, starts it again on the same port and data. */
  restart(between?: () => void | Promise<void>): Promise<void>;
  /** Where the server keeps a binlog file. */
  pathOf(file: string): string;
  /** Freezes and thaws the process: it takes connections of the kernel and answers nothing. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

const USER = { user: "medic", password: "medic-secret" };

/** An own MariaDB server of Debian's package: own data directory, own port, ended with the test file. */
export async function startMariaDb({ binlog, serverOptions = [] }: MariaDbOptions = {}): Promise<MariaDb> {
  const folder = mkdtempSync(join(tmpdir(), "dm-medic-mariadb-"));
  const data = join(folder, "data");
  mkdirSync(data);
  // Servers of other tests are beside it: nothing of theirs is in its temporary folder.
  const common = ["--no-defaults", `--datadir=${data}`, `--tmpdir=${folder}`, "--user=root"];
  const made = spawnSync("mariadb-install-db", [...common, "--auth-root-authentication-method=normal", "--skip-test-db"], {
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`mariadb-install-db failed: ${made.stderr}`);
  const options = [
    ...common,
    "--bind-address=127.0.0.1",
    `--socket=${join(folder, "socket")}`,
    `--pid-file=${join(folder, "pid")}`,
    "--innodb-buffer-pool-size=32M",
    "--innodb-flush-log-at-trx-commit=1",
    ...(binlog ? ["--log-bin=mysql-bin", "--binlog-format=ROW", `--server-id=${binlog.serverId}`] : []),
    ...serverOptions,
  ];
  let server: ChildProcess;
  let root: Connection;
  async function start(port: number): Promise<void> {
    server = spawn("/usr/sbin/mariadbd", [...options, `--port=${port}`], { stdio: "ignore" });
    await untilItAnswers(server, port, data);
    root = await createConnection({ host: "127.0.0.1", port, user: "root" });
    root.on("error", () => {});
  }
  async function end(): Promise<void> {
    await root.end().catch(() => {});
    const ended = once(server, "exit");
    server.kill("SIGTERM");
    await ended;
  }

  /** A free port is only free for now: another process may take it before the server does. */
  async function startSomewhere(): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      try {
        await start(port);
        return port;
      } catch (error) {
        server.kill("SIGKILL");
        if (attempt === 3) throw error;
      }
    }
  }

  const port = await startSomewhere();
  await root!.query(`CREATE USER '${USER.user}'@'%' IDENTIFIED BY '${USER.password}'`);
  await root!.query(`GRANT ALL ON *.* TO '${USER.user}'@'%'`);
  return {
    port,
    async freshDatabase(name) {
      await root.query(`CREATE DATABASE \`${name}\``);
      return { host: "127.0.0.1", port, ...USER, database: name };
    },
    async asRoot(sql, values = []) {
      const [rows] = await root.query(sql, values as unknown[]);
      return rows;
    },
    async user(name, grants) {
      const password = `${name}-secret`;
      await root.query(`CREATE USER '${name}'@'%' IDENTIFIED BY '${password}'`);
      for (const grant of grants) await root.query(`${grant} TO '${name}'@'%'`);
      return { host: "127.0.0.1", port, user: name, password };
    },
    async restart(between) {
      await end();
      await between?.();
      await start(port);
    },
    pathOf: (file) => join(data, file),
    freeze() {
      server.kill("SIGSTOP");
      // The signal is sent, and a thread on the other core may still answer.
      while (!isFrozen(server.pid!));
    },
    thaw: () => void server.kill("SIGCONT"),
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Every thread of it: `T` is the third word of its line, behind a name in brackets (proc(5)). */
function isFrozen(pid: number): boolean {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks.every((task) => /\) T /.test(readFileSync(`/proc/${pid}/task/${task}/stat`, "utf8")));
}

/** Ours, and not another test's server that took the port first. */
async function untilItAnswers(server: ChildProcess, port: number, data: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (server.exitCode !== null) throw new Error(`mariadbd ended with ${server.exitCode}`);
    const folder = await dataFolderAt(port).catch(() => null);
    if (folder?.startsWith(data)) return;
    if (folder !== null) throw new Error(`port ${port} is another server's`);
    await wait(100);
  }
  throw new Error("mariadbd did not answer within 20 s");
}

async function dataFolderAt(port: number): Promise<string> {
  const connection = await createConnection({ host: "127.0.0.1", port, user: "root" });
  try {
    const [[row]] = await connection.query<RowDataPacket[]>("SELECT @@datadir AS folder");
    return String(row!.folder);
  } finally {
    await connection.end();
  }
}
