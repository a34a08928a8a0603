import { readFileSync, statSync } from "node:fs";
import { createCommandHost } from "../../src/adapters/worker-host/command-host.ts";
import { type Command, type CommandOutcome, runCommand } from "../../src/adapters/worker-host/run-command.ts";
import type { FactSources } from "../../src/app/fact-sources.ts";
import type { Life } from "./life.ts";
import { makeWorkerDisk, type WorkerDisk } from "./worker-disk.ts";

/** A worker's host on which a process may end before and after every command that changes something there. */
export interface MortalHost extends WorkerDisk {
  reachedBy(facts: FactSources, life: Life): FactSources;
  /** The commands so far that did what DM can see: renames, stops and starts, without their paths. A copy aside may be begun anew. */
  changes(): readonly string[];
  /** The way to the host is lost right after this command was done there. */
  loseAfter(command: RegExp): void;
  returns(): void;
  /** How many commands were run in all, those that only look among them. */
  ran(): number;
  meta(): string;
  /** -1: it is not there. */
  bytesOf(name: string): number;
}

const CHANGING = /^(?:mkdir|chown|chmod|cp|mv|dd|rm|sync|worker-ctl (?:stop|start))/;
const SEEN_BY_DM = /^(?:mv|worker-ctl)/;

export function makeMortalHost(change?: Parameters<typeof makeWorkerDisk>[1]): MortalHost {
  const disk = makeWorkerDisk([], change);
  const changes: string[] = [];
  let lostAfter: RegExp | null = null;
  let isLost = false;
  let ran = 0;

  async function run(command: Command, life: Life): Promise<CommandOutcome> {
    ran++;
    if (isLost) return { kind: "cut-off", why: "the connection was reset" };
    const words = command.words.map((word) => word.slice(word.lastIndexOf("/") + 1)).join(" ");
    if (!CHANGING.test(words)) return runCommand(command);
    life.reachAgain("before", words);
    const outcome = await runCommand(command);
    if (SEEN_BY_DM.test(words)) changes.push(words);
    life.reachAgain("after", words);
    isLost = lostAfter?.test(words) ?? false;
    return isLost ? { kind: "cut-off", why: "the connection was reset" } : outcome;
  }
  return {
    ...disk,
    reachedBy(facts, life) {
      const host = createCommandHost(disk.host, (command) => run(command, life));
      const databases = [...facts.databases].map(
        ([name, own]) => [name, { ...own, workerHosts: new Map([[disk.host.worker, host]]) }] as const,
      );
      return { ...facts, databases: new Map(databases) };
    },
    changes: () => changes,
    loseAfter(command) {
      lostAfter = command;
    },
    returns() {
      lostAfter = null;
      isLost = false;
    },
    ran: () => ran,
    meta: () => readFileSync(disk.path("relay.meta"), "utf8"),
    bytesOf: (name) => statSync(disk.path(name), { throwIfNoEntry: false })?.size ?? -1,
  };
}
