import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { advise } from "../../../src/domain/diagnosis/evidence.ts";
import { type Advice, PLAYBOOK_IDS } from "../../../src/domain/diagnosis/finding.ts";
import {
  isPlaybook,
  type Offer,
  offerFor,
  PLAYBOOKS,
  riskOf,
  stopOperation,
} from "../../../src/domain/playbooks/choose-playbook.ts";
import { aFinding, anIncident } from "../../support/samples.ts";

const NOW = 1_000;
const resume = (notBefore: number | null) => ({ playbook: "resume-task", notBefore }) as const;
const restart = { playbook: "stop-start-task", notBefore: null } as const;
const tried = (ineffective: number, restsUntil = 0) => ({ ineffective, effective: 0, restsUntil });

/** [advice, what was tried, what is offered] */
const CASES: readonly (readonly [string, Advice, Record<string, ReturnType<typeof tried>>, Offer])[] = [
  ["nothing is advised", advise("ask-a-person"), {}, { kind: "none" }],
  ["the first of the advice", advise("resume-now", "resume-task", [restart]), {}, { kind: "offered", playbook: "resume-task" }],
  [
    "while DM retries: later, and from when",
    advise("wait-dm-retries", null, [resume(NOW + 1), restart]),
    {},
    { kind: "later", playbook: "resume-task", from: NOW + 1 },
  ],
  [
    "once its time has come",
    advise("wait-dm-retries", null, [resume(NOW), restart]),
    {},
    { kind: "offered", playbook: "resume-task" },
  ],
  [
    "the next one, where the first was tried in vain",
    advise("resume-now", "resume-task", [restart]),
    { "resume-task": tried(2) },
    { kind: "offered", playbook: "stop-start-task" },
  ],
  [
    "the first still, after one vain run",
    advise("resume-now", "resume-task", [restart]),
    { "resume-task": tried(1) },
    { kind: "offered", playbook: "resume-task" },
  ],
  [
    "not before the last run has had time to show",
    advise("resume-now", "resume-task"),
    { "resume-task": tried(1, NOW + 5) },
    { kind: "later", playbook: "resume-task", from: NOW + 5 },
  ],
  [
    "nothing is left",
    advise("resume-now", "resume-task", [restart]),
    { "resume-task": tried(2), "stop-start-task": tried(3) },
    { kind: "used-up" },
  ],
];

describe("what may be offered for an incident now", () => {
  for (const [name, advice, treatments, expected] of CASES)
    test(`${name}: ${expected.kind}`, () => {
      const incident = { ...anIncident("I-1"), finding: aFinding("t", "s", { advice }), treatments };
      assert.deepEqual(offerFor(incident, NOW, 2), expected);
    });
});

/** [generation, version, the gateway's number for stopping] (dm-facts §1.2) */
const STOPS = [
  ["v1.0", "v1.0.7", 1],
  ["v1.0", null, 1],
  ["v2+", "v2.0.7", 1],
  ["v2+", "v5.3.0", 1],
  ["v2+", "v5.4.0", 1],
  ["v2+", "v6.0.0", 7],
  ["v2+", "v8.1.0", 7],
  ["v2+", "v26.3.1", 7],
  ["v2+", "8.5.7-nightly", 7],
  ["v2+", null, 7],
  ["v2+", "None", 7],
] as const;

describe("the gateway's operation that stops a task", () => {
  for (const [generation, version, expected] of STOPS)
    test(`${generation} ${version}: ${expected}`, () => {
      assert.equal(stopOperation(generation, version), expected);
    });
});

describe("the playbooks", () => {
  test("carry their own ids, and what changes data is never safe", () => {
    for (const id of PLAYBOOK_IDS) assert.ok(PLAYBOOKS[id].id === id && isPlaybook(id));
    const data = PLAYBOOK_IDS.filter((id) => riskOf(id) === "data");
    assert.deepEqual(data, [
      "rewind-sync-checkpoint",
      "switch-to-gtid",
      "replace-relay-file",
      "skip-or-replace-statement",
      "copy-missing-rows",
      "undo",
    ]);
    assert.equal(isPlaybook("format-disk"), false);
  });
});
