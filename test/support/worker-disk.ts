import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClusterConnection } from "../../src/config/config.ts";
import type { RowsBenchOptions } from "./rows-bench.ts";

type Host = ClusterConnection["workerHosts"][number];

/** The disks of the stand-in DM's workers, and the way to them as a configuration names it. */
export interface WorkerDisk {
  readonly folder: string;
  readonly host: Host;
  /** In the worker's relay sub-directory. */
  path(name: string): string;
  /** For a bench whose relay pulls onto this disk. */
  bench(options?: RowsBenchOptions): RowsBenchOptions;
  end(): void;
}

const SUB = "0-101.000001";

/** `run` comes before every command for the host; empty: the bot is on it. */
export function makeWorkerDisk(run: readonly string[] = [], change: (host: Host) => Host = (host) => host): WorkerDisk {
  const folder = mkdtempSync(join(tmpdir(), "dm-medic-disk-"));
  const onHost = (...words: string[]) => ({ where: "on-host" as const, words });
  const control = join(folder, "worker-ctl");
  const host = change({
    ...{ worker: "worker1", form: "command", run, relayDirectory: join(folder, "worker1") },
    stop: onHost(control, "stop", "worker1"),
    start: onHost(control, "start", "worker1"),
    status: { ...onHost(control, "status", "worker1"), running: ["active"], stopped: ["inactive", "failed"] },
    fetch: onHost("cp", "--sparse=always", `${folder}/upstreams/replica-1/{file}`, "{target}"),
    sha256: null,
    commandSeconds: 30,
    environment: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
  });
  return {
    ...{ folder, host },
    path: (name) => join(folder, "worker1", SUB, name),
    bench: ({ connection = (whole: ClusterConnection) => whole, ...options } = {}) => ({
      ...{ relay: true, relayFolder: folder, freeWorkers: 0 },
      ...options,
      // v1.0 knows no names of workers, only where they are.
      connection: (whole: ClusterConnection) =>
        connection({ ...whole, workerHosts: [{ ...host, worker: options.version === "v1.0.7" ? "127.0.0.1:8262" : "worker1" }] }),
    }),
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}
