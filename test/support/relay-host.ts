import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WorkerHostOptions } from "../../src/adapters/worker-host/options.ts";
import type { FileWork, MetaWork } from "../../src/app/ports/worker-host.ts";

export const SUB = "0-101.000001";
export const FILE = "mysql-bin.000002";
export const META_BEFORE = `binlog-name = "${FILE}"\r\n# von Hand, 中文\nbinlog-pos = 592\nbinlog-gtid = ""`;
export const META_AFTER = META_BEFORE.replace(FILE, "mysql-bin.000003").replace("592", "4");

/** A DM-worker's host as far as a repair sees it: a process that can be stopped, a relay directory, and an upstream's folder. */
export interface RelayHost {
  readonly folder: string;
  readonly relay: string;
  readonly upstream: string;
  readonly whole: Buffer;
  readonly partial: Buffer;
  file: FileWork;
  readonly meta: MetaWork;
  options(run: readonly string[], parts?: Partial<WorkerHostOptions>): WorkerHostOptions;
  /** `worker-ctl`, typed on the host itself. */
  control(word: "start" | "stop"): void;
  isRunning(): boolean;
  /** From now on a stop is taken and nothing happens. */
  setStubborn(stubborn: boolean): void;
  bytes(name: string): Buffer | null;
  rights(name: string): string;
  end(): void;
}

/**
 * stop, start and status of a process that does nothing, as a service manager has them. The process takes its pid file away itself:
 * whether process 1 reaps it soon is not ours.
 */
const CONTROL = `#!/bin/sh
here=$(dirname "$0")
pid=$(cat "$here/pid" 2>/dev/null)
alive() { [ -f "$here/pid" ] && kill -0 "$pid" 2>/dev/null; }
case $1 in
  status) [ -f "$here/word" ] && { cat "$here/word"; exit 3; }; alive && echo active || { echo inactive; exit 3; } ;;
  stop) [ -f "$here/stubborn" ] || { alive && kill "$pid"; while [ -f "$here/pid" ]; do sleep 0.02; done; } ;;
  start) alive || { "$0" work </dev/null >/dev/null 2>&1 & while [ ! -s "$here/pid" ]; do sleep 0.02; done; } ;;
  work) trap 'rm -f "$here/pid"; kill $!; exit 0' TERM; sleep 600 & echo $$ > "$here/pid"; wait ;;
  broken) echo "Unit not found." >&2; exit 5 ;;
esac
`;

export function makeRelayHost(): RelayHost {
  const folder = mkdtempSync(join(tmpdir(), "dm-medic-host-"));
  const [relay, upstream, control] = [join(folder, "relay-dir"), join(folder, "upstream"), join(folder, "worker-ctl")];
  for (const made of [join(relay, SUB), upstream]) mkdirSync(made, { recursive: true });
  const whole = randomBytes(300_001);
  const partial = whole.subarray(0, 4_321);
  writeFileSync(join(upstream, FILE), whole);
  writeFileSync(join(relay, "server-uuid.index"), `${SUB}\n`);
  writeFileSync(join(relay, SUB, "mysql-bin.000001"), "older");
  writeFileSync(join(relay, SUB, FILE), partial);
  writeFileSync(join(relay, SUB, "relay.meta"), META_BEFORE);
  for (const name of [FILE, "relay.meta"]) {
    chmodSync(join(relay, SUB, name), 0o640);
    if (process.getuid?.() === 0) chownSync(join(relay, SUB, name), 4_321, 1_234);
  }
  writeFileSync(control, CONTROL);
  chmodSync(control, 0o755);
  const tell = (word: string) =>
    spawnSync(control, [word], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).stdout.trim();
  const onHost = (...words: string[]) => ({ where: "on-host" as const, words });
  const at = (name: string): string => (existsSync(join(relay, SUB, name)) ? join(relay, SUB, name) : join(relay, name));
  tell("start");
  return {
    folder,
    relay,
    upstream,
    whole,
    partial,
    file: { run: "R-2", subDirectory: SUB, file: FILE, sizeBytes: whole.length, replacesBytes: partial.length },
    meta: {
      run: "R-2",
      subDirectory: SUB,
      names: { file: "mysql-bin.000003", position: 4, gtid: null },
      texts: { before: META_BEFORE, after: META_AFTER },
    },
    options: (run, parts = {}) => ({
      worker: "worker-1",
      form: "command",
      run,
      relayDirectory: relay,
      stop: onHost(control, "stop"),
      start: onHost(control, "start"),
      status: { ...onHost(control, "status"), running: ["active"], stopped: ["inactive", "failed"] },
      fetch: onHost("cp", `${upstream}/{file}`, "{target}"),
      sha256: onHost("sha256sum", `${upstream}/{file}`),
      commandSeconds: 20,
      environment: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
      ...parts,
    }),
    control: tell,
    isRunning: () => tell("status") === "active",
    setStubborn(stubborn) {
      if (stubborn) writeFileSync(join(folder, "stubborn"), "");
      else rmSync(join(folder, "stubborn"), { force: true });
    },
    bytes: (name) => (existsSync(at(name)) ? readFileSync(at(name)) : null),
    rights(name) {
      const { mode, uid, gid } = statSync(at(name));
      return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
    },
    end() {
      rmSync(join(folder, "stubborn"), { force: true });
      tell("stop");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
