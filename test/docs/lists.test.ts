import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { commandTree } from "../../src/cli/medic.ts";
import { SCENARIOS } from "../../src/demo/scenarios.ts";
import { AUDIT_KINDS } from "../../src/domain/audit/audit-event.ts";
import { KINDS } from "../../src/domain/diagnosis/finding.ts";
import { COMMANDS } from "../../src/domain/wording/help.ts";
import { DRIVER_ROUTES } from "../../src/stand-ins/slack/request-handler.ts";

const paper = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const firstCells = (text: string) => [...text.matchAll(/^\| `([^`\n]+)`\s*\|/gm)].map(([, cell]) => cell!);

test("docs/cli.md lists every command with its options", () => {
  const told = [...paper("docs/cli.md").matchAll(/^\| `([^`\n]+)`\s*\| (.*?)\s*\| \d/gm)].map(([, command, options]) => [
    command,
    [...options!.matchAll(/`([^`]+)`/g)].map(([, option]) => option),
  ]);

  const real = commandTree(() => {}).commands.map((command) => [
    [command.name(), ...command.registeredArguments.map((argument) => `<${argument.name()}>`)].join(" "),
    command.options.map((option) => option.flags),
  ]);

  assert.deepEqual(told, real);
});

test("docs/audit.md lists every kind of event", () => {
  assert.deepEqual(firstCells(paper("docs/audit.md")), [...AUDIT_KINDS]);
});

test("docs/stand-in-slack.md lists every route of the driver", () => {
  assert.deepEqual(firstCells(paper("docs/stand-in-slack.md")), Object.keys(DRIVER_ROUTES));
});

test("the README names every kind and every command", () => {
  const readme = paper("README.md");

  for (const kind of KINDS) assert.ok(readme.includes(`\`${kind}\``), kind);
  for (const { usage } of COMMANDS) assert.ok(readme.includes(`/dm ${usage.split(" ")[0]}`), usage);
});

test("every scenario has a title, and links in the papers lead to files", () => {
  assert.ok(Object.values(SCENARIOS).every(({ title }) => title.length > 10));
  for (const name of ["README.md", "docs/architecture.md", "docs/slack-setup.md"]) {
    for (const [, target] of paper(name).matchAll(/\]\((?!https?:)([^)#]+)\)/g))
      assert.ok(readFileSync(new URL(target!, new URL(`../../${name}`, import.meta.url))).length > 0, `${name}: ${target}`);
  }
});
