import { fileNumberOf, plainName } from "../binlog/binlog-name.ts";
import type { BinlogFile } from "../binlog/upstream-facts.ts";
import type { Known } from "../observation/known.ts";
import { isOver4gib, isTooLargeSoon } from "./big-files.ts";
import type { RowsSuspicion } from "./rows-suspicion.ts";

export interface PlanFileQuestion {
  /**
   * `failing`: the file that fails comes first. `earliest`: everything that may have been lost is brought back at once, so that the
   * plan goes back to the earliest file that may have lost rows. `newest`: what was reached last.
   */
  readonly first: "failing" | "earliest" | "newest";
  readonly files: Known<readonly BinlogFile[]>;
  /** The file that fails or in which the failing unit stands; null: none is told. */
  readonly failing: string | null;
  /** Where the sync unit stands. */
  readonly syncer: string | null;
  /** What is remembered of the tasks that are repaired, closed suspicions too. */
  readonly suspicions: readonly Pick<RowsSuspicion, "file" | "closed" | "sizeBytes">[];
  /** null: not known. */
  readonly readsByGtid: boolean | null;
}

/**
 * The file over 4 GiB that a repair is about when nobody named one. What is ahead comes only where nothing lies behind: then the
 * repair is a switch in time. null: none is told.
 */
export function planFile(question: PlanFileQuestion): string | null {
  const { files, failing, syncer, first } = question;
  const said = failing === null ? null : plainName(failing);
  if (files.kind === "not-known") return said;
  const big = files.value.filter(isOver4gib);
  const own = big.find(({ number }) => number === fileNumberOf(failing ?? ""));
  const reached = syncer === null ? Number.POSITIVE_INFINITY : fileNumberOf(syncer);
  const doubtful = big.filter(({ name }) => mayHaveLost(question).includes(name));
  const behind = doubtful[0] ?? big.findLast(({ number }) => number <= reached);
  const earliest = [...doubtful, ...(own ? [own] : [])].toSorted((a, b) => a.number - b.number)[0] ?? behind;
  const ahead = files.value.find((file) => file.number >= reached && isTooLargeSoon(file));
  const newest = own ?? big.findLast(({ number }) => number <= reached);
  const found = { failing: own ?? behind, earliest, newest }[first];
  return (found ?? ahead)?.name ?? said;
}

/**
 * Names of all files over 4 GiB in which rows may have been lost: those that are remembered as passed and not settled since, purged
 * ones too. Where nothing is remembered of a source that reads by position: every one that it has come to.
 */
export function mayHaveLost({ files, syncer, suspicions, readsByGtid }: Omit<PlanFileQuestion, "first" | "failing">): string[] {
  const open = suspicions.filter(({ closed, sizeBytes }) => closed === null && sizeBytes > 0).map(({ file }) => file);
  if (files.kind === "not-known" || readsByGtid === true) return [...new Set(open)].toSorted(byNumber);
  const reached = syncer === null ? Number.NEGATIVE_INFINITY : fileNumberOf(syncer);
  const passed = files.value
    .filter((file) => isOver4gib(file) && file.number <= reached && !suspicions.some((one) => one.file === file.name))
    .map(({ name }) => name);
  return [...new Set([...open, ...passed])].toSorted(byNumber);
}

const byNumber = (a: string, b: string): number => fileNumberOf(a) - fileNumberOf(b);
