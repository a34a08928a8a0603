import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { GATES, type GateId } from "../../../src/domain/plan/gate.ts";
import { PHRASES } from "../../../src/domain/wording/phrases.ts";
import { RELAY_CASES } from "../../support/gates/relay-cases.ts";
import { REPLAY_CASES } from "../../support/gates/replay-cases.ts";
import { SURVEY_CASES } from "../../support/gates/survey-cases.ts";

const CASES = [...REPLAY_CASES, ...RELAY_CASES, ...SURVEY_CASES];
/** These only tell something; they never stand in the way. */
const ONLY_TELL: readonly GateId[] = ["gtid-setting", "comparison-age"];

/** What makes an answer that does not hold, under whatever name a file gave it. */
const MAKERS: Readonly<Record<string, "fails" | "not-known">> = {
  fails: "fails",
  failed: "fails",
  stillThere: "fails",
  unknownYet: "not-known",
  unseen: "not-known",
};

/** Every `fails(…)` and `unknownYet(…)` of the code, with the sentences that stand in its brackets. */
function answersInCode(): string[] {
  const root = new URL("../../../src", import.meta.url).pathname;
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    /(?:survey|playbooks)\/.*\.ts$/.test(name),
  );
  assert.ok(files.length > 20, "the files of gates were not found");
  return files.flatMap((name) => {
    const text = readFileSync(join(root, name), "utf8");
    return [...text.matchAll(/\b(\w+)\(/g)].flatMap(([, maker], at, all) => {
      const answer = MAKERS[maker!];
      return answer === undefined ? [] : keysIn(bracketsFrom(text, all[at]!.index)).map((key) => `${answer} ${key}`);
    });
  });
}

function bracketsFrom(text: string, start: number): string {
  let depth = 0;
  for (let at = text.indexOf("(", start); at < text.length; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === ")" && --depth === 0) return text.slice(start, at);
  }
  return text.slice(start);
}

const keysIn = (text: string): string[] =>
  Array.from(text.matchAll(/"([a-z0-9-]+)"/g), ([, key]) => key!).filter((key) => key in PHRASES);

test("every answer of the code that does not hold has a case with its sentence", () => {
  const told = new Set(CASES.map(({ answer, key }) => `${answer} ${key}`));
  const inCode = new Set(answersInCode());

  assert.ok(inCode.size > 60, `only ${inCode.size} answers were found`);
  assert.deepEqual(
    [...inCode].filter((answer) => !told.has(answer)),
    [],
  );
  assert.deepEqual(
    [...told].filter((answer) => !inCode.has(answer)),
    [],
  );
});

test("every gate has a case in which it does not hold", () => {
  const told = new Set(CASES.map(({ gate }) => gate));
  assert.deepEqual(
    GATES.filter((gate) => !told.has(gate)),
    ONLY_TELL,
  );
});
