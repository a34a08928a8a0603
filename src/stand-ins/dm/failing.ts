import { connectionRefused, invalidConnection, isResumable, relayFileBroken } from "./errors.ts";
import { atLeast, type DmErrorModel, isV1, type Subtask } from "./model.ts";
import type { World } from "./world.ts";

/** What the subtask meets now; null: nothing hinders it. */
export function whatFails(world: World, subtask: Subtask, now: number): readonly DmErrorModel[] | null {
  if (subtask.trouble) return subtask.trouble.errors;
  const source = world.sources.get(subtask.source);
  const stuckOn = source?.relay?.stuckOn;
  if (isV1(world.version) && stuckOn && now - stuckOn.since > 3_000) return [relayFileBroken()];
  if (source && !source.upstreamIsUp) return [connectionRefused(source.config.port, "upstream")];
  if (world.downstream.isUp()) return null;
  const port = world.tasks.get(subtask.task)?.target.port ?? 4000;
  return [subtask.attempts === 0 ? invalidConnection() : connectionRefused(port)];
}

/** It pauses itself, and from v2.0 on DM resumes it after a pause that doubles each time, unless the error is one that it never resumes. */
export function fail(world: World, subtask: Subtask, errors: readonly DmErrorModel[], now: number): void {
  const source = world.sources.get(subtask.source);
  const pauseSeconds = Math.min(source?.config.backoffMaxSeconds ?? 300, 2 ** subtask.attempts);
  const resumes = atLeast(world.version, "v2.0") && source?.config.checkEnable === true && errors.every(isResumable);
  Object.assign(subtask, {
    stage: "Paused",
    isCanceled: false,
    errors,
    synced: false,
    attempts: subtask.attempts + 1,
    resumeAt: resumes ? now + pauseSeconds * 1000 : null,
  });
}
