import type { DumpStream } from "./upstream-facts.ts";

export type StreamVerdict =
  | { readonly kind: "by-gtid"; readonly proof: string }
  /** Enough streams by GTID, and others of the same account by position: which is whose the server does not say. */
  | { readonly kind: "mixed"; readonly proof: string; readonly caveat: string }
  /** The server shows no difference (MariaDB). */
  | { readonly kind: "not-told" }
  | { readonly kind: "not-yet"; readonly why: string };

/**
 * Whether a source's tasks read by GTIDs. Without a relay each task holds a stream of its own, all with the source's account: so there
 * must be as many by GTID as there are tasks, and one task's does not vouch for another's. Streams of other accounts (replicas) count
 * for nothing. `user` null: the source's account is not known, and every stream may be its.
 */
export function judgeStreams(all: readonly DumpStream[], user: string | null, tasks: number): StreamVerdict {
  const own = all.filter((stream) => user === null || stream.user === user);
  const count = (reads: DumpStream["reads"]): number => own.filter((stream) => stream.reads === reads).length;
  const [byGtid, byPosition] = [count("by-gtid"), count("by-position")];
  if (own.length > 0 && count("not-told") === own.length) return { kind: "not-told" };
  const whose = user === null ? "" : ` of ${user}`;
  if (byGtid < tasks)
    return { kind: "not-yet", why: `${byGtid} of ${tasks} needed streams${whose} read by GTID, ${byPosition} by position` };
  const proof = `Binlog Dump GTID: ${byGtid} streams${whose} for ${tasks} tasks`;
  if (byPosition === 0) return { kind: "by-gtid", proof };
  return { kind: "mixed", proof, caveat: `${byPosition} more streams${whose} read by position, and whose they are is not told` };
}

/** The account has streams, and each of them is seen to read by position. */
export function streamsReadByPosition(all: readonly DumpStream[], user: string): boolean {
  const own = all.filter((stream) => stream.user === user);
  return own.length > 0 && own.every(({ reads }) => reads === "by-position");
}
