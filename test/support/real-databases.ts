import { type ChildProcess, spawn } from "node:child_process";
import { truncateSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { type MariaDb, startMariaDb } from "./mariadb.ts";
import { ACCOUNTS, type RowsBenchOptions, startBenchBetween } from "./rows-bench.ts";

/** Two MariaDB servers with accounts that may do what docs/database-accounts.md gives them, and nothing else. */
export interface RealDatabases {
  readonly upstream: MariaDb;
  readonly downstream: MariaDb;
  /** The engine and the stand-in DM between them. */
  bench(options?: RowsBenchOptions): ReturnType<typeof startBenchBetween>;
  /** The stand-in DM reads no stream: a real one, as the account of the source's settings, as the server's process list shows DM's. */
  openStream(file: string): Promise<void>;
  /** As before the first bench. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

const FENCE = "CREATE TABLE dm_meta.dm_medic_fence (name VARCHAR(180) NOT NULL PRIMARY KEY, fence BIGINT NOT NULL)";

async function give({ asRoot }: MariaDb, { user, password }: { user: string; password: string }, ...rights: string[]) {
  await asRoot(`CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`);
  for (const right of rights) await asRoot(`GRANT ${right} TO '${user}'@'%'`);
}

export async function startRealDatabases(): Promise<RealDatabases> {
  const upstream = await startMariaDb({ binlog: { serverId: 101 } });
  const downstream = await startMariaDb().catch(async (error: unknown) => {
    await upstream.stop();
    throw error;
  });
  const { task, source, probe, meta, rows } = ACCOUNTS;
  await downstream.asRoot("CREATE DATABASE dm_meta");
  await downstream.asRoot(FENCE);
  await give(upstream, source, "REPLICATION SLAVE, BINLOG MONITOR, RELOAD, SELECT ON *.*");
  await give(upstream, probe, "BINLOG MONITOR, PROCESS ON *.*", "SELECT ON shop.*");
  await give(downstream, task, "ALL ON *.*");
  await give(downstream, probe, "SELECT ON dm_meta.*", "SELECT ON shop.*");
  await give(downstream, meta, "SELECT, INSERT, UPDATE, CREATE ON dm_meta.*");
  const fence = "SELECT, INSERT, UPDATE ON dm_meta.dm_medic_fence";
  await give(downstream, rows, "SELECT, INSERT, DELETE ON shop.*", fence);
  let stream: ChildProcess | null = null;
  return {
    ...{ upstream, downstream },
    bench: (options = {}) =>
      startBenchBetween(
        {
          upstream: {
            login: { host: "127.0.0.1", port: upstream.port, user: "root", password: "" },
            port: upstream.port,
            grow: (file, sizeBytes) => upstream.restart(() => truncateSync(upstream.pathOf(file), sizeBytes)),
          },
          downstreamPort: downstream.port,
        },
        { speed: 100, pollMs: 30, ...options },
      ),
    async openStream(file) {
      const at = ["--host=127.0.0.1", `--port=${upstream.port}`, `--user=${source.user}`, `--password=${source.password}`];
      const how = ["--read-from-remote-server", "--stop-never", "--result-file=/dev/null"];
      stream = spawn("mariadb-binlog", ["--no-defaults", ...at, ...how, file], { stdio: "ignore" });
      for (let look = 0; look < 200; look++, await wait(50)) {
        const shown = (await upstream.asRoot("SHOW PROCESSLIST")) as { Command: string }[];
        if (shown.some(({ Command }) => Command === "Binlog Dump")) return;
      }
      throw new Error("the stream is not listed within 10 s");
    },
    async empty() {
      stream?.kill();
      await upstream.asRoot("DROP DATABASE IF EXISTS shop");
      await upstream.asRoot("RESET MASTER");
      for (const sql of ["DROP DATABASE IF EXISTS shop", "DROP DATABASE dm_meta", "CREATE DATABASE dm_meta", FENCE])
        await downstream.asRoot(sql);
    },
    async stop() {
      stream?.kill();
      await Promise.all([upstream.stop(), downstream.stop()]);
    },
  };
}
