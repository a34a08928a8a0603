import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Connection, createConnection } from "mysql2/promise";
import { freePort } from "./bot-stage.ts";

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
  /** Stops the server, lets `between` change its files, starts it again on the same port and data. */
  restart(between?: () => void | Promise<void>): Promise<void>;
  /** Where the server keeps a binlog file. */
  pathOf(file: string): string;
  stop(): Promise<void>;
}

const USER = { user: "medic", password: "medic-secret" };

/** An own MariaDB server of Debian's package: own data directory, own port, ended with the test file. */
export async function startMariaDb({
  serverOptions = [],
}: {
  readonly serverOptions?: readonly string[];
} = {}): Promise<MariaDb> {
  const folder = mkdtempSync(join(tmpdir(), "dm-medic-mariadb-"));
  const data = join(folder, "data");
  mkdirSync(data);
  const port = await freePort();
  const common = ["--no-defaults", `--datadir=${data}`, "--user=root"];
  const made = spawnSync("mariadb-install-db", [...common, "--auth-root-authentication-method=normal", "--skip-test-db"], {
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`mariadb-install-db failed: ${made.stderr}`);
  const options = [
    ...common,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    `--socket=${join(folder, "socket")}`,
    `--pid-file=${join(folder, "pid")}`,
    "--innodb-buffer-pool-size=32M",
    "--innodb-flush-log-at-trx-commit=1",
    ...serverOptions,
  ];
  let server: ChildProcess;
  let root: Connection;
  async function start(): Promise<void> {
    server = spawn("/usr/sbin/mariadbd", options, { stdio: "ignore" });
    await untilItAnswers(server, port);
    root = await createConnection({ host: "127.0.0.1", port, user: "root" });
    root.on("error", () => {});
  }
  async function end(): Promise<void> {
    await root.end().catch(() => {});
    const ended = once(server, "exit");
    server.kill("SIGTERM");
    await ended;
  }

  await start();
  await root!.query(`CREATE USER '${USER.user}'@'%' IDENTIFIED BY '${USER.password}'`);
  await root!.query(`GRANT ALL ON *.* TO '${USER.user}'@'%'`);
  return {
    port,
    async freshDatabase(name) {
      await root.query(`CREATE DATABASE \`${name}\``);
      return { host: "127.0.0.1", port, ...USER, database: name };
    },
    async restart(between) {
      await end();
      await between?.();
      await start();
    },
    pathOf: (file) => join(data, file),
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilItAnswers(server: ChildProcess, port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (server.exitCode !== null) throw new Error(`mariadbd ended with ${server.exitCode}`);
    try {
      const connection = await createConnection({ host: "127.0.0.1", port, user: "root" });
      await connection.end();
      return;
    } catch {
      await wait(100);
    }
  }
  throw new Error("mariadbd did not answer within 20 s");
}
