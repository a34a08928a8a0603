import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "./bot-stage.ts";

/** What goes wrong with the next command that holds these words; each happens once. */
export type Fault =
  /** The connection ends before the command runs. */
  | "drop-before"
  /** The command runs to its end, and the connection ends before its answer. */
  | "drop-after"
  /** The command does not run and ends with 1. */
  | "fail";

export interface Sshd {
  readonly port: number;
  /** The words that come before a command: ssh with its own known_hosts and key, never asking anybody. */
  readonly run: readonly string[];
  /** The same with one login for many commands: ssh's ControlMaster, as a host with slow logins is configured. */
  readonly runShared: readonly string[];
  /** The same with another host key, or another client key, than the right one. */
  readonly runWithWrongHostKey: readonly string[];
  readonly runWithWrongKey: readonly string[];
  /** Every command that was sent, oldest first. */
  commands(): string[];
  fault(kind: Fault, words: string): void;
  /** No file may grow past so many 512-byte blocks; null: no limit. */
  limitFileSize(blocks: number | null): void;
  /** Nobody listens any more, until `listen`. */
  close(): Promise<void>;
  listen(): Promise<void>;
  stop(): Promise<void>;
}

/** The server runs this instead of the command that was asked for, so that it can be counted, cut off or limited. */
const GATE = `#!/bin/sh
here=$(dirname "$0")
command=$SSH_ORIGINAL_COMMAND
printf '%s\\n' "$command" >> "$here/commands"
hit() {
  [ -f "$here/$1" ] || return 1
  while IFS= read -r words; do
    case "$command" in *"$words"*) ;; *) continue ;; esac
    grep -vxF -e "$words" "$here/$1" > "$here/$1.left"
    mv "$here/$1.left" "$here/$1"
    return 0
  done < "$here/$1"
  return 1
}
[ -f "$here/blocks" ] && ulimit -f "$(cat "$here/blocks")"
hit drop-before && { kill -9 "$PPID"; exit 1; }
hit fail && { echo "made to fail" >&2; exit 1; }
sh -c "$command"
code=$?
hit drop-after && kill -9 "$PPID"
exit "$code"
`;

/** An own OpenSSH server of Debian's package: own keys, own port on 127.0.0.1, in the foreground, ended with the test file. */
export async function startSshd(): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), "dm-medic-sshd-"));
  const port = await freePort();
  for (const name of ["host-key", "other-host-key", "client-key", "other-client-key"]) makeKey(join(folder, name));
  writeFileSync(join(folder, "gate.sh"), GATE);
  chmodSync(join(folder, "gate.sh"), 0o755);
  writeFileSync(join(folder, "authorized_keys"), readFileSync(join(folder, "client-key.pub")));
  const knownAs = (key: string): string => `[127.0.0.1]:${port} ${readFileSync(join(folder, `${key}.pub`), "utf8")}`;
  writeFileSync(join(folder, "known_hosts"), knownAs("host-key"));
  writeFileSync(join(folder, "wrong_known_hosts"), knownAs("other-host-key"));
  writeFileSync(join(folder, "sshd_config"), configOf(folder, port));
  // OpenSSH wants this folder when root starts it; Debian's service makes it, and here is no service.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  // The default key exchange would take longer than all else that a test does.
  const runWith = (known: string, key: string): string[] => [
    ...["ssh", "-F", "none", "-p", String(port), "-i", join(folder, key), "-l", userInfo().username],
    ...[
      "-o",
      "BatchMode=yes",
      "-o",
      "IdentitiesOnly=yes",
      "-o",
      "KexAlgorithms=curve25519-sha256",
      "-o",
      "ConnectTimeout=5",
      "-o",
      "StrictHostKeyChecking=yes",
    ],
    ...["-o", `UserKnownHostsFile=${join(folder, known)}`, "-o", "GlobalKnownHostsFile=/dev/null", "127.0.0.1", "--"],
  ];
  const run = runWith("known_hosts", "client-key");
  const socket = join(folder, "login");
  const runShared = [
    ...run.slice(0, -2),
    ...["-o", "ControlMaster=auto", "-o", `ControlPath=${socket}`, "-o", "ControlPersist=30", "127.0.0.1", "--"],
  ];
  let server = await listen(folder, port);
  const close = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill("SIGTERM");
    await once(server, "exit");
  };
  return {
    port,
    run,
    runShared,
    runWithWrongHostKey: runWith("wrong_known_hosts", "client-key"),
    runWithWrongKey: runWith("known_hosts", "other-client-key"),
    commands() {
      const file = join(folder, "commands");
      return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
    },
    fault: (kind, words) => appendFileSync(join(folder, kind), `${words}\n`),
    limitFileSize(blocks) {
      if (blocks === null) rmSync(join(folder, "blocks"), { force: true });
      else writeFileSync(join(folder, "blocks"), String(blocks));
    },
    close,
    async listen() {
      server = await listen(folder, port);
    },
    async stop() {
      spawnSync("ssh", ["-F", "none", "-o", `ControlPath=${socket}`, "-O", "exit", "127.0.0.1"], { stdio: "ignore" });
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** SHLVL: a bash that sshd starts at the first level reads the user's .bashrc, which is no part of any test. */
const configOf = (folder: string, port: number): string => `Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder}/host-key
AuthorizedKeysFile ${folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
LogLevel ERROR
SetEnv SHLVL=9
ForceCommand ${folder}/gate.sh
`;

function makeKey(file: string): void {
  const { status, stderr } = spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", file], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`ssh-keygen failed: ${stderr}`);
}

async function listen(folder: string, port: number): Promise<ChildProcess> {
  // By its whole path: sshd starts itself anew for each connection.
  const server = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", join(folder, "sshd_config")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  server.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  for (let attempt = 0; attempt < 200; attempt++) {
    if (server.exitCode !== null) throw new Error(`sshd ended with ${server.exitCode}: ${said}`);
    if (await answers(port)) return server;
    await wait(25);
  }
  throw new Error(`sshd did not listen within 5 s: ${said}`);
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    // Its greeting, so that the connection is not counted as broken off.
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
  });
