import assert from "node:assert/strict";
import { test } from "node:test";
import type { GateAnswer } from "../../../src/domain/plan/plan.ts";
import { PHRASES, type PhraseKey, say } from "../../../src/domain/wording/phrases.ts";

/** One way in which a gate does not hold, and the sentence that a person reads then. */
export interface GateCase {
  readonly name: string;
  readonly gate: string;
  /** `fails` refuses the plan; `not-known` is told in it and approved with it. */
  readonly answer: "fails" | "not-known";
  readonly key: PhraseKey;
  readonly en: string;
  gates(): Promise<readonly GateAnswer[]> | readonly GateAnswer[];
}

/** What the gates of a table answer where nothing stands in the way: `gate answer`, in their order. */
export const answersOf = (gates: readonly GateAnswer[]): string[] => gates.map(({ gate, answer }) => `${gate} ${answer}`);

/** One test a case: the gate answers so, with exactly this sentence, and the sentence exists in Chinese with the same values. */
export function tellGates(cases: readonly GateCase[]): void {
  for (const { name, gate, answer, key, en, gates } of cases)
    test(`${gate} ${answer}: ${name}`, async () => {
      const answers = await gates();
      const found = answers.filter((one) => one.gate === gate && one.answer === answer && one.phrase.key === key);

      assert.deepEqual([...new Set(found.map(({ phrase }) => say(phrase, "en")))], [en], JSON.stringify(answersOf(answers)));
      const zh = say(found[0]!.phrase, "zh");
      assert.doesNotMatch(zh, /\{\w+\}/);
      assert.notEqual(zh, PHRASES[key].en);
      assert.match(zh, /\p{Script=Han}/u);
    });
}
