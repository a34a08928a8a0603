import { fileNumberOf, nextFileOf, plainName } from "../binlog/binlog-name.ts";
import type { BinlogFile } from "../binlog/upstream-facts.ts";
import { type UpstreamSigns, whoseFile } from "../binlog/whose-file.ts";
import type { Known } from "../observation/known.ts";
import { fails, type GateId, holds, unknownYet } from "../plan/gate.ts";
import type { GateAnswer } from "../plan/plan.ts";
import { isOver4gib, isTooLargeSoon } from "../signals/big-files.ts";

/** What a repair of a relay stands on. */
export interface RelayFacts {
  readonly hasRelay: boolean;
  readonly files: Known<readonly BinlogFile[]>;
  /** What tells whose files these are. */
  readonly signs: UpstreamSigns;
  /** Where each task of the source stands (global rows); null: not known. */
  readonly taskFiles: readonly (string | null)[];
  readonly readsByGtid: boolean;
}

export function relayOnGate({ hasRelay }: RelayFacts): GateAnswer {
  return hasRelay ? holds("relay", "gate-relay-on") : fails("relay", "gate-relay-off");
}

/** A relay that begins anew pulls from where the tasks stand: the upstream must still have all of it. */
export function neededGate({ files, signs, taskFiles }: RelayFacts): GateAnswer {
  const other = taskFiles.flatMap((name) => (name === null ? [] : otherUpstream("needed", name, signs)))[0];
  if (other) return other;
  const oldest = earliest(taskFiles);
  if (files.kind === "not-known") return unknownYet("needed", "gate-file-not-measured", { file: oldest ?? "?", why: files.why });
  if (oldest === null) return unknownYet("needed", "gate-rows-not-known", { why: "a task's checkpoint" });
  const first = files.value[0];
  return first && fileNumberOf(oldest) >= first.number
    ? holds("needed", "gate-relay-needed-there", { file: oldest })
    : fails("needed", "gate-relay-needed-purged", { file: oldest, oldest: first?.name ?? "?" });
}

/**
 * Read by position, rows past 4 GiB are lost where the relay is made anew (over-4gib-lab): refused in favour of GTIDs, also while the
 * file still grows towards them.
 */
export function noBigFileGate({ files, taskFiles, readsByGtid }: RelayFacts): GateAnswer {
  if (readsByGtid) return holds("big-file", "gate-gtid-already");
  if (files.kind === "not-known") return fails("big-file", "gate-file-not-measured", { file: "?", why: files.why });
  const from = fileNumberOf(earliest(taskFiles) ?? files.value[0]?.name ?? "");
  const big = files.value.find((file) => file.number >= from && isTooLargeSoon(file));
  return big
    ? fails("big-file", "gate-relay-big-file", { file: big.name, bytes: String(big.sizeBytes) })
    : holds("big-file", "gate-relay-no-big-file");
}

/** A name of a server that the source had before cannot be measured on the one that it has now. */
function otherUpstream(gate: GateId, name: string, signs: UpstreamSigns): GateAnswer[] {
  const whose = whoseFile(name, signs);
  return whose.kind === "other" ? [fails(gate, "gate-upstream-other", { name, why: whose.why })] : [];
}

function earliest(files: readonly (string | null)[]): string | null {
  if (files.includes(null) || files.length === 0) return null;
  const sorted = (files as string[]).toSorted((a, b) => fileNumberOf(a) - fileNumberOf(b));
  return plainName(sorted[0]!);
}

export interface RelayFileFacts {
  readonly file: string;
  /** As it was named: by the asker or by DM, perhaps with the relay's suffix. */
  readonly named: string;
  readonly signs: UpstreamSigns;
  readonly files: Known<readonly BinlogFile[]>;
  /** The worker that is bound to the source, and others that are free. */
  readonly worker: string | null;
  readonly freeWorkers: readonly string[];
  /** Workers that pull the source's relay log besides. */
  readonly otherPullers: readonly string[];
  /** How the worker's host is reached: `command`, `by-hand`; null: not configured. */
  readonly host: string | null;
  readonly nextGtids: Known<string> | null;
}

export function relayFileGates({
  file,
  named,
  signs,
  files,
  worker,
  freeWorkers,
  otherPullers,
  host,
  nextGtids,
}: RelayFileFacts): GateAnswer[] {
  const bound = worker === null ? fails("worker", "gate-worker-unbound") : holds("worker", "gate-worker-holds", { worker });
  const reached =
    host === null
      ? fails("host", "gate-no-host", { worker: worker ?? "?" })
      : holds("host", "gate-host", { worker: worker ?? "?", how: host });
  const otherRelays =
    otherPullers.length === 0 ? [] : [unknownYet("other-relays", "gate-other-relays", { workers: otherPullers.join(", ") })];
  const others =
    freeWorkers.length === 0
      ? holds("failover", "gate-no-free-worker-takes")
      : unknownYet("failover", "gate-free-worker-takes", { workers: freeWorkers.join(", ") });
  return [
    ...otherUpstream("upstream", named, signs),
    ...fileGates(file, files),
    bound,
    reached,
    others,
    ...otherRelays,
    ...gtidGate(file, nextGtids),
  ];
}

function fileGates(file: string, files: Known<readonly BinlogFile[]>): GateAnswer[] {
  if (files.kind === "not-known") return [fails("file", "gate-file-not-measured", { file, why: files.why })];
  const number = fileNumberOf(file);
  const found = files.value.find((candidate) => candidate.number === number);
  if (!found) {
    const oldest = files.value[0]?.name ?? "?";
    return [fails("file", number < (files.value[0]?.number ?? 0) ? "gate-file-purged" : "gate-file-not-there", { file, oldest })];
  }
  const next = files.value.find((candidate) => candidate.number === number + 1);
  return [
    isOver4gib(found)
      ? holds("file", "gate-file-over-4gib", { file, bytes: String(found.sizeBytes) })
      : fails("file", "gate-file-small", { file, bytes: String(found.sizeBytes) }),
    found.isActive ? fails("file-closed", "gate-file-active", { file }) : holds("file-closed", "gate-file-closed", { file }),
    next ? holds("next-file", "gate-next-file", { file: next.name }) : fails("next-file", "gate-no-next-file", { file }),
  ];
}

function gtidGate(file: string, nextGtids: Known<string> | null): GateAnswer[] {
  return nextGtids?.kind === "not-known"
    ? [fails("next-gtids", "gate-next-gtids-not-known", { file: nextFileOf(file) ?? file, why: nextGtids.why })]
    : [];
}
