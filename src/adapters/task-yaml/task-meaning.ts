/** What a task's YAML means for each of its sources, whatever its shared settings are called and wherever they stand. */
export interface TaskMeaning {
  /** The task's own settings, without the shared ones. */
  readonly own: Readonly<Record<string, unknown>>;
  readonly bySource: ReadonlyMap<string, SourceMeaning>;
}

export interface SourceMeaning {
  /** Rules by what they do; order and names do not count. */
  readonly rules: Readonly<Record<string, readonly unknown[]>>;
  /** Settings of the units, as far as they are named. */
  readonly units: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Names that the instance uses and nothing defines: DM would refuse the start. */
  readonly undefinedNames: readonly string[];
}

/** By rule: the instance's list of names, and the shared settings that they name. */
const RULES = {
  "route-rules": ["route-rules", "routes"],
  "filter-rules": ["filter-rules", "filters"],
  "column-mapping-rules": ["column-mapping-rules", "column-mappings"],
  "expression-filters": ["expression-filters", "expression-filter"],
  "block-allow-list": ["block-allow-list", "block-allow-list"],
} as const;
/** By unit: its shared settings, and the setting that the instance's own number of threads stands for. */
const UNITS = {
  mydumper: { shared: "mydumpers", threads: "threads" },
  loader: { shared: "loaders", threads: "pool-size" },
  syncer: { shared: "syncers", threads: "worker-count" },
  validator: { shared: "validators", threads: null },
} as const;
const OLD_NAME = "black-white-list";
const SHARED: ReadonlySet<string> = new Set([
  "mysql-instances",
  OLD_NAME,
  ...Object.values(RULES).map(([, shared]) => shared),
  ...Object.values(UNITS).map(({ shared }) => shared),
]);

export function meaningOf(task: Readonly<Record<string, unknown>>): TaskMeaning {
  const instances = Array.isArray(task["mysql-instances"]) ? task["mysql-instances"].filter(isObject) : [];
  return {
    own: Object.fromEntries(Object.entries(task).filter(([key]) => !SHARED.has(key))),
    bySource: new Map(instances.map((instance) => [String(instance["source-id"]), sourceMeaning(task, instance)])),
  };
}

function sourceMeaning(task: Readonly<Record<string, unknown>>, instance: Readonly<Record<string, unknown>>): SourceMeaning {
  const undefinedNames: string[] = [];
  const named = (shared: string, name: unknown): unknown => {
    const sets = [task[shared], ...(shared === "block-allow-list" ? [task[OLD_NAME]] : [])];
    const found = sets.filter(isObject).find((set) => Object.hasOwn(set, String(name)));
    if (!found) undefinedNames.push(`${shared}.${String(name)}`);
    return found?.[String(name)] ?? {};
  };
  const rules = Object.entries(RULES).map(([rule, [list, shared]]) => {
    const names = instance[list] || (rule === "block-allow-list" ? instance[OLD_NAME] : null);
    const all = Array.isArray(names) ? names : names ? [names] : [];
    return [rule, all.map((name) => named(shared, name))] as const;
  });
  const units = Object.entries(UNITS).map(([unit, { shared, threads }]) => {
    const name = instance[`${unit}-config-name`];
    const settings = name ? named(shared, name) : instance[unit];
    const own = isObject(settings) ? settings : {};
    const number = threads === null ? 0 : Number(instance[`${unit}-thread`] ?? 0);
    return [unit, threads !== null && number > 0 ? { ...own, [threads]: number } : own] as const;
  });
  return { rules: Object.fromEntries(rules), units: Object.fromEntries(units), undefinedNames };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
