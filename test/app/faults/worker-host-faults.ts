import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import type { Run } from "../../../src/domain/run/run.ts";
import { OPERATOR } from "../../support/engine.ts";
import { type FaultCase, type FaultStage, type FaultStageOptions, TROUBLES } from "../../support/fault-case.ts";
import type { HostFault } from "../../support/worker-disk.ts";

const FILE = "mysql-bin.000002";
const WHOLE = 4_823_459_817;
const onHost =
  (words: string, kind: HostFault, says: string, howOften?: "once" | "always") =>
  ({ disk }: FaultStage): void =>
    disk.fault(words, kind, says, howOften);
/** On v1.0 the sync unit stops at the copied file: all that a run on the host can come to there by itself. */
const OPTIONS = { version: "v1.0.7" } as const;
const REPLACED = { as: "failed", left: "steps-stay", says: /Watch orders.*Paused: binlog checksum mismatch/ } as const;
/** From v2.0 on the relay goes on writing all the time, and free workers take over. */
const LATER = { policy: { passFileSeconds: 20 } } as const;
const untouched = (says: RegExp) => ({ as: "failed", left: "task-untouched", says }) as const;
const stopped = (says: RegExp) => ({ as: "needs-person", left: "worker-stopped", says }) as const;
const GO_ON = { answer: "go-on", ends: REPLACED } as const;
const PUT_BACK = { answer: "put-back", ends: { as: "failed", says: /was put back/ } } as const;
/** Whatever became of the relay: no call to DM, and only row 200 lies within what a sync unit reads there. */
const COMMON = { trouble: "relay", options: OPTIONS, calls: [], rows: [1, 2, 200], task: "Paused" } as const;
const isReplaced = ({ disk }: FaultStage): void => assert.equal(disk.size(disk.path(FILE)), WHOLE);
const isNotReplaced = ({ disk }: FaultStage): void => {
  assert.notEqual(disk.size(disk.path(FILE)), WHOLE);
  assert.equal(disk.size(disk.inWork("R-1", `${FILE}.part`)), null);
};
const runs = ({ world }: FaultStage): void => assert.equal(world.workers.get("worker1")?.state, "alive");
const DISK = "\\n/dev/disk 9000 8000 1000 90% /";
const DF_FULL = `Filesystem 1024-blocks Used Available Capacity Mounted on${DISK}${DISK}`;
const LOST = "client_loop: send disconnect: Broken pipe";

