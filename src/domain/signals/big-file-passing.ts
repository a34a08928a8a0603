import { fileNumberOf } from "../binlog/binlog-name.ts";
import type { BinlogFile } from "../binlog/upstream-facts.ts";
import { isSameServer, signsOf, syncerName, whoseFile } from "../binlog/whose-file.ts";
import type { Known } from "../observation/known.ts";
import type { SourceObservation } from "../observation/observation.ts";
import { type BigFileSighting, isOver4gib } from "./big-files.ts";
import type { RowsSuspicion } from "./rows-suspicion.ts";

export interface PassingInput {
  readonly cluster: string;
  readonly source: SourceObservation;
  /** The server that lists the files. */
  readonly server: Known<string>;
  readonly files: readonly BinlogFile[];
  readonly readsByGtid: boolean;
  readonly sightings: readonly BigFileSighting[];
  readonly suspicions: readonly RowsSuspicion[];
  readonly at: number;
}

export interface Passing {
  /** To be stored, new or changed. */
  readonly sightings: readonly BigFileSighting[];
  readonly suspicions: readonly RowsSuspicion[];
}

/**
 * Files over 4 GiB and the tasks that come to them: which tasks were seen before a file, and which passed it while they read by
 * position. What was seen is remembered, because the upstream may purge the file before anybody looks again.
 */
export function watchBigFiles(input: PassingInput): Passing {
  const { cluster, source, at, readsByGtid } = input;
  const tasks = source.subtasks.flatMap((subtask) => {
    const file = syncerName(subtask);
    if (subtask.unit !== "Sync" || file === null || whoseFile(file, signsOf(source, input.server)).kind === "other") return [];
    return [{ task: subtask.task, number: fileNumberOf(file) }];
  });
  const server = nameOf(input);
  const sightings: BigFileSighting[] = [];
  const suspicions: RowsSuspicion[] = [];
  for (const file of bigFiles(input)) {
    const known = input.sightings.find((one) => isOfThis(one, input) && one.number === file.number);
    const before = tasks.filter(({ number }) => number <= file.number).map(({ task }) => task);
    const seenBefore = [...new Set([...(known?.seenBefore ?? []), ...before])].sort();
    const sighting: BigFileSighting = {
      ...{ cluster, source: source.source, server, file: file.name, number: file.number, sizeBytes: file.sizeBytes, seenBefore },
      firstSeenAt: known?.firstSeenAt ?? at,
    };
    if (!known || known.sizeBytes !== file.sizeBytes || known.seenBefore.length !== seenBefore.length) sightings.push(sighting);
    if (readsByGtid) continue;
    for (const { task, number } of tasks) {
      if (number <= file.number || isSuspected(input, task, file.name)) continue;
      suspicions.push({
        ...{ cluster, task, source: source.source, server, file: file.name, sizeBytes: file.sizeBytes, since: at },
        ...{ wasSeenPassing: seenBefore.includes(task), found: null, closed: null },
      });
    }
  }
  return { sightings, suspicions };
}

/** Those that are listed, and those that were seen before and are purged by now. */
function bigFiles(input: PassingInput): Pick<BinlogFile, "name" | "number" | "sizeBytes">[] {
  const { files, sightings } = input;
  const listed = files.filter((file) => isOver4gib(file));
  const remembered = sightings
    .filter((one) => isOfThis(one, input) && !files.some(({ number }) => number === one.number))
    .map(({ file: name, number, sizeBytes }) => ({ name, number, sizeBytes }));
  return [...remembered, ...listed];
}

/** Closed ones count too: what was compared and found equal is not suspected again. */
function isSuspected(input: PassingInput, task: string, file: string): boolean {
  return input.suspicions.some((one) => one.task === task && isOfThis(one, input) && one.file === file);
}

const nameOf = ({ server }: PassingInput): string | null => (server.kind === "known" ? server.value : null);
/** Of this source, and not seen on another server that it had before. */
const isOfThis = (one: { readonly source: string; readonly server: string | null }, input: PassingInput): boolean =>
  one.source === input.source.source && isSameServer(one.server, nameOf(input));
