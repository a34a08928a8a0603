import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { KINDS } from "../../../src/domain/diagnosis/finding.ts";
import { ADVICE_SENTENCES } from "../../../src/domain/wording/advice-sentences.ts";
import { KIND_NAMES } from "../../../src/domain/wording/kind-names.ts";
import { PHRASES, say } from "../../../src/domain/wording/phrases.ts";

test("every kind and every advice has different words in English and Chinese", () => {
  for (const kind of KINDS)
    assert.ok(KIND_NAMES.en[kind] !== "" && KIND_NAMES.zh[kind] !== "" && KIND_NAMES.en[kind] !== KIND_NAMES.zh[kind], kind);
  for (const [key, words] of Object.entries(ADVICE_SENTENCES.en))
    assert.notEqual(words, ADVICE_SENTENCES.zh[key as keyof typeof ADVICE_SENTENCES.zh], key);
});

test("every phrase names the same values in both languages", () => {
  const values = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
  for (const [key, { en, zh }] of Object.entries(PHRASES)) assert.deepEqual(values(en), values(zh), key);
});

test("every phrase that the code asks for exists", () => {
  const root = new URL("../../../src", import.meta.url).pathname;
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const asked = files.flatMap((name) =>
    [...readFileSync(join(root, name), "utf8").matchAll(/\{ key: "([a-z-]+)", values/g)].map(([, key]) => key!),
  );

  assert.ok(asked.length > 5);
  for (const key of asked) assert.ok(key in PHRASES, key);
});

test("a phrase of a newer version is shown by its key rather than hidden", () => {
  assert.equal(say({ key: "not-known-here", values: {} }, "en"), "not-known-here");
});