const BEFORE_THE_STOP: readonly FaultCase[] = [
  {
    ...COMMON,
    options: LATER,
    task: "Running",
    id: "host-key-changed",
    happens: "the worker's host shows another key than the known one",
    holds: "nothing runs there; the run ends, nothing was changed, and the key is named",
    fault: onHost("", "refused", "Host key verification failed.", "always"),
    ends: untouched(/[Hh]ost key/),
    check: isNotReplaced,
  },
  {
    ...COMMON,
    options: LATER,
    task: "Running",
    id: "host-login-refused",
    happens: "the worker's host refuses the login",
    holds: "nothing runs there; the run ends, nothing was changed",
    fault: onHost("", "refused", "tidb@host: Permission denied (publickey).", "always"),
    ends: untouched(/Permission denied/),
    check: isNotReplaced,
  },
  {
    ...COMMON,
    options: LATER,
    task: "Running",
    id: "host-away",
    happens: "nobody listens on the worker's host",
    holds: "the run ends, nothing was changed",
    fault: onHost("", "refused", "ssh: connect to host worker port 22: Connection refused", "always"),
    ends: untouched(/Connection refused/),
    check: isNotReplaced,
  },
  {
    ...COMMON,
    options: { ...LATER, onHost: { commandSeconds: 1 } },
    task: "Running",
    id: "host-hangs",
    happens: "the worker's host takes a command and nothing more is heard of it",
    holds: "the command ends with its time-out; the run ends, nothing was changed",
    fault: onHost("server-uuid.index", "hangs", ""),
    ends: untouched(/no end within/),
    check: isNotReplaced,
  },
  {
    ...COMMON,
    options: LATER,
    task: "Running",
    id: "host-disk-too-small",
    happens: "the worker's disk has no room for the copy and a reserve",
    holds: "nothing is copied; the run ends, nothing was changed, with what is free and what is needed",
    fault: onHost("df -P -k *worker1 ", "prints", DF_FULL),
    ends: untouched(/1073741824|free/),
    check: isNotReplaced,
  },
  {
    ...COMMON,
    options: LATER,
    task: "Running",
    id: "host-disk-full-in-copy",
    happens: "the worker's disk is full in the middle of the copy",
    holds: "the run ends, nothing was changed, and what had arrived is removed",
    fault: onHost("cp --sparse", "fail", "cp: error writing: No space left on device"),
    ends: untouched(/No space left on device/),
    check: isNotReplaced,
  },
  {
    ...COMMON,
    options: LATER,
    task: "Running",
    id: "host-copy-short",
    happens: "the copy arrives in part, and the command ends well",
    holds: "its size is held against the upstream's list: refused, removed, nothing was changed",
    fault: onHost("cp --sparse", "short", ""),
    ends: untouched(/100/),
    check: isNotReplaced,
  },
  {
    ...COMMON,
    id: "host-sha256-differs",
    happens: "the copy has the right size and other bytes",
    holds: "its sha256 is held against the upstream's: refused, removed, nothing was changed",
    options: { ...OPTIONS, onHost: { sha256: { where: "on-host", words: ["sha256sum", `/upstream/{file}`] } } },
    fault: (stage) => {
      onHost("sha256sum /upstream", "prints", "a".repeat(64))(stage);
      onHost("sha256sum", "prints", "b".repeat(64))(stage);
    },
    ends: untouched(/sha256|checksum/),
    check: isNotReplaced,
  },
  {
    ...COMMON,
    id: "host-connection-lost-in-copy",
    happens: "the connection is lost after the copy has arrived",
    holds: "what is there is looked at: a copy that was not checked does not count; a person is called, and Go on copies it anew",
    fault: onHost("cp --sparse", "lost", LOST),
    ends: { as: "needs-person", says: /Broken pipe/ },
    afterwards: GO_ON,
    check: isReplaced,
  },
  {
    ...COMMON,
    options: LATER,
    task: "Running",
    id: "host-may-not-stop",
    happens: "the login may not stop the worker",
    holds: "the run ends, nothing was changed, the worker runs",
    fault: onHost("worker-ctl stop", "fail", "sudo: a password is required"),
    ends: untouched(/a password is required/),
    check: (stage) => runs(stage),
  },
];

