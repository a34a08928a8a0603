import type { HostAnswer, HostCall, HostOutcome, HostWork, RelayFacts, WorkerHost } from "../../app/ports/worker-host.ts";
import { type Known, known, notKnown } from "../../domain/observation/known.ts";
import { isBinlogName } from "../../domain/relay/host-word.ts";
import { wordsOf } from "./answers.ts";
import { actCleanUp, askCleanUp } from "./clean-up.ts";
import { describeWork } from "./describe-work.ts";
import { actFetch, askFetch } from "./fetch-binlog.ts";
import { oddIn } from "./odd-names.ts";
import type { WorkerHostOptions } from "./options.ts";
import { actPlace, askPlace } from "./place-binlog.ts";
import { readSpaces } from "./read-listing.ts";
import { actRestore, askRestore } from "./restore.ts";
import { runCommand } from "./run-command.ts";
import { currentSubDirectory, list, META } from "./scene.ts";
import { openShell, printed, type RunCommand, type Shell } from "./shell.ts";
import { askProcess, changeProcess, workerStateOf } from "./worker-process.ts";
import { actWriteMeta, askWriteMeta } from "./write-meta.ts";

/**
 * A worker's host by argument lists: a `run` list before each command (ssh, kubectl, sudo, nothing), plain programs on the host, no
 * local shell, every name checked before anything runs because a login shell reads it there.
 */
export function createCommandHost(options: WorkerHostOptions, runOne: RunCommand = runCommand): WorkerHost {
  const open = (call: HostCall): Shell => openShell(options, call, runOne);
  return {
    worker: options.worker,
    form: "command",
    workerState: (call) => workerStateOf(options, open(call)),
    look: (call) => look(options, open(call)),
    ask: async (work, call) => oddIn(work) ?? ask(options, open(call), work),
    act: async (work, call) => act(options, open, work, call),
    describe: (work) => describeWork(options, work),
  };
}

function ask(options: WorkerHostOptions, shell: Shell, work: HostWork): Promise<HostAnswer> {
  switch (work.kind) {
    case "stop-worker":
      return askProcess(options, shell, "stopped");
    case "start-worker":
      return askProcess(options, shell, "running");
    case "fetch-binlog":
      return askFetch(options, shell, work);
    case "put-in-place":
      return askPlace(options, shell, work);
    case "write-relay-meta":
      return askWriteMeta(options, shell, work);
    case "restore":
      return askRestore(options, shell, work);
    case "clean-up":
      return askCleanUp(options, shell, work);
    default:
      return work satisfies never;
  }
}

async function act(
  options: WorkerHostOptions,
  open: (call: HostCall) => Shell,
  work: HostWork,
  call: HostCall,
): Promise<HostOutcome> {
  const odd = oddIn(work);
  if (odd) return odd;
  const shell = open(call);
  switch (work.kind) {
    case "stop-worker":
      return changeProcess(options, shell, "stopped");
    case "start-worker":
      return changeProcess(options, shell, "running");
    case "fetch-binlog":
      return actFetch(options, shell, work);
    case "put-in-place":
      return actPlace(options, shell, work);
    case "write-relay-meta":
      return actWriteMeta(options, shell, work);
    case "restore":
      return actRestore(options, shell, work);
    case "clean-up":
      return actCleanUp(options, shell, work);
    default:
      return work satisfies never;
  }
}

async function look(options: WorkerHostOptions, shell: Shell): Promise<Known<RelayFacts>> {
  const { relayDirectory } = options;
  const subDirectory = await currentSubDirectory(shell, relayDirectory);
  if (typeof subDirectory !== "string") return notKnown(wordsOf(subDirectory));
  const sub = `${relayDirectory}/${subDirectory}`;
  const entries = await list(shell, sub);
  if ("kind" in entries) return notKnown(wordsOf(entries));
  const meta = printed(await shell.onHost("small", ["cat", `${sub}/${META}`]));
  if (typeof meta !== "string") return notKnown(wordsOf(meta));
  const space = printed(await shell.onHost("small", ["df", "-P", "-k", relayDirectory]));
  if (typeof space !== "string") return notKnown(wordsOf(space));
  const freeBytes = readSpaces(space, 1)?.[0]?.freeBytes;
  if (freeBytes === undefined) return notKnown(`df -P printed ${JSON.stringify(space.slice(0, 200))}`);
  const files = [...entries.values()].filter(({ type, name }) => type === "file" && isBinlogName(name));
  return known({ subDirectory, meta, files: files.map(({ name, sizeBytes }) => ({ name, sizeBytes })), freeBytes });
}
