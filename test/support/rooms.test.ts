import assert from "node:assert/strict";
import { test } from "node:test";
import { cyclesOf, importsOf, problemsOf } from "./rooms.ts";

const check = (file: string, text: string) => problemsOf(file, text, importsOf("/src", file, text));

for (const [what, file, text] of [
  ["the domain imports a package", "domain/a.ts", 'import { z } from "zod";'],
  ["the domain imports Node", "domain/a.ts", 'import { createHash } from "node:crypto";'],
  ["the domain imports the app", "domain/plan/a.ts", 'import type { Clock } from "../../app/ports/clock.ts";'],
  ["the app imports an adapter", "app/a.ts", 'import { x } from "../adapters/dm/x.ts";'],
  ["an adapter imports another", "adapters/slack/a.ts", 'export { x } from "../dm/x.ts";'],
  ["a stand-in imports an adapter", "stand-ins/dm/a.ts", 'const x = await import("../../adapters/dm/x.ts");'],
  ["an adapter imports the configuration", "adapters/dm/a.ts", 'import { x } from "../../config/x.ts";'],
  ["somebody reads the environment", "app/a.ts", "const x = process.env.HOME;"],
  ["a folder that says nothing", "domain/utils/a.ts", ""],
  ["a room that is none", "stuff/a.ts", ""],
] as const) {
  test(`the rooms check tells when ${what}`, () => {
    const problems = check(file, text);

    assert.equal(problems.length, 1, problems.join("\n"));
  });
}

test("the rooms check lets through what the design allows", () => {
  const text =
    'import type {\n  Observation,\n} from "../../domain/observation/observation.ts";\nimport { z } from "zod";\nimport "./here.ts";';

  assert.deepEqual(check("adapters/dm/a.ts", text), []);
});

test("the rooms check finds a ring of imports", () => {
  const rings = cyclesOf([
    { from: "a.ts", to: "b.ts" },
    { from: "b.ts", to: "c.ts" },
    { from: "c.ts", to: "a.ts" },
    { from: "d.ts", to: "a.ts" },
  ]);

  assert.deepEqual(rings, ["a.ts → b.ts → c.ts → a.ts"]);
});
