import type { FileWork, HostOutcome, HostWork, MetaWork } from "../../app/ports/worker-host.ts";
import { type Already, asOutcome, changedMeanwhile, type Problem, wordsOf } from "./answers.ts";
import { moveAll } from "./host-files.ts";
import type { WorkerHostOptions } from "./options.ts";
import { confirmed, pathsIn } from "./place-binlog.ts";
import { judgePlacement, META, type Placement, readScene, type Scene } from "./scene.ts";
import { printed, type Shell } from "./shell.ts";
import { whileStopped } from "./worker-process.ts";
import { replaceMeta } from "./write-meta.ts";

type Restore = HostWork & { readonly kind: "restore" };
const BACK = "relay.meta and the old file are as they were";

/** What is still to be put back. */
interface ToDo {
  readonly scene: Scene;
  readonly metaText: string | null;
  readonly file: { readonly work: FileWork; readonly placement: Placement & { readonly kind: "placed" | "half" } } | null;
}

export async function askRestore(
  options: WorkerHostOptions,
  shell: Shell,
  work: Restore,
): Promise<Problem | Already | { kind: "not-yet" }> {
  const looked = await lookAt(options, shell, work);
  return "kind" in looked ? looked : { kind: "not-yet" };
}

/**
 * relay.meta first: a meta that names the next file over the old, short file is a gap; the other way round DM would only truncate
 * again. The copy goes back to its name in the work folder, so that the repair could be done again.
 */
export async function actRestore(options: WorkerHostOptions, shell: Shell, work: Restore): Promise<HostOutcome> {
  const looked = await lookAt(options, shell, work);
  if ("kind" in looked) return asOutcome(looked);
  const { scene, metaText, file } = looked;
  if (metaText !== null) {
    const written = await replaceMeta(shell, scene, metaText);
    if (written.kind !== "done") return written;
  }
  if (!file) return { kind: "done", proof: BACK };
  const { target, checked, before } = pathsIn(scene, file.work);
  const moves = [
    ...(file.placement.kind === "placed" ? [{ from: target, to: checked }] : []),
    ...(file.work.replacesBytes === null ? [] : [{ from: before, to: target }]),
  ];
  const bad = await moveAll(shell, moves);
  if (!bad) return confirmed(options, shell, file.work, "ready", BACK);
  // Half of it is done by then, so it must not be called "nothing changed".
  return metaText === null ? bad : { kind: "unknown", why: `relay.meta is back, the old file is not: ${wordsOf(bad)}` };
}

async function lookAt(options: WorkerHostOptions, shell: Shell, { file, meta }: Restore): Promise<ToDo | Problem | Already> {
  const any = meta ?? file;
  if (!any) return { kind: "already", proof: "there is nothing to put back" };
  const scene = await readScene(shell, options.relayDirectory, any);
  if ("kind" in scene) return scene;
  const metaText = meta ? await metaToWrite(shell, scene, meta) : null;
  if (metaText !== null && typeof metaText !== "string") return metaText;
  const placement = file ? judgePlacement(scene, file) : null;
  if (file && placement?.kind === "other") return changedMeanwhile(file.file, placement.seen, placement.now);
  const fileToDo = file && (placement?.kind === "placed" || placement?.kind === "half") ? { work: file, placement } : null;
  if (metaText === null && !fileToDo) return { kind: "already", proof: BACK };
  return (await whileStopped(options, shell)) ?? { scene, metaText, file: fileToDo };
}

/** null: it is back already. Anything that the run did not write is somebody else's, and stays. */
async function metaToWrite(shell: Shell, scene: Scene, { texts }: MetaWork): Promise<string | null | Problem> {
  if (!texts) return { kind: "cannot-know", why: "nobody has read relay.meta" };
  const now = printed(await shell.onHost("small", ["cat", `${scene.paths.sub}/${META}`]));
  if (typeof now !== "string") return now;
  if (now === texts.before) return null;
  return now === texts.after ? texts.before : changedMeanwhile(META, "what the run wrote", "another text");
}
