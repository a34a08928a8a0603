/** Names that DM itself rewrites in its copy, or that say where a task began, not how it runs. */
const RENAMED: Readonly<Record<string, string>> = { "black-white-list": "block-allow-list" };
const NOT_COMPARED: ReadonlySet<string> = new Set(["password", "meta", "remove-meta", "is-sharding"]);
/** Maps of named settings: DM renames their keys (`balist-01`), so they are compared by their contents. */
const NAMED_SETS: ReadonlySet<string> = new Set([
  "block-allow-list",
  "routes",
  "filters",
  "mydumpers",
  "loaders",
  "syncers",
  "validators",
  "expression-filter",
  "column-mappings",
]);
const REFERENCES =
  /^(?:block-allow-list|black-white-list|route-rules|filter-rules|column-mapping-rules|expression-filters|(?:mydumper|loader|syncer|validator)-config-name)$/;

/**
 * Paths in which a file says something that DM's copy says differently. DM's copy is complete (defaults written out), so only what
 * the file names is compared; order, passwords and the names of shared settings do not count.
 */
export function driftBetween(file: unknown, copy: unknown): string[] {
  const found: string[] = [];
  compare(file, copy, "", found);
  return found;
}

function compare(file: unknown, copy: unknown, path: string, found: string[]): void {
  if (file === null || file === undefined || file === "") return;
  if (Array.isArray(file)) compareLists(file, copy, path, found);
  else if (typeof file === "object") compareMaps(file as Record<string, unknown>, copy, path, found);
  else if (!sameScalar(file, copy)) found.push(path);
}

function compareLists(file: readonly unknown[], copy: unknown, path: string, found: string[]): void {
  if (!Array.isArray(copy) || copy.length !== file.length) {
    if (file.length > 0) found.push(path);
    return;
  }
  const byName = (list: readonly unknown[]) =>
    list.every((entry) => isObject(entry) && "source-id" in entry)
      ? list.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
      : list;
  const others = byName(copy);
  for (const [index, entry] of byName(file).entries()) compare(entry, others[index], `${path}[${index}]`, found);
}

function compareMaps(file: Record<string, unknown>, copy: unknown, path: string, found: string[]): void {
  if (!isObject(copy)) {
    if (Object.values(file).some((value) => value !== null && value !== "")) found.push(path);
    return;
  }
  for (const [key, value] of Object.entries(file)) {
    const name = RENAMED[key] ?? key;
    const here = path === "" ? name : `${path}.${name}`;
    if (NOT_COMPARED.has(key)) continue;
    if (path !== "" && REFERENCES.test(key)) continue;
    if (path === "" && NAMED_SETS.has(name)) compareSets(value, copy[name], here, found);
    else compare(value, copy[name], here, found);
  }
}

/** Every named setting of the file must be one of the copy's, whatever DM calls it. */
function compareSets(file: unknown, copy: unknown, path: string, found: string[]): void {
  if (!isObject(file)) return;
  const others = isObject(copy) ? Object.values(copy) : [];
  for (const [name, value] of Object.entries(file)) {
    const fits = others.some((other) => driftBetween(value, other).length === 0);
    if (!fits) found.push(`${path}.${name}`);
  }
}

function sameScalar(a: unknown, b: unknown): boolean {
  return String(a).toLowerCase() === String(b ?? "").toLowerCase();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function nameOf(entry: unknown): string {
  return isObject(entry) ? String(entry["source-id"]) : "";
}