const AFTER_THE_STOP: readonly FaultCase[] = [
  {
    ...COMMON,
    id: "host-stop-reply-lost",
    happens: "the worker stops and the connection is lost",
    holds: "its process is asked for, the stop is not sent again",
    fault: onHost("worker-ctl stop", "lost", LOST),
    ends: REPLACED,
    check: (stage) => {
      isReplaced(stage);
      assert.equal(stage.disk.commands().filter((words) => words.includes("worker-ctl stop")).length, 1);
    },
  },
  {
    ...COMMON,
    id: "host-rename-fails",
    happens: "the copy cannot be renamed into its place",
    holds: "the old file is back; loud: the worker is stopped; Go on puts the copy in place",
    fault: onHost(".checked ", "fail", "mv: cannot move: Permission denied"),
    ends: stopped(/cannot move/),
    afterwards: GO_ON,
    check: isReplaced,
  },
  {
    ...COMMON,
    id: "host-rename-fails-put-back",
    happens: "the copy cannot be renamed into its place, and a person says Put back",
    holds: "the worker is started with its old file",
    fault: onHost(".checked ", "fail", "mv: cannot move: Permission denied"),
    ends: stopped(/cannot move/),
    afterwards: PUT_BACK,
    check: (stage) => runs(stage),
  },
  {
    ...COMMON,
    id: "host-rename-reply-lost",
    happens: "the copy is renamed into its place and the connection is lost",
    holds: "the folder is looked at: it is in place; nothing is done twice",
    fault: onHost(".checked ", "lost", LOST),
    ends: REPLACED,
    check: isReplaced,
  },
  {
    ...COMMON,
    id: "host-meta-reply-lost",
    happens: "relay.meta is renamed into its place and the connection is lost",
    holds: "it is read: it names the next file; nothing is done twice",
    fault: onHost("relay.meta.part /", "lost", LOST),
    ends: REPLACED,
    check: isReplaced,
  },
  {
    ...COMMON,
    id: "host-meta-names-another",
    happens: "a colleague has relay.meta name another file while the worker is stopped",
    holds: "it is not written over; loud: the worker is stopped; Put back brings the old file and starts the worker",
    at: {
      step: "put-relay-file",
      is: "done",
      happen: ({ disk }) =>
        writeFileSync(disk.path("relay.meta"), 'binlog-name = "mysql-bin.000001"\nbinlog-pos = 4\nbinlog-gtid = ""\n'),
    },
    ends: stopped(/mysql-bin\.000001/),
    afterwards: PUT_BACK,
    check: (stage) => runs(stage),
  },
  {
    ...COMMON,
    id: "host-file-vanishes",
    happens: "the relay's own file is gone when the worker is stopped",
    holds: "there is nothing to keep; the copy is put in its place",
    at: { step: "stop-worker", is: "done", happen: ({ disk }) => rmSync(disk.path(FILE)) },
    ends: REPLACED,
    check: isReplaced,
  },
  {
    ...COMMON,
    id: "host-sub-directory-moved",
    happens: "the relay turns to another upstream, and to another sub-directory, between the fetch and the stop",
    holds: "the file is not put where a file of another server has its name; loud: the worker is stopped; Put back starts it",
    at: {
      step: "stop-worker",
      is: "done",
      happen: ({ disk }) => {
        cpSync(`${disk.folder}/worker1/0-101.000001/relay.meta`, `${disk.folder}/worker1/0-102.000002/relay.meta`);
        writeFileSync(`${disk.folder}/worker1/server-uuid.index`, "0-101.000001\n0-102.000002\n");
      },
    },
    ends: stopped(/0-102\.000002/),
    afterwards: PUT_BACK,
    check: (stage) => {
      assert.notEqual(stage.disk.size(`${stage.disk.folder}/worker1/0-102.000002/${FILE}`), WHOLE);
      runs(stage);
    },
  },
  {
    ...COMMON,
    id: "host-start-fails",
    happens: "the worker does not start",
    holds: "loud: the worker is stopped; Go on starts it",
    fault: onHost("worker-ctl start", "fail", "Job for dm-worker failed"),
    ends: stopped(/Job for dm-worker failed/),
    afterwards: GO_ON,
    check: isReplaced,
  },
  {
    ...COMMON,
    id: "host-start-reply-lost",
    happens: "the worker starts and the connection is lost",
    holds: "its process is asked for, and DM for who holds the source",
    fault: onHost("worker-ctl start", "lost", LOST),
    ends: REPLACED,
    check: isReplaced,
  },
  {
    ...COMMON,
    id: "host-other-worker-takes-it",
    happens: "a free worker takes the source while the repaired one is stopped",
    holds: "the repair counts as failed, with the name of the worker that has the source",
    options: { ...LATER, freeWorkers: 1 },
    task: "Running",
    ends: stopped(/worker worker2 has taken the source meanwhile/),
  },
];

