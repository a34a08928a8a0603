import { fileNumberOf, plainName } from "../binlog/binlog-name.ts";
import { whoseFile } from "../binlog/whose-file.ts";
import type { DmError, Generation } from "../observation/observation.ts";
import { isOver4gib, measure } from "../signals/big-files.ts";
import { CONFIDENCE } from "./confidence.ts";
import { wordsOf } from "./error-words.ts";
import { advise, seen } from "./evidence.ts";
import type { Advice, Evidence, PlaybookId } from "./finding.ts";
import type { SourceKnowledge } from "./source-knowledge.ts";
import type { Conclusion } from "./subtask-case.ts";

/** What the failing unit is, for the way out of it. */
export interface FailingUnit {
  readonly unit: "Sync" | "Relay";
  readonly generation: Generation;
  readonly task: string | null;
  /** The relay of the source fails as well: it comes first. */
  readonly relayFails: boolean;
  /** The relay's sub-directory as DM says it; empty: none. */
  readonly subDirectory: string;
}

/**
 * A suspicion of a file over 4 GiB, held against the upstream: over 4 GiB, purged, or damaged, each with the number that proves it.
 * What could not be measured stays a suspicion and says why.
 */
export function measured(
  suspected: Conclusion,
  file: string | null,
  errors: readonly DmError[],
  failing: FailingUnit,
  knowledge: SourceKnowledge | null,
): Conclusion {
  if (!knowledge) return suspected;
  if (knowledge.files.kind === "not-known")
    return withEvidence(suspected, seen("not measured", knowledge.files.why, "SHOW BINARY LOGS"));
  const purgedGtids = errors.some((error) => PURGED_GTIDS.test(wordsOf(error)));
  if (purgedGtids) return purged(suspected, seen("gtid_purged", purgedText(knowledge), "the upstream"));
  if (file === null) return withEvidence(suspected, seen("not measured", "DM names no file", "SHOW BINARY LOGS"));
  const whose = whoseFile(file, { subDirectory: failing.subDirectory, server: knowledge.server });
  if (whose.kind === "other") return withEvidence(suspected, seen("not measured", whose.why, "relaySubDir"));
  const found = measure(knowledge.files, fileNumberOf(file));
  if (found.kind === "not-known") return withEvidence(suspected, seen("not measured", found.why, "SHOW BINARY LOGS"));
  switch (found.value.kind) {
    case "gone":
      return purged(
        suspected,
        seen("oldest file", `${found.value.oldest}, and ${plainName(file)} is needed`, "SHOW BINARY LOGS"),
      );
    case "not-there":
      return withEvidence(suspected, seen(plainName(file), "not listed by this upstream", "SHOW BINARY LOGS"));
    case "size":
      return isOver4gib(found.value)
        ? tooLarge(suspected, plainName(file), found.value.sizeBytes, failing, knowledge)
        : notTooLarge(suspected, plainName(file), found.value.sizeBytes, errors, failing);
    default:
      return found.value satisfies never;
  }
}

const PURGED_GTIDS =
  /master has purged binary logs containing gtids that the slave requires|could not find gtid state requested by slave/;

const withEvidence = (conclusion: Conclusion, ...more: readonly Evidence[]): Conclusion => ({
  ...conclusion,
  evidence: [...conclusion.evidence, ...more],
});

function purgedText({ gtid }: SourceKnowledge): string {
  return gtid.kind === "known" ? (gtid.value.purged ?? "not kept by MariaDB") : gtid.why;
}

function purged(suspected: Conclusion, proof: Evidence): Conclusion {
  return {
    ...withEvidence(suspected, proof),
    kind: "upstream-binlog-purged",
    confidence: CONFIDENCE.shown,
    advice: advise("sync-anew"),
  };
}

/** Words of a file that cannot be read as it is: its events do not fit together, or it ends too early. */
const DAMAGE =
  /checksum mismatch|event err eof|diff from passed-in event|of meta config is too big|impossible position|start position > file size|bogus data|truncated in the middle|error reading log event|between event's start pos/;

/** Not over 4 GiB and still there: damaged, upstream or in the relay's copy, where DM's words fit; else another trouble. */
function notTooLarge(
  suspected: Conclusion,
  file: string,
  sizeBytes: number,
  errors: readonly DmError[],
  { unit }: FailingUnit,
): Conclusion {
  const whole = withEvidence(suspected, seen(file, `${sizeBytes} bytes`, "SHOW BINARY LOGS"));
  const isDamaged = errors.some((error) => error.code === 30029 || DAMAGE.test(wordsOf(error)));
  if (!isDamaged) return { ...whole, kind: "unknown", confidence: CONFIDENCE.none, advice: advise("ask-a-person") };
  return {
    ...whole,
    kind: "binlog-corrupted",
    confidence: CONFIDENCE.wordsOnly,
    advice: unit === "Relay" ? advise("reset-the-relay", "reset-relay") : advise("ask-a-person"),
  };
}

function tooLarge(
  suspected: Conclusion,
  file: string,
  sizeBytes: number,
  failing: FailingUnit,
  knowledge: SourceKnowledge,
): Conclusion {
  return {
    ...withEvidence(suspected, seen(file, `${sizeBytes} bytes`, "SHOW BINARY LOGS"), ...gtidEvidence(failing, knowledge)),
    kind: "binlog-over-4gib",
    confidence: CONFIDENCE.shown,
    advice: adviceFor4gib(failing, knowledge),
  };
}

/** The lossless way where it can be gone, else the documented one of the failing unit with what follows it. */
export function adviceFor4gib(failing: FailingUnit, knowledge: SourceKnowledge): Advice {
  const then = (...playbooks: readonly PlaybookId[]) => playbooks.map((playbook) => ({ playbook, notBefore: null }));
  const isRelay = failing.unit === "Relay" || failing.relayFails;
  if (failing.generation === "v1.0")
    return isRelay
      ? advise("replace-the-relay-file", "replace-relay-file", then("rewind-sync-checkpoint"))
      : advise("rewind-the-checkpoint", "rewind-sync-checkpoint");
  if (hasGtids(failing, knowledge))
    return advise("switch-to-gtid", "switch-to-gtid", isRelay ? then("replace-relay-file") : then("rewind-sync-checkpoint"));
  return isRelay
    ? advise("replace-the-relay-file", "replace-relay-file", then("rewind-sync-checkpoint"))
    : advise("rewind-the-checkpoint", "rewind-sync-checkpoint");
}

/** The upstream has GTIDs on and a global checkpoint row of the source carries a set. */
export function hasGtids({ task }: Pick<FailingUnit, "task">, { gtid, rows }: SourceKnowledge): boolean {
  if (gtid.kind !== "known" || !gtid.value.isOn) return false;
  const tables = task === null ? [...rows.values()] : [rows.get(task)];
  const globals = tables.flatMap((known) => (known?.kind === "known" ? known.value.filter((row) => row.isGlobal) : []));
  return globals.length > 0 && globals.every((row) => row.gtid !== null && row.gtid !== "");
}

function gtidEvidence(failing: FailingUnit, { gtid, readsByGtid }: SourceKnowledge): Evidence[] {
  if (failing.generation === "v1.0") return [];
  const upstream =
    gtid.kind === "known" ? seen("GTIDs on the upstream", gtid.value.isOn ? "on" : "off", gtid.value.version) : null;
  const source = readsByGtid === null ? null : seen("enable-gtid", String(readsByGtid), "source config");
  return [upstream, source].filter((one) => one !== null);
}
