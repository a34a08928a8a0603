import type { Known } from "../observation/known.ts";
import type { SourceObservation, SubtaskObservation } from "../observation/observation.ts";
import { binlogNameText, parseBinlogName } from "./binlog-name.ts";

/** What tells which upstream a name belongs to: every server numbers its files anew, so the same name may be another's file. */
export interface UpstreamSigns {
  /** The relay's own, `<server>.<suffix>`, as DM says it; empty: DM shows no relay. */
  readonly subDirectory: string;
  /** What the upstream that we can ask calls itself, as DM would name a sub-directory after it. */
  readonly server: Known<string>;
}

/** `same`: seen to be the upstream that we can ask. `other`: seen not to be. `not-told`: neither shows. */
export type WhoseFile = { readonly kind: "same" | "not-told" } | { readonly kind: "other"; readonly why: string };

const SUB_DIRECTORY = /^(.+)\.(\d{6})$/;

/**
 * Whose file a name is. The suffix of `mysql-bin|000001.004451` says in which sub-directory of the relay the file lies; a new one is
 * begun for every upstream that a source is pointed at (dm-facts §5), and the present one carries the server's name.
 */
export function whoseFile(name: string, { subDirectory, server }: UpstreamSigns): WhoseFile {
  const [, pulled, present] = SUB_DIRECTORY.exec(subDirectory) ?? [];
  if (pulled === undefined || present === undefined) return { kind: "not-told" };
  const suffix = parseBinlogName(name)?.suffix ?? present;
  if (suffix !== present)
    return { kind: "other", why: `${name} lies in the relay's sub-directory ${suffix}, and the relay is at ${subDirectory} now` };
  if (server.kind === "not-known") return { kind: "not-told" };
  return isSameServer(pulled, server.value)
    ? { kind: "same" }
    : { kind: "other", why: `the relay pulls from ${pulled}, and the upstream that is asked is ${server.value}` };
}

/** What was measured on a server that is not told may be any one's. */
export function isSameServer(a: string | null, b: string | null): boolean {
  return a === null || b === null || a.toLowerCase() === b.toLowerCase();
}

export const signsOf = ({ relay }: Pick<SourceObservation, "relay">, server: Known<string>): UpstreamSigns => ({
  subDirectory: relay?.subDirectory ?? "",
  server,
});

/** Where a sync unit stands, in the form that its rows use: with the relay's suffix or plain. null: it says no place. */
export function syncerName({ progress }: SubtaskObservation): string | null {
  const at = progress?.kind === "sync" ? progress.syncerPosition : null;
  const parsed = at ? parseBinlogName(at.file) : null;
  return at && parsed ? binlogNameText({ ...parsed, suffix: at.relaySuffix }) : null;
}
