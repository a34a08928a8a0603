import { type Bad, wordsOf } from "./answers.ts";
import type { Entry } from "./read-listing.ts";
import type { Scene } from "./scene.ts";
import { effectOf, type Shell } from "./shell.ts";

/**
 * The run's folder, owned like the relay directory: DM removes everything in there when it begins the relay anew, and must be able to.
 */
export async function makeWorkFolder(shell: Shell, { paths, home, hasWork, work }: Scene): Promise<Bad | null> {
  const own = work.get(".");
  const isOwned = own && own.owner === home.owner && own.group === home.group && own.mode === home.mode;
  if (hasWork) return isOwned ? null : ownAs(shell, paths.work, home);
  const made = effectOf(await shell.onHost("small", ["mkdir", "-p", paths.work]));
  return made ?? ownAs(shell, paths.work, home);
}

/** The same owner, group and mode as another file; by numbers, because `--reference` is not POSIX. Nothing is run where all are equal. */
export async function ownAs(shell: Shell, path: string, like: Entry): Promise<Bad | null> {
  const owner = `${like.owner}:${like.group}`;
  return (
    effectOf(await shell.onHost("small", ["chown", owner, path])) ??
    effectOf(await shell.onHost("small", ["chmod", like.mode, path]))
  );
}

/** Best effort: what is left behind is only disk space, and the next attempt overwrites it. */
export async function removeFile(shell: Shell, path: string): Promise<void> {
  await shell.onHost("small", ["rm", "-f", path]);
}

/** Renames one after the other; when one fails by its own word, the ones before it are taken back. null: all are done. */
export async function moveAll(
  shell: Shell,
  moves: readonly { readonly from: string; readonly to: string }[],
): Promise<Bad | null> {
  for (const [at, { from, to }] of moves.entries()) {
    const effect = effectOf(await shell.onHost("small", ["mv", "-f", from, to]));
    if (!effect) continue;
    if (effect.kind === "unknown" || at === 0) return effect;
    for (const done of moves.slice(0, at).reverse()) {
      const back = effectOf(await shell.onHost("small", ["mv", "-f", done.to, done.from]));
      if (back) return { kind: "unknown", why: `${wordsOf(effect)}; and ${done.from} could not be put back: ${wordsOf(back)}` };
    }
    return effect;
  }
  return null;
}
