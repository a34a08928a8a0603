import type { FileWork, HostAnswer, HostOutcome } from "../../app/ports/worker-host.ts";
import { relayPhrase } from "../../domain/relay/relay-phrases.ts";
import { judgeSpace } from "../../domain/relay/replace-relay-file.ts";
import { type Already, asOutcome, type Bad, changedMeanwhile, notConfigured, type Problem } from "./answers.ts";
import { makeWorkFolder, ownAs, removeFile } from "./host-files.ts";
import type { WorkerHostOptions } from "./options.ts";
import { readSpaces } from "./read-listing.ts";
import { judgePlacement, list, META, namesOf, readScene, type Scene } from "./scene.ts";
import { effectOf, printed, type Shell } from "./shell.ts";

export async function askFetch(options: WorkerHostOptions, shell: Shell, work: FileWork): Promise<HostAnswer> {
  const scene = await readScene(shell, options.relayDirectory, work);
  return "kind" in scene ? scene : judgeFetch(scene, work);
}

/**
 * The worker still runs and may pull the file again and again (over-4gib-lab), so its size says nothing until the worker has stopped;
 * what counts is what lies in the work folder.
 */
function judgeFetch(scene: Scene, work: FileWork): Problem | Already | { readonly kind: "not-yet" } {
  const seen = judgePlacement(scene, work);
  const placement = seen.kind === "other" ? (byCopyAlone(scene, work) ?? seen) : seen;
  switch (placement.kind) {
    case "placed":
      return { kind: "already", proof: "the copy is in place" };
    case "ready":
    case "half":
      return { kind: "already", proof: `a checked copy of ${work.sizeBytes} bytes is there` };
    case "untouched":
      return { kind: "not-yet" };
    case "other":
      return changedMeanwhile(work.file, placement.seen, placement.now);
    default:
      return placement satisfies never;
  }
}

/** null: the work folder is not as a fetch leaves it. */
function byCopyAlone(
  { sub, work: inWork }: Scene,
  { file, sizeBytes }: FileWork,
): { readonly kind: "ready" | "untouched" } | null {
  const { checked, before } = namesOf(file);
  if (inWork.has(before) || (sub.get(file)?.type ?? "file") !== "file") return null;
  const copy = inWork.get(checked);
  if (!copy) return { kind: "untouched" };
  return copy.type === "file" && copy.sizeBytes === sizeBytes ? { kind: "ready" } : null;
}

/** Fetches to a temporary name, checks size and checksum, gives it the old file's owner and mode, and only then the name that counts. */
export async function actFetch(options: WorkerHostOptions, shell: Shell, work: FileWork): Promise<HostOutcome> {
  const { fetch } = options;
  if (!fetch) return notConfigured(options, "fetch");
  const scene = await readScene(shell, options.relayDirectory, work);
  if ("kind" in scene) return asOutcome(scene);
  const answer = judgeFetch(scene, work);
  if (answer.kind !== "not-yet") return asOutcome(answer);
  const problem = await judgeDisk(shell, scene, work);
  if (problem) return asOutcome(problem);
  const names = namesOf(work.file);
  const part = `${scene.paths.work}/${names.part}`;
  const made = await makeWorkFolder(shell, scene);
  if (made) return made;
  const effect = effectOf(await shell.configured("long", fetch, { file: work.file, target: part }));
  const bad = effect ?? (await checkCopy(options, shell, scene, work, part));
  if (bad) {
    // After `unknown` it may still be arriving; the next attempt begins it anew.
    if (bad.kind !== "unknown") await removeFile(shell, part);
    return bad;
  }
  const reference = scene.sub.get(work.file) ?? scene.sub.get(META);
  const moved =
    (reference ? await ownAs(shell, part, reference) : null) ??
    // Gigabytes wait in memory until here; after a power cut a rename without them would stand for an empty file.
    effectOf(await shell.onHost("long", ["sync"])) ??
    effectOf(await shell.onHost("small", ["mv", "-f", part, `${scene.paths.work}/${names.checked}`]));
  if (moved) return moved;
  return {
    kind: "done",
    proof: `${work.sizeBytes} bytes arrived, as the upstream lists${options.sha256 ? "; sha256 equal" : ""}`,
  };
}

async function judgeDisk(shell: Shell, { paths, work: inWork }: Scene, work: FileWork): Promise<Problem | null> {
  const text = printed(await shell.onHost("small", ["df", "-P", "-k", paths.relay, paths.sub]));
  if (typeof text !== "string") return text;
  const [relay, sub] = readSpaces(text, 2) ?? [];
  if (!relay || !sub) return { kind: "cannot-know", why: `df -P printed ${JSON.stringify(text.slice(0, 200))}` };
  if (relay.device !== sub.device || relay.mountedOn !== sub.mountedOn)
    return { kind: "refused", reason: relayPhrase("relay-other-filesystem", { folder: paths.sub }) };
  // What is left of an earlier attempt is overwritten.
  const left = inWork.get(namesOf(work.file).part)?.sizeBytes ?? 0;
  return judgeSpace(work.file, work.sizeBytes, relay.freeBytes + left);
}

async function checkCopy(
  options: WorkerHostOptions,
  shell: Shell,
  { paths }: Scene,
  { file, sizeBytes }: FileWork,
  part: string,
): Promise<Bad | null> {
  const entries = await list(shell, paths.work);
  if ("kind" in entries) return entries.kind === "refused" ? entries : { kind: "failed", why: entries.why };
  const bytes = entries.get(namesOf(file).part)?.sizeBytes ?? 0;
  if (bytes !== sizeBytes)
    return { kind: "refused", reason: relayPhrase("relay-size-differs", { file, bytes, size: sizeBytes }) };
  if (!options.sha256) return null;
  const wanted = readSum(printed(await shell.configured("long", options.sha256, { file })));
  if (typeof wanted !== "string") return wanted;
  const has = readSum(printed(await shell.onHost("long", ["sha256sum", part])));
  if (typeof has !== "string") return has;
  return has === wanted ? null : { kind: "refused", reason: relayPhrase("relay-checksum-differs", { file }) };
}

function readSum(text: string | Problem): string | Bad {
  if (typeof text !== "string") return text.kind === "refused" ? text : { kind: "failed", why: `sha256: ${text.why}` };
  return (
    /^\\?([0-9a-fA-F]{64})\b/.exec(text)?.[1]?.toLowerCase() ?? { kind: "failed", why: "what should print a sha256 did not" }
  );
}
