import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

export interface Import {
  readonly from: string;
  /** A path below the root, or a package's name. */
  readonly to: string;
}

/** Who may import whom, by room; design: main, cli, demo → adapters → app → domain. Stand-ins are the other side of the wire. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  domain: ["domain"],
  app: ["app", "domain"],
  adapters: ["adapters", "app", "domain"],
  config: ["config", "app", "domain"],
  "stand-ins": ["stand-ins"],
  demo: ["demo", "main.ts", "config", "adapters", "app", "domain", "stand-ins"],
  cli: ["cli", "demo", "main.ts", "connect.ts", "config", "adapters", "app", "domain", "stand-ins"],
  "main.ts": ["connect.ts", "config", "adapters", "app", "domain"],
  "connect.ts": ["config", "adapters", "app", "domain"],
};
const NO_PACKAGES: ReadonlySet<string> = new Set(["domain", "app"]);
const NO_FOLDERS: ReadonlySet<string> = new Set(["utils", "util", "helpers", "common", "shared", "core", "lib", "misc"]);
const ENVIRONMENT = /process\.env\b/;
/** The doors that read the environment and hand it on. */
const MAY_READ_ENVIRONMENT = /^(?:config|cli)\//;

export function listSources(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .sort();
}

/** Every static, re-exporting and dynamic import of a file; paths are relative to the root. */
export function importsOf(root: string, file: string, text: string): Import[] {
  const found = [
    ...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']/g),
    ...text.matchAll(/(?:^|\n)\s*import\s*["']([^"']+)["']/g),
    ...text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g),
  ];
  return found.map(([, name]) => ({
    from: file,
    to: name!.startsWith(".") ? relative(root, resolve(root, dirname(file), name!)) : name!,
  }));
}

const roomOf = (path: string): string => path.split("/")[0]!;
const isOurs = (to: string): boolean => /\.(?:ts|json|js)$/.test(to) && !to.startsWith("node:");

export function problemsOf(file: string, text: string, imports: readonly Import[]): string[] {
  const room = roomOf(file);
  const problems: string[] = [];
  const allowed = ALLOWED[room];
  if (!allowed) problems.push(`${file}: ${room} is no room of the design`);
  for (const part of dirname(file).split("/"))
    if (NO_FOLDERS.has(part)) problems.push(`${file}: a folder called ${part} says nothing`);
  for (const { to } of imports) {
    if (!isOurs(to)) {
      if (NO_PACKAGES.has(room)) problems.push(`${file}: ${room} imports ${to}, which stands outside`);
    } else if (allowed && !allowed.includes(roomOf(to))) problems.push(`${file}: ${room} may not import ${to}`);
    else if (room === "adapters" && roomOf(to) === "adapters" && file.split("/")[1] !== to.split("/")[1])
      problems.push(`${file}: one adapter imports another, ${to}`);
  }
  if (ENVIRONMENT.test(text) && !MAY_READ_ENVIRONMENT.test(file))
    problems.push(`${file}: reads process.env, which only src/config and the doors may`);
  return problems;
}

/** Files that import each other in a ring, as one line each. */
export function cyclesOf(imports: readonly Import[]): string[] {
  const next = Map.groupBy(
    imports.filter(({ to }) => isOurs(to)),
    ({ from }) => from,
  );
  const done = new Set<string>();
  const rings: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at !== -1) return void rings.push([...path.slice(at), file].join(" → "));
    if (done.has(file)) return;
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return rings;
}

export interface RoomReport {
  readonly files: number;
  readonly imports: number;
  readonly problems: readonly string[];
}

/** A check that read nothing has found nothing out, so it fails. */
export function checkRooms(root: string): RoomReport {
  const files = listSources(root);
  const texts = files.map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
  const imports = texts.flatMap(({ file, text }) => importsOf(root, file, text));
  const problems = texts.flatMap(({ file, text }) =>
    problemsOf(
      file,
      text,
      imports.filter(({ from }) => from === file),
    ),
  );
  const typeOnly = /^\s*import type\b/;
  const runtime = texts.flatMap(({ file, text }) =>
    importsOf(
      root,
      file,
      text
        .split("\n")
        .filter((line) => !typeOnly.test(line))
        .join("\n"),
    ),
  );
  problems.push(...cyclesOf(runtime).map((ring) => `a ring of imports: ${ring}`));
  for (const [file, lines] of texts.map(({ file, text }) => [file, text.split("\n").length] as const))
    if (lines > 400) problems.push(`${file}: ${lines} lines hold more than one thing`);
  if (files.length < 50 || imports.length < 100)
    problems.push(`only ${files.length} files and ${imports.length} imports were read: the check looks in the wrong place`);
  return { files: files.length, imports: imports.length, problems };
}
