import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { COUNTERS, GAUGES, HISTOGRAMS } from "../../src/app/ports/metrics.ts";
import { commandTree } from "../../src/cli/medic.ts";
import { SCENARIOS } from "../../src/demo/scenarios.ts";
import { AUDIT_KINDS } from "../../src/domain/audit/audit-event.ts";
import { KINDS, PLAYBOOK_IDS } from "../../src/domain/diagnosis/finding.ts";
import { PLAYBOOK_WORDS } from "../../src/domain/plan/read-wish.ts";
import { COMMANDS } from "../../src/domain/wording/help.ts";
import { DRIVER_ROUTES } from "../../src/stand-ins/slack/request-handler.ts";
import { configPaths } from "../support/config-paths.ts";
import { importsOf, listSources } from "../support/rooms.ts";

const paper = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const firstCells = (text: string) => [...text.matchAll(/^\| `([^`\n]+)`\s*\|/gm)].map(([, cell]) => cell!);

test("docs/cli.md lists every command with its options", () => {
  const told = [...paper("docs/cli.md").matchAll(/^\| `([^`\n]+)`\s*\| (.*?)\s*\| \d/gm)].map(([, command, options]) => [
    command,
    [...options!.matchAll(/`([^`]+)`/g)].map(([, option]) => option),
  ]);

  const real = commandTree(() => {}).commands.map((command) => [
    [
      command.name(),
      ...command.registeredArguments.map((one) =>
        one.required ? `<${one.name()}>` : `[${one.name()}${one.variadic ? "..." : ""}]`,
      ),
    ].join(" "),
    command.options.map((option) => option.flags),
  ]);

  assert.deepEqual(told, real);
});

test("docs/cli.md names every short word for a plan, and every playbook that has none", () => {
  const text = paper("docs/cli.md");

  for (const word of Object.keys(PLAYBOOK_WORDS)) assert.match(text, new RegExp(`\`${word}[\` ]`), word);
  const named = new Set(Object.values(PLAYBOOK_WORDS));
  for (const playbook of PLAYBOOK_IDS) if (!named.has(playbook)) assert.ok(text.includes(`\`${playbook}\``), playbook);
});

test("docs/configuration.md lists every setting with what holds without it", () => {
  const told = [...paper("docs/configuration.md").matchAll(/^\| `([^`\n]+)`\s*\| (`?)(.*?)\2\s*\| /gm)].map(
    ([, path, , without]) => [path, without!.trim()],
  );

  assert.deepEqual(told, [...configPaths()]);
});

test("the example sets every section that the configuration has", () => {
  const example = paper("dm-medic.example.yaml");

  for (const path of configPaths().keys()) {
    const name = path.split(".").at(-1)!;
    assert.match(example, new RegExp(`\\b${name}\\b`), path);
  }
});

test("docs/audit.md lists every kind of event", () => {
  assert.deepEqual(firstCells(paper("docs/audit.md")), [...AUDIT_KINDS]);
});

test("docs/stand-in-slack.md lists every route of the driver", () => {
  assert.deepEqual(firstCells(paper("docs/stand-in-slack.md")), Object.keys(DRIVER_ROUTES));
});

test("the README names every kind, every playbook and every command", () => {
  const readme = paper("README.md");

  for (const kind of KINDS) assert.ok(readme.includes(`\`${kind}\``), kind);
  for (const playbook of PLAYBOOK_IDS) assert.ok(readme.includes(`\`${playbook}\``), playbook);
  for (const { usage } of COMMANDS) assert.ok(readme.includes(`/dm ${usage.split(" ")[0]}`), usage);
});

