import { badConnection, invalidConnection } from "./errors.ts";
import { fail } from "./failing.ts";
import type { ClearedBy, DmErrorModel, Subtask } from "./model.ts";
import type { Statement } from "./upstream-side.ts";
import type { World } from "./world.ts";

/** What scenarios and tests let happen to a world. */
export const keyOf = (task: string, source: string): string => JSON.stringify([task, source]);

export function failSubtask(
  world: World,
  subtask: Subtask,
  errors: readonly DmErrorModel[],
  clearedBy: ClearedBy,
  forMs = Number.POSITIVE_INFINITY,
): void {
  subtask.trouble = { errors, clearedBy, until: world.now() + forMs };
  if (clearedBy === "never" || clearedBy === "skip") world.lasting.set(keyOf(subtask.task, subtask.source), subtask.trouble);
  fail(world, subtask, errors, world.now());
}

export const connectionError = (kind: "invalid-connection" | "bad-connection"): readonly DmErrorModel[] => [
  kind === "bad-connection" ? badConnection() : invalidConnection(),
];

/** Rows of one transaction over 4 GiB. */
export interface HugeTransaction {
  /** Changed behind 3.4 GB of rows that no task looks at: their place fits into 32 bits. */
  readonly before?: readonly Statement[];
  /** Changed 1.2 GB later, past 4 GiB. */
  readonly past?: readonly Statement[];
  /** In the next file. */
  readonly next?: readonly Statement[];
}

const BYTES_BEFORE = 3_400_144_000;
const BYTES_BETWEEN = 1_200_051_000;
const BYTES_AFTER = 223_264_000;

/** The file is closed behind it. */
export async function writeHugeTransaction(
  world: World,
  id: string,
  { before = [], past = [], next = [] }: HugeTransaction,
): Promise<void> {
  const { side } = world.sourceNamed(id);
  const bytes = (count: number): Statement => ({ kind: "bytes", bytes: count });
  await side.writeHuge([bytes(BYTES_BEFORE), ...before, bytes(BYTES_BETWEEN), ...past, bytes(BYTES_AFTER)]);
  if (next.length > 0) await side.write(next);
}
