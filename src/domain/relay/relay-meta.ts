import { decodeInteger, decodeString, findValues, quoteLike, type ValuePlace } from "./toml-values.ts";

/** What `relay.meta` says: the place in the upstream's binlog up to which the relay unit has written (dm-facts §5). */
export interface RelayMeta {
  readonly file: string;
  /** uint32. */
  readonly position: number;
  /** null: the key is not there; DM takes that for an empty set. */
  readonly gtid: string | null;
}

/** What is written into it; `gtid` undefined leaves that line as it is. */
export interface RelayMetaChange {
  readonly file: string;
  readonly position: number;
  readonly gtid: string | undefined;
}

export type ReadMeta =
  | { readonly kind: "read"; readonly meta: RelayMeta }
  | { readonly kind: "unreadable"; readonly why: string };
export type RewrittenMeta =
  | { readonly kind: "rewritten"; readonly text: string }
  | { readonly kind: "unreadable"; readonly why: string };

const NAME = "binlog-name";
const POSITION = "binlog-pos";
const GTID = "binlog-gtid";
const UINT32_MAX = 0xffff_ffff;
/** Nothing in a file's name or a GTID set needs escaping in any of TOML's quotings; anything else is no such value. */
const PLAIN = /^[A-Za-z0-9_.,/:@+=-]*$/;

interface Parts {
  readonly meta: RelayMeta;
  readonly places: { readonly name: ValuePlace; readonly position: ValuePlace; readonly gtid: ValuePlace | null };
}

/** Reads the three values; a meta without a name or a position is unreadable, because DM would take it for a fresh one. */
export function readRelayMeta(text: string): ReadMeta {
  const parts = readParts(text);
  return "why" in parts ? { kind: "unreadable", why: parts.why } : { kind: "read", meta: parts.meta };
}

/**
 * Puts the new values in place of the old ones. Every other byte stays: unknown keys, comments, order, quoting, line endings, a
 * missing newline at the end. A GTID line that is wanted and not there is added after the position's.
 */
export function rewriteRelayMeta(text: string, change: RelayMetaChange): RewrittenMeta {
  const parts = readParts(text);
  if ("why" in parts) return { kind: "unreadable", why: parts.why };
  if (!PLAIN.test(change.file) || !PLAIN.test(change.gtid ?? ""))
    return { kind: "unreadable", why: "the new values hold characters that no relay.meta holds" };
  const { name, position, gtid } = parts.places;
  const raw = ({ start, end }: ValuePlace): string => text.slice(start, end);
  const edits = [
    { ...name, by: quoteLike(raw(name), change.file) },
    { ...position, by: String(change.position) },
    ...(change.gtid !== undefined && gtid ? [{ ...gtid, by: quoteLike(raw(gtid), change.gtid) }] : []),
    ...(change.gtid !== undefined && !gtid ? [addedLine(text, position, change.gtid)] : []),
  ];
  let rewritten = text;
  for (const { start, end, by } of edits.sort((one, other) => other.start - one.start))
    rewritten = `${rewritten.slice(0, start)}${by}${rewritten.slice(end)}`;
  return { kind: "rewritten", text: rewritten };
}

function addedLine(text: string, position: ValuePlace, gtid: string): ValuePlace & { readonly by: string } {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const lineEnd = text.slice(position.end).search(/\r?\n|$/) + position.end;
  return { start: lineEnd, end: lineEnd, by: `${newline}${GTID} = "${gtid}"` };
}

function readParts(text: string): Parts | { readonly why: string } {
  const found = findValues(text);
  if (found.kind === "unreadable") return { why: found.why };
  const [name, position, gtid] = [NAME, POSITION, GTID].map((key) => found.values.get(key));
  if (!name || !position) return { why: `${name ? POSITION : NAME} is not there` };
  const file = decodeString(text.slice(name.start, name.end));
  const number = decodeInteger(text.slice(position.start, position.end));
  const set = gtid ? decodeString(text.slice(gtid.start, gtid.end)) : null;
  if (file === null) return { why: `${NAME} is no text` };
  if (number === null || number < 0 || number > UINT32_MAX) return { why: `${POSITION} is no number from 0 to ${UINT32_MAX}` };
  if (gtid && set === null) return { why: `${GTID} is no text` };
  return { meta: { file, position: number, gtid: set }, places: { name, position, gtid: gtid ?? null } };
}
