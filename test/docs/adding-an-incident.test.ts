import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";

const root = new URL("../..", import.meta.url).pathname;

/** The recipe's edits, in order: a whole new file, or lines to put in place of others. */
const blocks = [
  ...readFileSync(join(root, "docs/adding-an-incident.md"), "utf8").matchAll(/^```(ts|diff) (\S+)\n([\s\S]*?)^```$/gm),
].map(([, how, file, text]) => ({ how: how!, file: file!, lines: text!.trimEnd().split("\n") }));

describe("the recipe for a new incident", { timeout: 120_000 }, () => {
  let copy: string;
  before(() => {
    copy = mkdtempSync(join(tmpdir(), "dm-medic-recipe-"));
    for (const name of ["src", "test", "bin", "package.json", "tsconfig.json"])
      cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  });
  after(() => rmSync(copy, { recursive: true, force: true }));

  function follow({ how, file, lines }: (typeof blocks)[number]): void {
    const path = join(copy, file);
    if (how === "ts") {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${lines.join("\n")}\n`);
      return;
    }
    const text = readFileSync(path, "utf8");
    const [old, fresh] = ["-", "+"].map((mark) =>
      lines.flatMap((line) => (line[0] === " " || line[0] === mark ? [line.slice(1)] : [])).join("\n"),
    );
    assert.equal(text.split(`${old}\n`).length, 2, `${file} does not hold exactly once:\n${old}`);
    writeFileSync(
      path,
      text.replace(`${old}\n`, () => `${fresh}\n`),
    );
  }
  const types = () => spawnSync(join(root, "node_modules/.bin/tsc"), ["--noEmit", "-p", "."], { cwd: copy, encoding: "utf8" });
  const diagnose = () => {
    const recording = join(copy, "test/recorded/dm-8.1.0/ddl-unsupported/gateway-status.json");
    const { stdout } = spawnSync(process.execPath, [join(copy, "bin/medic.js"), "diagnose", recording, "--json"], {
      encoding: "utf8",
    });
    return (JSON.parse(stdout) as { findings: { task: string | null; kind: string }[] }).findings;
  };

  test("once the kind is named, the compiler names each place that the recipe then changes for it", () => {
    assert.ok(blocks.length >= 7, `only ${blocks.length} steps were read`);
    assert.ok(diagnose().every(({ kind }) => kind !== "auto-increment-taken-off"));
    follow(blocks[0]!);

    const { stdout, status } = types();

    assert.notEqual(status, 0);
    const named = new Set(Array.from(stdout.matchAll(/^(src\/[^(]+)\(/gm), ([, file]) => file!));
    const changed = new Set(blocks.map(({ file }) => file));
    assert.ok(named.size >= 2, stdout);
    for (const file of named) assert.ok(changed.has(file), `the compiler asks for ${file}, the recipe does not`);
  });

  test("followed to its end it compiles, and the recording is told by its new name", () => {
    for (const block of blocks.slice(1)) follow(block);

    const { stdout, status } = types();

    assert.equal(status, 0, stdout);
    assert.ok(diagnose().some(({ kind, task }) => kind === "auto-increment-taken-off" && task !== null));
    assert.ok(diagnose().every(({ kind, task }) => task === null || kind !== "unsupported-ddl"));
  });
});
