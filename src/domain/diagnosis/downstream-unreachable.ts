import type { Conclusion, SubtaskCase } from "./subtask-case.ts";
import { unreachableDatabase } from "./unreachable-database.ts";

/** TiDB does not take connections. Nothing to repair in DM: when TiDB is back, DM goes on or a resume is offered. */
export function downstreamUnreachable(theCase: SubtaskCase): Conclusion | null {
  return unreachableDatabase(theCase, "downstream");
}
