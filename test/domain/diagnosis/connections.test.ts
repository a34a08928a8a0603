import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "../../../src/domain/diagnosis/diagnose.ts";
import type { CheckerSettings, Finding } from "../../../src/domain/diagnosis/finding.ts";
import type { DmError, Generation, Unit } from "../../../src/domain/observation/observation.ts";
import { anError, anObservation, aSource, aSubtask } from "../../support/observations.ts";

const NOW = 1_000_000;
const invalid = anError(10006, "invalid connection");
const bad = anError(10002, "driver: bad connection", { message: "database driver" });
const duplicate = anError(10006, "Error 1062 (23000): Duplicate entry '2' for key 't.PRIMARY'");

interface Case {
  readonly says: string;
  readonly errors: readonly DmError[];
  readonly unit?: Unit;
  readonly generation?: Generation;
  readonly checker?: CheckerSettings;
  readonly isCanceled?: boolean | null;
  readonly firstFailedAt?: number;
  readonly expect: readonly [kind: string, retries: boolean | null, playbook: string | null, next: string];
}

/** The table of what the card says and offers, row by row. */
const CASES: readonly Case[] = [
  {
    says: "invalid connection, Sync, v1.0: DM retries, then resume, then stop and start",
    errors: [invalid],
    generation: "v1.0",
    expect: ["invalid-connection", true, null, "resume-task,stop-start-task"],
  },
  {
    says: "invalid connection, Sync, v2+: the same",
    errors: [invalid],
    expect: ["invalid-connection", true, null, "resume-task,stop-start-task"],
  },
  {
    says: "bad connection, Sync, v1.0: stop and start at once",
    errors: [bad],
    generation: "v1.0",
    expect: ["bad-connection", false, "stop-start-task", ""],
  },
  {
    says: "bad connection, Sync, v2+: DM retries first",
    errors: [bad],
    expect: ["bad-connection", true, null, "resume-task,stop-start-task"],
  },
  {
    says: "either in Load, v1.0: not known to retry, resume first",
    errors: [invalid],
    unit: "Load",
    generation: "v1.0",
    expect: ["invalid-connection", false, "resume-task", "stop-start-task"],
  },
  {
    says: "either in Load, v2+: not known",
    errors: [invalid],
    unit: "Load",
    expect: ["invalid-connection", null, "resume-task", "stop-start-task"],
  },
  {
    says: "bad connection in Dump, v2+: not known",
    errors: [bad],
    unit: "Dump",
    expect: ["bad-connection", null, "resume-task", "stop-start-task"],
  },
  {
    says: "mixed with an error that DM never resumes: that one first",
    errors: [invalid, duplicate],
    expect: ["duplicate-entry", false, null, "compare-rows"],
  },
  {
    says: "the checker is switched off: resume",
    errors: [invalid],
    checker: { checkEnable: false, backoffMaxSeconds: 300 },
    expect: ["invalid-connection", false, "resume-task", "stop-start-task"],
  },
  {
    says: "a person paused it after the failure: DM leaves it alone",
    errors: [invalid],
    isCanceled: true,
    expect: ["failed-then-stopped-by-person", false, null, "resume-task,stop-start-task"],
  },
  {
    says: "DM's longest gap has passed since the first sample: resume now",
    errors: [invalid],
    firstFailedAt: NOW - 300_000,
    expect: ["invalid-connection", true, "resume-task", "stop-start-task"],
  },
  {
    says: "one second before that: still waiting",
    errors: [invalid],
    firstFailedAt: NOW - 299_000,
    expect: ["invalid-connection", true, null, "resume-task,stop-start-task"],
  },
  {
    says: "the configured gap counts, not the default",
    errors: [bad],
    firstFailedAt: NOW - 10_000,
    checker: { checkEnable: true, backoffMaxSeconds: 10 },
    expect: ["bad-connection", true, "resume-task", "stop-start-task"],
  },
];

function only(findings: readonly Finding[]): Finding {
  assert.equal(findings.length, 1);
  return findings[0]!;
}

for (const { says, errors, unit = "Sync", generation = "v2+", checker, isCanceled = false, firstFailedAt, expect } of CASES) {
  test(`the connection table: ${says}`, () => {
    const observation = anObservation([aSource([aSubtask({ errors, unit, isCanceled })])], { generation });

    const finding = only(diagnose(observation, { checkerOf: () => checker ?? null, firstFailedAt: () => firstFailedAt ?? null }));

    assert.deepEqual(
      [
        finding.kind,
        finding.dmRetriesByItself,
        finding.advice.playbook,
        finding.advice.next.map(({ playbook }) => playbook).join(),
      ],
      expect,
    );
    assert.equal(finding.incident, true);
  });
}

for (const [code, parts] of [
  [10001, {}],
  [10002, {}],
  [10003, { message: "database driver" }],
  [10006, {}],
  [null, {}],
] as const) {
  test(`the words are found in the raw cause under code ${code}, and in the message alone`, () => {
    const inCause = anError(code, "invalid connection", parts);
    const inMessage = anError(code, "", { message: "execute statement failed: invalid connection" });

    for (const error of [inCause, inMessage]) {
      const finding = only(
        diagnose(anObservation([aSource([aSubtask({ errors: [error] })])]), { checkerOf: () => null, firstFailedAt: () => null }),
      );
      assert.equal(finding.kind, "invalid-connection");
    }
  });
}

test("offline, what was not seen is called assumed", () => {
  const observation = anObservation([aSource([aSubtask({ errors: [invalid], isCanceled: null })])], { version: null });

  const finding = only(diagnose(observation, { checkerOf: () => null, firstFailedAt: () => null }));

  const assumptions = finding.evidence.flatMap(({ fact }) => (fact.kind === "assumed" ? [fact.what] : []));
  assert.deepEqual(assumptions, ["pause-by-person", "dm-generation", "checker-settings"]);
});

test("a resume is offered from the first failure plus DM's longest gap", () => {
  const observation = anObservation([aSource([aSubtask({ errors: [invalid] })])]);

  const finding = only(
    diagnose(observation, { checkerOf: () => ({ checkEnable: true, backoffMaxSeconds: 60 }), firstFailedAt: () => NOW - 20_000 }),
  );

  assert.equal(finding.advice.next[0]?.notBefore, NOW + 40_000);
});

test("the connection table: where the source's settings cannot be read the configured gap counts, and is told as an assumption", () => {
  const observation = anObservation([aSource([aSubtask({ errors: [invalid] })])]);
  const asked = (backoffSecondsOtherwise?: number) =>
    only(
      diagnose(observation, {
        checkerOf: () => null,
        firstFailedAt: () => NOW - 20_000,
        ...(backoffSecondsOtherwise === undefined ? {} : { backoffSecondsOtherwise }),
      }),
    );

  assert.deepEqual([asked().advice.playbook, asked(15).advice.playbook], [null, "resume-task"]);
  assert.match(JSON.stringify(asked(15).evidence), /backoff-max: 15s/);
  assert.match(JSON.stringify(asked().evidence), /backoff-max: 5m/);
});
