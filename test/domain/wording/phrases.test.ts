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

const ROOT = new URL("../../../src", import.meta.url).pathname;
const codeOf = (): string[] => {
  const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  assert.ok(files.length > 100);
  return files.map((name) => readFileSync(join(ROOT, name), "utf8"));
};

test("no phrase is put together past the compiler, which knows the places of each", () => {
  for (const text of codeOf()) assert.doesNotMatch(text, /\{ key: "[a-z-]+", values/);
});

test("every phrase is said somewhere", () => {
  const code = codeOf().join("\n");
  const said = (key: string): number => code.split(`"${key}"`).length + (/^\w+$/.test(key) ? 1 : 0);

  assert.deepEqual(
    Object.keys(PHRASES).filter((key) => said(key) < 3),
    [],
  );
});

test("a place is filled by its value, in both languages", () => {
  for (const [key, { en, zh }] of Object.entries(PHRASES))
    for (const [language, text] of [
      ["en", en],
      ["zh", zh],
    ] as const) {
      const values = Object.fromEntries([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name!, `<${name}>`]));
      assert.doesNotMatch(say({ key, values }, language), /[{}]/, key);
    }
});

test("a phrase of a newer version is shown by its key rather than hidden", () => {
  assert.equal(say({ key: "not-known-here", values: {} }, "en"), "not-known-here");
});
