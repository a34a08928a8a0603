import type { FileWork } from "../../app/ports/worker-host.ts";
import { relayPhrase } from "../../domain/relay/relay-phrases.ts";
import { readUuidIndex } from "../../domain/relay/uuid-index.ts";
import type { Problem } from "./answers.ts";
import { type Entry, readListings } from "./read-listing.ts";
import { printed, type Shell } from "./shell.ts";

export const META = "relay.meta";

/**
 * The work folder lies beside the sub-directories, not in one: v1.0 takes the first name in a sub-directory for a binlog file and
 * fails on any other (`getFirstBinlogName`), and DM never looks into folders that server-uuid.index does not name. It is on the same
 * file system, so everything is put in place by rename.
 */
export interface Paths {
  readonly relay: string;
  readonly sub: string;
  readonly work: string;
}

export const pathsOf = (relay: string, work: { readonly run: string; readonly subDirectory: string }): Paths => ({
  relay,
  sub: `${relay}/${work.subDirectory}`,
  work: `${relay}/${workFolder(work.run)}`,
});

export const workFolder = (run: string): string => `dm-medic-${run}`;

/** Names in the work folder. `part` is whatever has arrived so far; `checked` has the right size, checksum, owner and mode. */
export const namesOf = (file: string) => ({ part: `${file}.part`, checked: `${file}.checked`, before: `${file}.before` });
export const META_NAMES = namesOf(META);

/** What lies where; an entry of a folder is looked up by its name. */
export interface Scene {
  readonly paths: Paths;
  /** The relay directory itself. */
  readonly home: Entry;
  readonly sub: ReadonlyMap<string, Entry>;
  /** Empty where the folder is not there. */
  readonly work: ReadonlyMap<string, Entry>;
  readonly hasWork: boolean;
}

/** Looks at the relay directory; refused when the relay writes to another sub-directory than the work was planned for. */
export async function readScene(
  shell: Shell,
  relay: string,
  work: { readonly run: string; readonly subDirectory: string },
): Promise<Scene | Problem> {
  const now = await currentSubDirectory(shell, relay);
  if (typeof now !== "string") return now;
  if (now !== work.subDirectory)
    return { kind: "refused", reason: relayPhrase("relay-sub-directory-moved", { now, planned: work.subDirectory }) };
  const paths = pathsOf(relay, work);
  const listed = await listAll(shell, [relay, paths.sub]);
  if ("kind" in listed) return listed;
  const [above, sub] = listed;
  const home = above?.get(".");
  if (!above || !sub || !home) return { kind: "cannot-know", why: `the listing of ${relay} is not as ls -la prints it` };
  const hasWork = above.has(workFolder(work.run));
  const inWork = hasWork ? await list(shell, paths.work) : new Map<string, Entry>();
  return "kind" in inWork ? inWork : { paths, home, sub, work: inWork, hasWork };
}

export async function currentSubDirectory(shell: Shell, relay: string): Promise<string | Problem> {
  const text = printed(await shell.onHost("small", ["cat", `${relay}/server-uuid.index`]));
  if (typeof text !== "string") return text;
  const index = readUuidIndex(text);
  return index.kind === "read" ? index.current : { kind: "cannot-know", why: `server-uuid.index: ${index.why}` };
}

type Listing = ReadonlyMap<string, Entry>;

export async function list(shell: Shell, folder: string): Promise<Listing | Problem> {
  const listed = await listAll(shell, [folder]);
  return "kind" in listed ? listed : (listed[0] ?? { kind: "cannot-know", why: `ls printed nothing of ${folder}` });
}

/**
 * Several folders by one command, because each command is a login. With `.`, which tells a folder's own owner; in the C locale,
 * because a date has as many words as the locale likes.
 */
async function listAll(shell: Shell, folders: readonly string[]): Promise<readonly Listing[] | Problem> {
  const text = printed(await shell.onHost("small", ["env", "LC_ALL=C", "ls", "-lan", ...folders]));
  return typeof text === "string" ? readListings(text, folders) : text;
}

/** Where the old file and its copy are. */
export type Placement =
  | { readonly kind: "placed" }
  /** A checked copy waits; the sub-directory is as it was. */
  | { readonly kind: "ready" }
  /** The old file is kept already, the copy not yet in place: a death between the two renames. */
  | { readonly kind: "half" }
  /** The sub-directory is as it was, no checked copy. */
  | { readonly kind: "untouched" }
  | { readonly kind: "other"; readonly seen: string; readonly now: string };

/** Judged by sizes, and by whether an old file was there when it was looked at. */
export function judgePlacement({ sub, work }: Scene, { file, sizeBytes, replacesBytes }: FileWork): Placement {
  const names = namesOf(file);
  const size = (entry: Entry | undefined): number | null => (entry?.type === "file" ? entry.sizeBytes : null);
  const [target, checked, before] = [size(sub.get(file)), size(work.get(names.checked)), size(work.get(names.before))];
  const isKept = before === replacesBytes;
  const other: Placement = {
    kind: "other",
    seen: `${replacesBytes ?? "no"} bytes`,
    now: `${target ?? "no"} bytes, copy ${checked ?? "none"}, kept ${before ?? "none"}`,
  };
  if (sub.has(file) && target === null) return { ...other, now: `${sub.get(file)!.type}, no plain file` };
  if (checked === null && target === sizeBytes && isKept) return { kind: "placed" };
  if (checked === null && before === null && target === replacesBytes) return { kind: "untouched" };
  if (checked !== sizeBytes) return other;
  if (before === null && target === replacesBytes) return { kind: "ready" };
  return replacesBytes !== null && isKept && target === null ? { kind: "half" } : other;
}
