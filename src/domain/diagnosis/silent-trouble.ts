import { fileNumberOf } from "../binlog/binlog-name.ts";
import type { CheckpointRow } from "../binlog/checkpoint-row.ts";
import { containsSet, isEmptySet, parseGtidSet } from "../binlog/gtid-set.ts";
import type { BinlogFile } from "../binlog/upstream-facts.ts";
import { signsOf, syncerName, type UpstreamSigns, whoseFile } from "../binlog/whose-file.ts";
import type { Generation, SourceObservation, SubtaskObservation } from "../observation/observation.ts";
import { isOver4gib, isTooLargeSoon } from "../signals/big-files.ts";
import type { RowsSuspicion } from "../signals/rows-suspicion.ts";
import { CONFIDENCE } from "./confidence.ts";
import { advise, counted, seen } from "./evidence.ts";
import type { Finding, Kind, Subject } from "./finding.ts";
import { hasGtids } from "./measured-binlog.ts";
import type { SourceKnowledge, StoppedAndForgotten, TaskMemory } from "./source-knowledge.ts";
import type { Conclusion } from "./subtask-case.ts";

/** Trouble that no status shows: what only the databases, several samples or our own memory know. */
export function silentTrouble(
  cluster: string | null,
  source: SourceObservation,
  generation: Generation,
  knowledge: SourceKnowledge | null,
  memory: TaskMemory,
): Finding[] {
  const name = source.source;
  const about = (subject: Subject, conclusion: Conclusion, task: string | null): Finding => ({
    ...conclusion,
    ...{ cluster, subject, task, source: name, worker: source.worker, unit: null, stage: null, codes: [], position: null },
  });
  const rows = Map.groupBy(
    memory.suspicions.filter((one) => one.source === name && one.closed === null),
    ({ task }) => task,
  );
  const suspected = Array.from(rows, ([task, ones]) =>
    about({ kind: "rows", task, source: name }, rowsMayBeMissing(task, ones, knowledge), task),
  );
  const ahead = knowledge ? bigFileAhead(source, generation, knowledge) : null;
  const forgotten = memory.stopped
    .filter((one) => one.source === name)
    .map((one) => about({ kind: "subtask", task: one.task, source: name }, stoppedAndForgotten(one), one.task));
  return [...suspected, ...(ahead ? [about({ kind: "binlog", source: name }, ahead, null)] : []), ...forgotten];
}

function rowsMayBeMissing(task: string, suspicions: readonly RowsSuspicion[], knowledge: SourceKnowledge | null): Conclusion {
  const found = suspicions.map((one) => one.found).findLast((one) => one !== null) ?? null;
  const evidence = suspicions.flatMap(({ file, sizeBytes, wasSeenPassing }) => [
    seen(file, `${sizeBytes} bytes, read by position`, "SHOW BINARY LOGS"),
    seen("the syncer", wasSeenPassing ? "was seen before it and after it" : "was past it when it was first seen", "syncerBinlog"),
  ]);
  if (found)
    evidence.push(
      counted("rows missing downstream", found.missing, found.comparison),
      counted("rows that differ", found.differing, found.comparison),
      counted("rows only downstream", found.extra, found.comparison),
    );
  const copy = { playbook: "copy-missing-rows", notBefore: null } as const;
  const isLossless = knowledge !== null && hasGtids({ task }, knowledge);
  const advice =
    found === null || found.missing + found.differing + found.extra === 0
      ? advise("compare-both-sides", "compare-rows")
      : isLossless
        ? advise("switch-to-gtid", "switch-to-gtid", [copy])
        : advise("compare-both-sides", "copy-missing-rows");
  const seenPassing = suspicions.some((one) => one.wasSeenPassing);
  return {
    ...{ kind: "rows-may-be-missing", incident: true, evidence, advice, dmRetriesByItself: false },
    confidence: found ? CONFIDENCE.shown : seenPassing ? CONFIDENCE.wordsOnly : CONFIDENCE.suspected,
  };
}

