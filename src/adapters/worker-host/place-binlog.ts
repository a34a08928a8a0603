import type { FileWork, HostAnswer, HostOutcome } from "../../app/ports/worker-host.ts";
import { relayPhrase } from "../../domain/relay/relay-phrases.ts";
import { type Already, asOutcome, changedMeanwhile, type Problem, wordsOf } from "./answers.ts";
import { moveAll } from "./host-files.ts";
import type { WorkerHostOptions } from "./options.ts";
import { judgePlacement, namesOf, type Placement, readScene, type Scene } from "./scene.ts";
import type { Shell } from "./shell.ts";
import { whileStopped } from "./worker-process.ts";

export const IN_PLACE = "the copy is in place, the old file is kept";

export async function askPlace(options: WorkerHostOptions, shell: Shell, work: FileWork): Promise<HostAnswer> {
  const looked = await lookAt(options, shell, work);
  return "answer" in looked ? looked.answer : { kind: "not-yet" };
}

/** Two renames. When the second one fails, the first is taken back. */
export async function actPlace(options: WorkerHostOptions, shell: Shell, work: FileWork): Promise<HostOutcome> {
  const looked = await lookAt(options, shell, work);
  if ("answer" in looked) return asOutcome(looked.answer);
  const { target, checked, before } = pathsIn(looked.scene, work);
  const moves = [
    ...(looked.placement.kind === "ready" && work.replacesBytes !== null ? [{ from: target, to: before }] : []),
    { from: checked, to: target },
  ];
  return (await moveAll(shell, moves)) ?? confirmed(options, shell, work, "placed", IN_PLACE);
}

export const pathsIn = ({ paths }: Scene, { file }: FileWork) => ({
  target: `${paths.sub}/${file}`,
  checked: `${paths.work}/${namesOf(file).checked}`,
  before: `${paths.work}/${namesOf(file).before}`,
});

/** A command that ended well is not believed: it is looked at again. */
export async function confirmed(
  options: WorkerHostOptions,
  shell: Shell,
  work: FileWork,
  wanted: Placement["kind"],
  proof: string,
): Promise<HostOutcome> {
  const scene = await readScene(shell, options.relayDirectory, work);
  if ("kind" in scene) return { kind: "unknown", why: `it was done, and then: ${wordsOf(scene)}` };
  const found = judgePlacement(scene, work);
  return found.kind === wanted
    ? { kind: "done", proof }
    : { kind: "unknown", why: `every rename ended well, and yet it is ${found.kind === "other" ? found.now : found.kind}` };
}

async function lookAt(
  options: WorkerHostOptions,
  shell: Shell,
  work: FileWork,
): Promise<
  | { readonly scene: Scene; readonly placement: Placement & { readonly kind: "ready" | "half" } }
  | { readonly answer: Problem | Already }
> {
  const scene = await readScene(shell, options.relayDirectory, work);
  if ("kind" in scene) return { answer: scene };
  const placement = judgePlacement(scene, work);
  switch (placement.kind) {
    case "placed":
      return { answer: { kind: "already", proof: IN_PLACE } };
    case "untouched":
      return { answer: { kind: "refused", reason: relayPhrase("relay-not-fetched", { file: work.file }) } };
    case "other":
      return { answer: changedMeanwhile(work.file, placement.seen, placement.now) };
    case "ready":
    case "half": {
      const problem = await whileStopped(options, shell);
      return problem ? { answer: problem } : { scene, placement };
    }
    default:
      return placement satisfies never;
  }
}
