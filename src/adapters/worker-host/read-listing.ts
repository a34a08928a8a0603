/** A regular file or a folder, as `ls -ln` in the C locale tells it. */
export interface Entry {
  readonly name: string;
  readonly type: "file" | "folder" | "other";
  /** `0640` */
  readonly mode: string;
  readonly owner: number;
  readonly group: number;
  readonly sizeBytes: number;
}

/** type and rights, links, owner, group, size, then a date of three parts, then the name. */
const LINE = /^([-a-z])([-rwxsStT]{9})[.+@]?\s+\d+\s+(\d+)\s+(\d+)\s+(\d+)\s+\S+\s+\S+\s+\S+\s(\S+)$/;

/** What `ls` prints of several folders, in the order in which they were given; of one alone it prints no heading. */
export function readListings(output: string, folders: readonly string[]): readonly ReadonlyMap<string, Entry>[] {
  if (folders.length === 1) return [readListing(output)];
  const parts = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of output.split("\n")) {
    const heading = line.endsWith(":") ? folders.find((folder) => line === `${folder}:`) : undefined;
    if (heading !== undefined) {
      current = [];
      parts.set(heading, current);
    } else current.push(line);
  }
  return folders.flatMap((folder) => (parts.has(folder) ? [readListing(parts.get(folder)!.join("\n"))] : []));
}

/**
 * Entries by name. Lines that are no such entry (the total, names with spaces, devices) are left out: none of them is ever a file
 * that the relay or we have made.
 */
export function readListing(output: string): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const line of output.split("\n")) {
    const parts = LINE.exec(line);
    if (!parts) continue;
    const [, type, rights, owner, group, size, name] = parts;
    entries.set(name!, {
      name: name!,
      type: type === "-" ? "file" : type === "d" ? "folder" : "other",
      mode: modeOf(rights!),
      owner: Number(owner),
      group: Number(group),
      sizeBytes: Number(size),
    });
  }
  return entries;
}

function modeOf(rights: string): string {
  const three = [0, 3, 6].map((at) => {
    const [read, write, execute] = rights.slice(at, at + 3);
    return (read === "r" ? 4 : 0) + (write === "w" ? 2 : 0) + (execute === "x" || execute === "s" || execute === "t" ? 1 : 0);
  });
  const special = (/^..[sS]/.test(rights) ? 4 : 0) + (/^.{5}[sS]/.test(rights) ? 2 : 0) + (/[tT]$/.test(rights) ? 1 : 0);
  return `${special}${three.join("")}`;
}

/** One line of `df -P -k` (POSIX: 1024-byte blocks). */
export interface Space {
  readonly device: string;
  readonly freeBytes: number;
  readonly mountedOn: string;
}

/** In the order in which the paths were given; null when a line is not as POSIX says. */
export function readSpaces(output: string, paths: number): readonly Space[] | null {
  const lines = output.trimEnd().split("\n").slice(1);
  const spaces = lines.flatMap((line): Space[] => {
    const parts = /^(.+?)\s+\d+\s+\d+\s+(-?\d+)\s+\d+%\s+(\/.*)$/.exec(line);
    return parts ? [{ device: parts[1]!, freeBytes: Number(parts[2]) * 1024, mountedOn: parts[3]! }] : [];
  });
  return spaces.length === paths && lines.length === paths ? spaces : null;
}