/** Said before rows are lost: a file over 4 GiB that a reader by position has not passed yet, or one that grows towards it. */
function bigFileAhead(source: SourceObservation, generation: Generation, knowledge: SourceKnowledge): Conclusion | null {
  const { files, readsByGtid, gtid, server } = knowledge;
  if (files.kind === "not-known" || readsByGtid !== false) return null;
  const stands = source.subtasks.flatMap((subtask) => numberOf(subtask, signsOf(source, server)) ?? []);
  if (stands.length === 0) return null;
  const first = Math.min(...stands);
  const coming = files.value.filter((file) => file.number >= first && isTooLargeSoon(file));
  const [file] = coming;
  if (!file) return null;
  // v1.0's gateway knows no sources, and its rows carry no set.
  const canSwitch = generation !== "v1.0" && gtid.kind === "known" && gtid.value.isOn;
  return {
    kind: "binlog-over-4gib-ahead",
    incident: true,
    confidence: isOver4gib(file) ? CONFIDENCE.shown : CONFIDENCE.wordsOnly,
    evidence: [
      ...coming.map((one) => seen(one.name, sizeText(one), "SHOW BINARY LOGS")),
      seen("the syncer", `in file ${first}`, "syncerBinlog"),
      knowledge.isNotInForce
        ? seen("enable-gtid", "true, but every stream reads by position: the source was not bound anew", "SHOW PROCESSLIST")
        : seen("enable-gtid", "false", "source config"),
    ],
    dmRetriesByItself: null,
    advice: canSwitch ? advise("switch-before-it-is-reached", "switch-to-gtid") : advise("switch-before-it-is-reached"),
  };
}

const sizeText = ({ sizeBytes, isActive }: BinlogFile): string => `${sizeBytes} bytes${isActive ? ", still growing" : ""}`;

/** null: no sync unit, no place, or a place on another server, whose numbers say nothing here. */
function numberOf(subtask: SubtaskObservation, signs: UpstreamSigns): number | null {
  const file = syncerName(subtask);
  if (subtask.unit !== "Sync" || file === null || whoseFile(file, signs).kind === "other") return null;
  return fileNumberOf(file);
}

function stoppedAndForgotten({ goneSince }: StoppedAndForgotten): Conclusion {
  return {
    kind: "stopped-and-forgotten" satisfies Kind,
    incident: true,
    confidence: CONFIDENCE.shown,
    evidence: [seen("not listed by DM since", new Date(goneSince).toISOString(), "status")],
    dmRetriesByItself: false,
    advice: advise("start-it-again", "start-task"),
  };
}

/** A Sync unit whose rows say something that DM would act on without a word: none at all, or places that the upstream has not reached. */
export function checkpointTrouble(
  subtask: SubtaskObservation,
  source: SourceObservation,
  knowledge: SourceKnowledge | null,
): Conclusion | null {
  if (!knowledge || subtask.unit !== "Sync") return null;
  const rows = knowledge.rows.get(subtask.task);
  if (rows?.kind !== "known") return null;
  if (!rows.value.some((row) => row.isGlobal))
    return silent("checkpoint-missing", [seen("global checkpoint row", "none", "the downstream's checkpoint table")]);
  if (knowledge.files.kind === "not-known") return null;
  const last = knowledge.files.value.at(-1);
  const signs = signsOf(source, knowledge.server);
  const ahead = last
    ? rows.value.find(
        (row) => isAheadOf(row, last) && whoseFile(row.file, signs).kind !== "other" && !wasExecuted(row, knowledge),
      )
    : undefined;
  if (!ahead || !last) return null;
  const name = ahead.isGlobal ? "global row" : `${ahead.schema}.${ahead.table}`;
  return silent("checkpoint-ahead", [
    seen(name, `${ahead.file}, ${ahead.position}`, "the downstream's checkpoint table"),
    seen("end of the upstream", `${last.name}, ${last.sizeBytes}`, "SHOW BINARY LOGS"),
  ]);
}

/** A file that is not there yet, or a place past the end of the one that is being written. */
function isAheadOf(row: CheckpointRow, last: BinlogFile): boolean {
  const number = fileNumberOf(row.file);
  return number > last.number || (number === last.number && row.position > last.sizeBytes);
}

/** The upstream has done all of the row's transactions: its place is another server's name for where both are. */
function wasExecuted({ gtid }: CheckpointRow, knowledge: SourceKnowledge): boolean {
  const own = parseGtidSet(gtid ?? "");
  const executed = knowledge.gtid.kind === "known" ? parseGtidSet(knowledge.gtid.value.executed) : null;
  return own !== null && !isEmptySet(own) && executed !== null && containsSet(executed, own);
}

function silent(kind: "checkpoint-missing" | "checkpoint-ahead", evidence: Conclusion["evidence"]): Conclusion {
  return {
    ...{ kind, evidence, incident: true, confidence: CONFIDENCE.wordsOnly, dmRetriesByItself: false },
    advice: advise("look-at-the-checkpoint", null, [{ playbook: "compare-rows", notBefore: null }]),
  };
}
