import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClusterConnection } from "../../src/config/config.ts";
import type { RowsBenchOptions } from "./rows-bench.ts";

type Host = ClusterConnection["workerHosts"][number];

/**
 * What befalls commands with these words (`*` stands for any). `fail`: they end with 1 and say so. `refused`: ssh ends with its own code before they run;
 * `lost`: after they ran. `prints`: they print this and do nothing. `short`: what they copy arrives in part, and they end well.
 * `hangs`: nothing is heard of them.
 */
export type HostFault = "fail" | "refused" | "lost" | "prints" | "short" | "hangs";

/** The disks of the stand-in DM's workers, and the way to them as a configuration names it. */
export interface WorkerDisk {
  readonly folder: string;
  readonly host: Host;
  /** In the worker's relay sub-directory. */
  path(name: string): string;
  /** In the folder that a run works in. */
  inWork(run: string, name: string): string;
  size(path: string): number | null;
  fault(words: string, kind: HostFault, says: string, howOften?: "once" | "always"): void;
  /** From now on nothing is wrong with the host. */
  mend(): void;
  /** Faults that no command has met yet. */
  faultsLeft(): number;
  commands(): string[];
  /** For a bench whose relay pulls onto this disk. */
  bench(options?: RowsBenchOptions): RowsBenchOptions & { readonly connection: (whole: ClusterConnection) => ClusterConnection };
  end(): void;
}

const SUB = "0-101.000001";

/** Comes before every command for the host, as ssh would. */
const GATE = `#!/bin/sh
here=$(dirname "$0")
printf '%s\\n' "$*" >> "$here/commands"
for fault in "$here"/fault-*; do
  [ -f "$fault" ] || continue
  { IFS= read -r words; read -r kind; read -r often; IFS= read -r says; } < "$fault"
  case "$*" in *$words*) ;; *) continue ;; esac
  [ "$often" = always ] && : > "$fault.met" || rm "$fault"
  case $kind in
    fail) echo "$says" >&2; exit 1 ;;
    refused) echo "$says" >&2; exit 255 ;;
    lost) "$@"; echo "$says" >&2; exit 255 ;;
    hangs) exec sleep 60 ;;
    prints) printf '%b\\n' "$says"; exit 0 ;;
    short) for target; do :; done; head -c 100 /dev/zero > "$target"; exit 0 ;;
  esac
done
exec "$@"
`;

/** `run` comes before every command for the host; without it a gate on this machine does, which can be told to fail. */
export function makeWorkerDisk(run: readonly string[] | null = null, change: (host: Host) => Host = (host) => host): WorkerDisk {
  const folder = mkdtempSync(join(tmpdir(), "dm-medic-disk-"));
  const onHost = (...words: string[]) => ({ where: "on-host" as const, words });
  const [control, gate] = [join(folder, "worker-ctl"), join(folder, "gate")];
  const faults = new Set<string>();
  writeFileSync(gate, GATE);
  chmodSync(gate, 0o755);
  const host = change({
    ...{ worker: "worker1", form: "command", run: run ?? [gate], relayDirectory: join(folder, "worker1") },
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
    inWork: (id, name) => join(folder, "worker1", `dm-medic-${id}`, name),
    size: (path) => (existsSync(path) ? statSync(path).size : null),
    fault(words, kind, says, howOften = "once") {
      const file = join(folder, `fault-${faults.size + 1}`);
      writeFileSync(file, `${words}\n${kind}\n${howOften}\n${says}\n`);
      faults.add(file);
    },
    mend() {
      for (const file of faults) rmSync(file, { force: true });
    },
    faultsLeft: () => [...faults].filter((file) => existsSync(file) && !existsSync(`${file}.met`)).length,
    commands: () => readFileSync(join(folder, "commands"), "utf8").trimEnd().split("\n"),
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
