import type { HostAnswer, HostOutcome, MetaWork } from "../../app/ports/worker-host.ts";
import { readRelayMeta } from "../../domain/relay/relay-meta.ts";
import { relayPhrase } from "../../domain/relay/relay-phrases.ts";
import { type Already, asOutcome, type Bad, changedMeanwhile, type Problem, wordsOf } from "./answers.ts";
import { makeWorkFolder, ownAs } from "./host-files.ts";
import type { WorkerHostOptions } from "./options.ts";
import { whatElseChanged } from "./same-but-ours.ts";
import { META, META_NAMES, readScene, type Scene } from "./scene.ts";
import { effectOf, printed, type Shell } from "./shell.ts";
import { whileStopped } from "./worker-process.ts";

interface Texts {
  readonly before: string;
  readonly after: string;
}

export async function askWriteMeta(options: WorkerHostOptions, shell: Shell, work: MetaWork): Promise<HostAnswer> {
  const { texts } = work;
  if (!texts) return { kind: "cannot-know", why: "nobody has read relay.meta" };
  const looked = await lookAtMeta(options, shell, work, texts);
  return "answer" in looked ? looked.answer : { kind: "not-yet" };
}

/** Keeps relay.meta beside, writes the new one under another name, reads it back, renames it over the old one. */
export async function actWriteMeta(options: WorkerHostOptions, shell: Shell, work: MetaWork): Promise<HostOutcome> {
  const { texts } = work;
  if (!texts) return { kind: "failed", why: "nobody has read relay.meta, so there is no text to write" };
  const wrong = whatElseChanged(texts.before, texts.after);
  if (wrong) return { kind: "refused", reason: relayPhrase("relay-meta-unreadable", { why: wrong }) };
  const looked = await lookAtMeta(options, shell, work, texts);
  if ("answer" in looked) return asOutcome(looked.answer);
  const { scene } = looked;
  const made = (await makeWorkFolder(shell, scene)) ?? (await keep(shell, scene, texts.before));
  return made ?? replaceMeta(shell, scene, texts.after);
}

/** The new text in relay.meta's place, with its owner and mode; the rename is the only step that DM could see. */
export async function replaceMeta(shell: Shell, { paths, sub }: Scene, text: string): Promise<HostOutcome> {
  const part = `${paths.work}/${META_NAMES.part}`;
  const like = sub.get(META)!;
  const wrote =
    effectOf(await shell.onHost("small", ["dd", `of=${part}`, "conv=fsync"], text)) ??
    (await ownAs(shell, part, like)) ??
    (await mustBe(shell, part, text));
  // Only the work folder has changed so far, so a lost answer is no doubt about relay.meta.
  if (wrote) return wrote.kind === "unknown" ? { kind: "failed", why: wrote.why } : wrote;
  const moved = effectOf(await shell.onHost("small", ["mv", "-f", part, `${paths.sub}/${META}`]));
  if (moved) return moved;
  const now = printed(await shell.onHost("small", ["cat", `${paths.sub}/${META}`]));
  if (now === text) return { kind: "done", proof: `relay.meta names ${namesIn(text)}` };
  return { kind: "unknown", why: typeof now === "string" ? "relay.meta was renamed and says something else" : wordsOf(now) };
}

/** Which of the two texts relay.meta holds; refused when it is neither, or the worker runs and would write it anew. */
export async function lookAtMeta(
  options: WorkerHostOptions,
  shell: Shell,
  work: MetaWork,
  texts: Texts,
): Promise<{ readonly scene: Scene } | { readonly answer: Problem | Already }> {
  const scene = await readScene(shell, options.relayDirectory, work);
  if ("kind" in scene) return { answer: scene };
  if (scene.sub.get(META)?.type !== "file") return { answer: { kind: "cannot-know", why: `${META} is no plain file` } };
  const now = printed(await shell.onHost("small", ["cat", `${scene.paths.sub}/${META}`]));
  if (typeof now !== "string") return { answer: now };
  if (now === texts.after) return { answer: { kind: "already", proof: `relay.meta names ${namesIn(now)}` } };
  if (now !== texts.before) return { answer: changedMeanwhile(META, namesIn(texts.before), namesIn(now)) };
  const problem = await whileStopped(options, shell);
  return problem ? { answer: problem } : { scene };
}

function namesIn(text: string): string {
  const read = readRelayMeta(text);
  return read.kind === "read" ? `${read.meta.file} ${read.meta.position}` : "something unreadable";
}

async function keep(shell: Shell, { paths }: Scene, text: string): Promise<Bad | null> {
  const kept = `${paths.work}/${META_NAMES.before}`;
  const effect =
    effectOf(await shell.onHost("small", ["cp", "-p", `${paths.sub}/${META}`, kept])) ?? (await mustBe(shell, kept, text));
  return effect?.kind === "unknown" ? { kind: "failed", why: effect.why } : effect;
}

async function mustBe(shell: Shell, path: string, text: string): Promise<Bad | null> {
  const has = printed(await shell.onHost("small", ["cat", path]));
  if (typeof has !== "string") return has.kind === "refused" ? has : { kind: "failed", why: has.why };
  return has === text ? null : { kind: "failed", why: `${path} holds another text than was written` };
}
