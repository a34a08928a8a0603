import { type Document, isMap, parseDocument, type YAMLMap } from "yaml";

/** Where a named syncer is made for an instance that names none. */
const OWN_SYNCER = "dm-medic-safe-mode";

export interface MetaPosition {
  readonly file: string;
  readonly position: number;
  readonly gtid: string;
}

/**
 * A copy of a task's YAML in which the instance of this source replays in safe mode. DM takes a syncer either by name
 * (`syncer-config-name`) or written into the instance (`syncer`); `safe-mode-duration: "0s"` beside it would be refused (36071).
 */
export function withSafeMode(text: string, source: string, meta: MetaPosition | null): string {
  const document = parseDocument(text);
  const index = instanceIndex(document, source);
  if (index === -1) throw new Error(`the task's YAML has no instance of source ${source}`);
  const instance = ["mysql-instances", index] as const;
  const named = document.getIn([...instance, "syncer-config-name"]);
  const isNamed = typeof named === "string" && named !== "";
  const inline = document.getIn([...instance, "syncer"]);
  const place: (string | number)[] = isNamed
    ? ["syncers", named]
    : isMap(inline)
      ? [...instance, "syncer"]
      : ["syncers", OWN_SYNCER];
  if (!isNamed && !isMap(inline)) document.setIn([...instance, "syncer-config-name"], OWN_SYNCER);
  document.setIn([...place, "safe-mode"], true);
  document.deleteIn([...place, "safe-mode-duration"]);
  if (meta)
    document.setIn([...instance, "meta"], {
      "binlog-name": meta.file,
      "binlog-pos": meta.position,
      ...(meta.gtid === "" ? {} : { "binlog-gtid": meta.gtid }),
    });
  return document.toString();
}

export function isSafeMode(text: string, source: string): boolean {
  const document = parseDocument(text);
  const index = instanceIndex(document, source);
  if (index === -1) return false;
  const named = document.getIn(["mysql-instances", index, "syncer-config-name"]);
  const place = typeof named === "string" && named !== "" ? ["syncers", named] : ["mysql-instances", index, "syncer"];
  return document.getIn([...place, "safe-mode"]) === true;
}

function instanceIndex(document: Document, source: string): number {
  const instances = document.get("mysql-instances") as { items?: YAMLMap[] } | undefined;
  return instances?.items?.findIndex((instance) => isMap(instance) && String(instance.get("source-id")) === source) ?? -1;
}