/** What the card shows, typed on the host; not at once, because a worker that is to stop lives in this process. */
async function type(run: Run, isDone: (command: string) => boolean): Promise<void> {
  const shown = run.steps.find(({ state }) => state.kind === "by-hand")?.state;
  assert.ok(shown?.kind === "by-hand", JSON.stringify(run.state));
  for (const line of shown.commands.split("\n"))
    if (line !== "" && !line.startsWith("#") && isDone(line)) await promisify(execFile)("sh", ["-c", line]);
}

/** A person who works through the cards; `isDone` says which commands they really typed before they pressed Done. */
async function byHand(stage: FaultStage, isDone: (command: string) => boolean): Promise<readonly Run[]> {
  await TROUBLES.relay.prepare(stage);
  const id = await stage.approvedRun("replace-relay-file");
  const seen: Run[] = [];
  for (let run = await stage.finish(id); ; run = await stage.finish(id)) {
    seen.push(run);
    if (run.state.kind !== "needs-person" || seen.length > 12) return seen;
    // worker-ctl ends when the worker is stopped, and DM shows it.
    await type(run, isDone);
    await stage.executor.byPerson(id, OPERATOR, "go-on");
  }
}
const BY_HAND = {
  relay: true,
  policy: { passFileSeconds: 1, verifySeconds: 2 },
  onHost: { form: "by-hand" },
} as const satisfies FaultStageOptions;
const waitsAt = (runs: readonly Run[]): (string | undefined)[] =>
  runs.map(({ steps }) => steps.find(({ state }) => state.kind === "by-hand")?.step.action.kind);

const BY_PEOPLE: readonly FaultCase[] = [
  {
    id: "hand-all-done",
    happens: "only people reach the worker's host, and they do what the cards say",
    holds: "each step is shown with its commands and waits for Done; the relay is past the file, and no call is made",
    options: BY_HAND,
    async try(stage) {
      const seen = await byHand(stage, () => true);

      const last = seen.at(-1)!;
      assert.deepEqual(waitsAt(seen.slice(0, -1)), [
        "fetch-relay-file",
        "stop-worker",
        "put-relay-file",
        "rewrite-relay-meta",
        "start-worker",
      ]);
      assert.ok(last.state.kind === "failed" && last.state.left === "steps-stay", JSON.stringify(last.state));
      assert.ok(last.state.why.includes("not past mysql-bin.000002 within 1 s"), last.state.why);
      isReplaced(stage);
      assert.deepEqual(stage.writes(), []);
    },
  },
  {
    id: "hand-stop-not-done",
    happens: "somebody presses Done and has not stopped the worker",
    holds: "DM still counts it as alive: the same card is shown again, and no file is touched",
    options: BY_HAND,
    async try(stage) {
      let presses = 0;
      const seen = await byHand(stage, (command) => !command.includes("worker-ctl stop") || ++presses > 2);

      assert.deepEqual(waitsAt(seen).slice(0, 5), [
        "fetch-relay-file",
        "stop-worker",
        "stop-worker",
        "stop-worker",
        "put-relay-file",
      ]);
      assert.equal(stage.disk.size(stage.disk.inWork("R-1", `${FILE}.before`)) !== null, true);
    },
  },
  {
    id: "hand-meta-not-done",
    happens: "somebody presses Done and has not changed relay.meta",
    holds: "nothing outside the host shows it, but the relay does: it is not past the file, and the run ends with that",
    options: BY_HAND,
    async try(stage) {
      const last = (await byHand(stage, (command) => !command.includes("relay.meta"))).at(-1)!;

      assert.ok(last.state.kind === "failed" && last.state.left === "steps-stay", JSON.stringify(last.state));
      assert.match(last.state.why, /the relay is not past .* within 2 s/);
    },
  },
];

export const WORKER_HOST_FAULTS: readonly FaultCase[] = [...BEFORE_THE_STOP, ...AFTER_THE_STOP, ...BY_PEOPLE];