test("docs/runbook.md has a heading for every kind and every playbook, and says what to press or do there", () => {
  const parts = new Map(
    paper("docs/runbook.md")
      .split(/^### /m)
      .slice(1)
      .map((part) => [/^`([^`]+)`/.exec(part)?.[1] ?? part.split("\n")[0]!, part]),
  );

  for (const kind of KINDS) assert.match(parts.get(kind) ?? `no heading for ${kind}`, /\*\*Press\*\*|Nothing is wrong/);
  for (const playbook of PLAYBOOK_IDS) assert.match(parts.get(playbook) ?? `no heading for ${playbook}`, /\*\*It does\*\*/);
  for (const name of parts.keys())
    if (/^[a-z0-9-]+$/.test(name))
      assert.ok(
        [...KINDS, ...PLAYBOOK_IDS].some((known) => known === name),
        `${name} is none`,
      );
});

test("docs/architecture.md names every room, and only files that are there", () => {
  const text = paper("docs/architecture.md");
  const root = new URL("../../", import.meta.url);
  const rooms = new Set(
    listSources(new URL("src", root).pathname)
      .map((file) => file.split("/").slice(0, -1).slice(0, 2))
      .filter(({ length }) => length > 0)
      .map((parts) => `src/${parts.join("/")}`),
  );
  // Folders within a folder that is told as one.
  for (const inner of ["src/cli/draw"]) rooms.delete(inner);
  const told = firstCells(text).filter((cell) => cell.startsWith("src/"));

  for (const room of rooms) assert.ok(told.includes(room), `${room} is not told`);
  for (const [, path] of text.matchAll(/`(src\/[\w./-]+)`/g)) assert.ok(existsSync(new URL(path!, root)), `${path} is not there`);
});

test("the README tells of every scenario of the demo, and of no other", () => {
  assert.deepEqual(firstCells(paper("README.md")).toSorted(), Object.keys(SCENARIOS).toSorted());
});

test("every scenario has a title, and links in the papers lead to files", () => {
  assert.ok(Object.values(SCENARIOS).every(({ title }) => title.length > 10));
  for (const name of [
    "README.md",
    "docs/architecture.md",
    "docs/slack-setup.md",
    "docs/configuration.md",
    "docs/worker-hosts.md",
    "docs/runbook.md",
    "docs/compare-rows.md",
    "docs/database-accounts.md",
    "docs/cli.md",
  ]) {
    for (const [, target] of paper(name).matchAll(/\]\((?!https?:)([^)#]+)\)/g))
      assert.ok(readFileSync(new URL(target!, new URL(`../../${name}`, import.meta.url))).length > 0, `${name}: ${target}`);
  }
});

test("docs/metrics.md lists every metric with its labels", () => {
  const told = [...paper("docs/metrics.md").matchAll(/^\| `([^`\n]+)`\s*\|([^|\n]*)\|/gm)].map(([, name, labels]) => [
    name,
    [...labels!.matchAll(/`([^`]+)`/g)].map(([, label]) => label),
  ]);

  assert.deepEqual(Object.fromEntries(told), { ...COUNTERS, ...GAUGES, ...HISTOGRAMS });
});

test("the alert rules name only metrics that exist", () => {
  const named = [...paper("docs/dm-medic.rules.yml").matchAll(/dm_medic_\w+/g)].map(([name]) => name);

  assert.ok(named.length > 3);
  for (const name of named) assert.ok(name in { ...COUNTERS, ...GAUGES, ...HISTOGRAMS }, name);
});

test("the image copies what is there, runs as nobody special, and has every package that the code imports", () => {
  const image = paper("Dockerfile");
  const { dependencies } = JSON.parse(paper("package.json")) as { dependencies: Record<string, string> };
  const root = new URL("../../src", import.meta.url).pathname;
  const imported = listSources(root)
    .flatMap((file) => importsOf(root, file, readFileSync(`${root}/${file}`, "utf8")))
    .map(({ to }) => to)
    .filter((to) => !to.startsWith("node:") && !/\.(?:ts|json)$/.test(to));

  for (const [, copied] of image.matchAll(/^COPY ([^\s]+)/gm))
    assert.ok(existsSync(new URL(`../../${copied}`, import.meta.url)), copied);
  assert.match(image, /^USER node$/m);
  assert.match(image, /--omit=dev --omit=optional/);
  for (const name of new Set(
    imported.map((to) =>
      to
        .split("/")
        .slice(0, to.startsWith("@") ? 2 : 1)
        .join("/"),
    ),
  ))
    assert.ok(name in dependencies, name);
});
