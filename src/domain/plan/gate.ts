import { type PhraseKey, type PhraseValues, phrase } from "../wording/phrases.ts";
import type { GateAnswer } from "./plan.ts";

/** Every gate that a plan may be held against; `test/domain/playbooks/every-gate.test.ts` wants a case of each in which it does not hold. */
export const GATES = [
  ...(["task", "yaml", "checkpoint", "login", "cause", "unit", "upstream", "file", "file-closed", "reached", "shards"] as const),
  ...([
    "online-ddl",
    "keys",
    "ddl",
    "foreign-keys",
    "other-tasks",
    "gtids",
    "gtids-before",
    "boundary",
    "writer",
    "relay-copy",
    "began",
  ] as const),
  ...([
    "source",
    "source-yaml",
    "source-login",
    "gtid-setting",
    "road",
    "relay",
    "needed",
    "big-file",
    "other-relays",
    "worker",
  ] as const),
  ...(["host", "failover", "next-file", "next-gtids", "statement", "version", "replacement", "revert", "run"] as const),
  ...(["compare", "comparison", "comparison-age", "row-writer"] as const),
] as const;
export type GateId = (typeof GATES)[number];

type Make = <Key extends PhraseKey>(gate: GateId, key: Key, ...values: PhraseValues<Key>) => GateAnswer;

export const holds: Make = (gate, key, ...values) => ({ gate, answer: "holds", phrase: phrase(key, ...values) });
export const fails: Make = (gate, key, ...values) => ({ ...holds(gate, key, ...values), answer: "fails" });
/** An answer too: it is told in the plan and approved with it. */
export const unknownYet: Make = (gate, key, ...values) => ({ ...holds(gate, key, ...values), answer: "not-known" });
