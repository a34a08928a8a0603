import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { checkRooms } from "./rooms.ts";

/** `npm run check`: format and lint, types, rooms. Exit code 1 when one of them finds something. */
const root = new URL("../..", import.meta.url).pathname;
const bin = (name: string): string => `${root}node_modules/.bin/${name}`;

function run(title: string, command: string, parameters: readonly string[]): boolean {
  const begun = performance.now();
  const { status, stdout, stderr } = spawnSync(command, parameters, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  const good = status === 0;
  console.log(`${good ? "✔" : "✘"} ${title} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
  if (!good) console.log(`${stdout}${stderr}`.slice(-8_000));
  return good;
}

function rooms(): boolean {
  const { files, imports, problems } = checkRooms(`${root}src`);
  console.log(`${problems.length === 0 ? "✔" : "✘"} rooms (${files} files, ${imports} imports)`);
  for (const problem of problems) console.log(`  ${problem}`);
  return problems.length === 0;
}

function papers(): boolean {
  const missing = ["README.md", "CHANGELOG.md", "docs/architecture.md", "docs/decisions.md", "docs/runbook.md"].filter(
    (name) => !existsSync(`${root}${name}`),
  );
  console.log(`${missing.length === 0 ? "✔" : "✘"} papers${missing.length === 0 ? "" : `: ${missing.join(", ")} missing`}`);
  return missing.length === 0;
}

const results = [
  run("format and lint", bin("biome"), ["ci", "--diagnostic-level=error", "."]),
  run("types", bin("tsc"), ["--noEmit", "-p", "."]),
  rooms(),
  papers(),
];
process.exitCode = results.every(Boolean) ? 0 : 1;
