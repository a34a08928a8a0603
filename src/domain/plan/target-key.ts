import type { Target } from "./plan.ts";

/** `task @ source`; a source as a whole has no task. */
export const targetKey = ({ task, source }: Pick<Target, "task" | "source">): string => `${task ?? ""} @ ${source}`;
