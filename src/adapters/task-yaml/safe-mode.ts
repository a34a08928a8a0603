import { type Document, isMap, isScalar, isSeq, parse, YAMLMap } from "yaml";
import { flatText, parseFlat } from "./flat-yaml.ts";
import { isObject, meaningOf } from "./task-meaning.ts";

/** Where a syncer is made for an instance that names none, or that shares its own with others. */
const OWN_SYNCER = "dm-medic-safe-mode";

export interface MetaPosition {
  readonly file: string;
  readonly position: number;
  readonly gtid: string;
}

/**
 * A copy of a task's YAML in which the instance of this source, and no other, replays in safe mode. DM takes a syncer by name
 * (`syncer-config-name`, which counts first) or written into the instance (`syncer`), and refuses a task in which a named one is used
 * by nobody: so one that others use too is copied, any other changed where it stands. `safe-mode-duration: "0s"` beside it would be
 * refused (36071). Throws where the text is no YAML or has no such instance.
 */
export function withSafeMode(text: string, source: string, meta: MetaPosition | null): string {
  const document = parseFlat(text);
  const instances = instancesOf(document);
  const instance = instances.find((one) => textAt(one, "source-id") === source);
  if (!instance) throw new Error(`the task's YAML has no instance of source ${source}`);
  const syncer = syncerOf(document, instance, instances);
  // The letters that DM reads as true: this document holds no other scalars than texts.
  syncer.set("safe-mode", "true");
  syncer.delete("safe-mode-duration");
  if (meta) instance.set("meta", metaOf(document, meta));
  return flatText(document);
}

/** Whether the instance of this source replays in safe mode from its start to its end. */
export function isSafeMode(text: string, source: string): boolean {
  const task: unknown = parse(text, { merge: true, maxAliasCount: 100 });
  if (!isObject(task)) return false;
  const written = meaningOf(task).bySource.get(source)?.units.syncer?.["safe-mode"];
  return written === true || (typeof written === "string" && /^(?:yes|on|y|true)$/i.test(written));
}

function syncerOf(document: Document, instance: YAMLMap, instances: readonly YAMLMap[]): YAMLMap {
  const named = textAt(instance, "syncer-config-name");
  const inline = instance.get("syncer");
  if (named === "" && isMap(inline)) return inline;
  const syncers = mapAt(document.contents as YAMLMap, "syncers");
  const isShared = instances.some((other) => other !== instance && textAt(other, "syncer-config-name") === named);
  if (named !== "" && !isShared) return mapAt(syncers, named);
  const shared = named === "" ? null : syncers.get(named);
  const own = isMap(shared) ? (shared.clone() as YAMLMap) : new YAMLMap();
  const free = nameNotIn(syncers);
  syncers.set(free, own);
  instance.set("syncer-config-name", free);
  return own;
}

function nameNotIn(syncers: YAMLMap): string {
  let name = OWN_SYNCER;
  for (let at = 2; syncers.has(name); at++) name = `${OWN_SYNCER}-${at}`;
  return name;
}

/** An absent or empty one is made. */
function mapAt(map: YAMLMap, key: string): YAMLMap {
  const there = map.get(key);
  if (isMap(there)) return there;
  const made = new YAMLMap();
  map.set(key, made);
  return made;
}

function metaOf(document: Document, { file, position, gtid }: MetaPosition): YAMLMap {
  const meta = new YAMLMap();
  meta.set("binlog-name", document.createNode(file));
  meta.set("binlog-pos", document.createNode(String(position)));
  if (gtid !== "") meta.set("binlog-gtid", document.createNode(gtid));
  return meta;
}

function instancesOf({ contents }: Document): readonly YAMLMap[] {
  const instances = isMap(contents) ? contents.get("mysql-instances") : null;
  return isSeq(instances) ? instances.items.filter((one) => isMap(one)) : [];
}

function textAt(map: YAMLMap, key: string): string {
  const node = map.get(key, true);
  return isScalar(node) ? String(node.value ?? "") : "";
}
