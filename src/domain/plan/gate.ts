import { type PhraseKey, phrase } from "../wording/phrases.ts";
import type { GateAnswer, Phrase } from "./plan.ts";

export const holds = (gate: string, key: PhraseKey, values: Phrase["values"] = {}): GateAnswer => ({
  gate,
  answer: "holds",
  phrase: phrase(key, values),
});
export const fails = (gate: string, key: PhraseKey, values: Phrase["values"] = {}): GateAnswer => ({
  ...holds(gate, key, values),
  answer: "fails",
});
/** An answer too: it is told in the plan and approved with it. */
export const unknownYet = (gate: string, key: PhraseKey, values: Phrase["values"] = {}): GateAnswer => ({
  ...holds(gate, key, values),
  answer: "not-known",
});
