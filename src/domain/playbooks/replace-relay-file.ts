import type { Target } from "../plan/plan.ts";
import { type BaseFacts, type Playbook, step, WRITE_SECONDS } from "./playbook.ts";
import { compare, verify } from "./task-steps.ts";

export type HostCommands = Readonly<Record<"fetch" | "stop" | "put" | "meta" | "start", readonly string[]>>;

export interface RelayFileFacts extends BaseFacts {
  /** Every task of the source: each reads the relay's files. */
  readonly tasks: readonly Target[];
  readonly worker: string;
  readonly file: string;
  readonly nextFile: string;
  readonly sizeBytes: number;
  /** The set at the start of the next file where the source reads by GTIDs, else null. */
  readonly nextGtids: string | null;
  /** What each step on the host is as commands; null: the host is not configured. */
  readonly commands: HostCommands | null;
  /** How long fetching the file may take, in seconds. */
  readonly fetchSeconds: number;
}

/**
 * The repair that the FAQ documents for the relay unit: the upstream's own file in place of the relay's, relay.meta past it. Done is
 * done only when the sync unit is past the copied file; on v8.1.0 it turned there for ever without an error (over-4gib-lab).
 */
export const replaceRelayFile: Playbook<RelayFileFacts> = {
  id: "replace-relay-file",
  risk: "data",
  steps: (facts) => {
    const { target, tasks, file, nextFile, sizeBytes, nextGtids } = facts;
    const on = (part: keyof HostCommands) => ({
      worker: facts.worker,
      ...(facts.commands === null ? {} : { commands: facts.commands[part] }),
    });
    return [
      step(target, { kind: "check-before-stop" }),
      step(target, { kind: "fetch-relay-file", ...on("fetch"), file, sizeBytes }, facts.fetchSeconds),
      step(target, { kind: "stop-worker", ...on("stop") }, WRITE_SECONDS),
      step(target, { kind: "put-relay-file", ...on("put"), file, sizeBytes }, WRITE_SECONDS),
      step(target, { kind: "rewrite-relay-meta", ...on("meta"), file, nextFile, gtids: nextGtids }),
      step(target, { kind: "start-worker", ...on("start") }, WRITE_SECONDS),
      step(target, { kind: "verify-relay", past: file }, facts.timing.verifySeconds),
      ...tasks.map((task) => step(task, { kind: "watch-past-file", file, sizeBytes }, facts.timing.passFileSeconds)),
      ...tasks.map((task) => verify(facts, task)),
      ...tasks.map((task) => compare(facts, task)),
    ];
  },
};
