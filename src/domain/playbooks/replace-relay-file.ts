import type { Target } from "../plan/plan.ts";
import { type BaseFacts, type Playbook, step, WRITE_SECONDS } from "./playbook.ts";
import { compare, verify } from "./task-steps.ts";

export interface RelayFileFacts extends BaseFacts {
  /** Every task of the source: each reads the relay's files. */
  readonly tasks: readonly Target[];
  readonly worker: string;
  readonly file: string;
  readonly nextFile: string;
  readonly sizeBytes: number;
  /** The set at the start of the next file where the source reads by GTIDs, else null. */
  readonly nextGtids: string | null;
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
    const { target, tasks, worker, file, nextFile, sizeBytes, nextGtids } = facts;
    return [
      step(target, { kind: "check-before-stop" }),
      step(target, { kind: "fetch-relay-file", worker, file, sizeBytes }, facts.fetchSeconds),
      step(target, { kind: "stop-worker", worker }, WRITE_SECONDS),
      step(target, { kind: "put-relay-file", worker, file, sizeBytes }, WRITE_SECONDS),
      step(target, { kind: "rewrite-relay-meta", worker, file, nextFile, gtids: nextGtids }),
      step(target, { kind: "start-worker", worker }, WRITE_SECONDS),
      step(target, { kind: "verify-relay", past: file }, facts.timing.verifySeconds),
      ...tasks.map((task) => step(task, { kind: "watch-past-file", file, sizeBytes }, facts.timing.passFileSeconds)),
      ...tasks.map((task) => verify(facts, task)),
      ...tasks.map((task) => compare(facts, task)),
    ];
  },
};
