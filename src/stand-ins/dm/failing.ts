import { connectionRefused, isResumable, relayFileBroken } from "./errors.ts";
import { atLeast, type DmErrorModel, isV1, type Subtask } from "./model.ts";
import { fileName } from "./places.ts";
import { readsRelay } from "./relay.ts";
import type { World } from "./world.ts";

/** v1.0's sync unit notices some seconds after the relay that its file breaks off. */
const NOTICES_AFTER_MS = 3_000;

/** What the subtask meets before it reads a thing; null: nothing hinders it. */
export function whatFails(world: World, subtask: Subtask, now: number): readonly DmErrorModel[] | null {
  if (subtask.trouble) return subtask.trouble.errors;
  const source = world.sources.get(subtask.source);
  if (!source) return null;
  const { relay, relayFolder } = source;
  const isStuck = relay?.failedAt != null && now - relay.failedAt > NOTICES_AFTER_MS;
  if (isV1(world.version) && isStuck && relayFolder && readsRelay(source)) {
    const { cursor = null, global = null } = subtask.sync ?? {};
    const stands = cursor?.file ?? global?.file ?? 0;
    // What was pulled before is read first.
    const hasRead = cursor === null || cursor.offset >= relayFolder.pulled.offset;
    if (stands === relayFolder.pulled.file && hasRead) return [relayFileBroken(fileName(relayFolder.pulled))];
  }
  return source.side.isUp() ? null : [connectionRefused(source.config.port, "upstream")];
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
