import type { HostAnswer, HostOutcome } from "../../app/ports/worker-host.ts";
import { asOutcome } from "./answers.ts";
import type { WorkerHostOptions } from "./options.ts";
import { list, META_NAMES, namesOf, workFolder } from "./scene.ts";
import { effectOf, type Shell } from "./shell.ts";

interface CleanUp {
  readonly run: string;
  readonly file: string;
}

export async function askCleanUp(options: WorkerHostOptions, shell: Shell, { run }: CleanUp): Promise<HostAnswer> {
  const entries = await list(shell, options.relayDirectory);
  if ("kind" in entries) return entries;
  return entries.has(workFolder(run)) ? { kind: "not-yet" } : { kind: "already", proof: "the work folder is gone" };
}

/** Removes what the run put there, name by name, and the folder only when nothing else lies in it. */
export async function actCleanUp(options: WorkerHostOptions, shell: Shell, work: CleanUp): Promise<HostOutcome> {
  const above = await list(shell, options.relayDirectory);
  if ("kind" in above) return asOutcome(above);
  if (!above.has(workFolder(work.run))) return { kind: "already", proof: "the work folder is gone" };
  const folder = `${options.relayDirectory}/${workFolder(work.run)}`;
  const ours = [...Object.values(namesOf(work.file)), ...Object.values(META_NAMES)].map((name) => `${folder}/${name}`);
  const effect =
    effectOf(await shell.onHost("small", ["rm", "-f", ...ours])) ?? effectOf(await shell.onHost("small", ["rmdir", folder]));
  return effect ?? { kind: "done", proof: "the work folder is gone" };
}
