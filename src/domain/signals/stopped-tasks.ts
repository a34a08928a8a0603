import type { Observation } from "../observation/observation.ts";

/** A task on a source that DM was seen to list. Prometheus forgets it with its series (dm-facts §7), so it is remembered here. */
export interface RememberedTask {
  readonly cluster: string;
  readonly task: string;
  readonly source: string;
  readonly firstSeenAt: number;
  /** The first poll that did not list it, milliseconds; null: it is listed. */
  readonly goneSince: number | null;
}

export const rememberedName = ({ cluster, task, source }: Pick<RememberedTask, "cluster" | "task" | "source">): string =>
  JSON.stringify([cluster, task, source]);

/** What changes in the memory by one observation: new tasks, tasks that went, tasks that came back. */
export function rememberTasks(known: readonly RememberedTask[], observation: Observation): readonly RememberedTask[] {
  const { cluster, at } = observation;
  const listed = new Map(
    observation.sources.flatMap(({ subtasks }) =>
      subtasks
        .filter(({ stage }) => stage !== "InvalidStage")
        .map(({ task, source }) => [rememberedName({ cluster, task, source }), { task, source }] as const),
    ),
  );
  const fresh = [...listed]
    .filter(([name]) => !known.some((one) => rememberedName(one) === name))
    .map(([, names]): RememberedTask => ({ ...names, cluster, firstSeenAt: at, goneSince: null }));
  const changed = known.flatMap((one): RememberedTask[] => {
    if (listed.has(rememberedName(one))) return one.goneSince === null ? [] : [{ ...one, goneSince: null }];
    return one.goneSince === null && isTold(observation, one.source) ? [{ ...one, goneSince: at }] : [];
  });
  return [...fresh, ...changed];
}

/** Only a worker that answers for the source says that it does not hold the task; a source that is silent, or gone with its tasks, says nothing. */
function isTold({ sources }: Observation, source: string): boolean {
  const entry = sources.find((candidate) => candidate.source === source);
  if (!entry) return sources.every(({ answered }) => answered);
  return entry.answered && entry.subtasks.every(({ stage }) => stage !== "InvalidStage");
}
