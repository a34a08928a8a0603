import { isHostName } from "./host-word.ts";

export type ReadIndex =
  | { readonly kind: "read"; readonly current: string; readonly all: readonly string[] }
  | { readonly kind: "unreadable"; readonly why: string };

/** A MySQL server's UUID, or MariaDB's `<domain>-<server id>`, and the number of the sub-directory. */
const LINE = /^[A-Za-z0-9-]+\.(\d{6,})$/;

/**
 * Reads `server-uuid.index`: one relay sub-directory a line, their numbers rising by one (DM refuses others with 30001); the last one
 * is in use (dm-facts §5).
 */
export function readUuidIndex(text: string): ReadIndex {
  const all = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  let before: number | null = null;
  for (const line of all) {
    const suffix = LINE.exec(line)?.[1];
    if (suffix === undefined || !isHostName(line))
      return { kind: "unreadable", why: `${JSON.stringify(line.slice(0, 80))} names no relay sub-directory` };
    if (before !== null && Number(suffix) !== before + 1)
      return { kind: "unreadable", why: `the number ${suffix} does not follow ${before}: DM would refuse it with 30001` };
    before = Number(suffix);
  }
  const current = all.at(-1);
  return current === undefined
    ? { kind: "unreadable", why: "it is empty: relay never ran here" }
    : { kind: "read", current, all };
}
