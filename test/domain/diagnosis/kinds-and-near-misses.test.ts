import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CONFIDENCE } from "../../../src/domain/diagnosis/confidence.ts";
import type { Kind } from "../../../src/domain/diagnosis/finding.ts";
import { diagnosed } from "../../support/diagnosed.ts";
import { BINLOG_KINDS } from "../../support/kinds/binlog-kinds.ts";
import { PERSON_KINDS } from "../../support/kinds/person-kinds.ts";
import { ROW_KINDS } from "../../support/kinds/row-kinds.ts";
import type { Concluded, KindTable, NearMiss } from "../../support/kinds/situations.ts";

const TABLE: KindTable = { ...BINLOG_KINDS, ...ROW_KINDS, ...PERSON_KINDS };

for (const [kind, [concluded, nearMisses]] of Object.entries(TABLE) as [
  Kind,
  readonly [readonly Concluded[], readonly NearMiss[]],
][])
  describe(kind, () => {
    for (const [name, situation, confidence, [why, ...playbooks]] of concluded)
      test(`is concluded: ${name}`, () => {
        const finding = diagnosed(situation).find((one) => one.kind === kind);

        assert.ok(finding, JSON.stringify(diagnosed(situation).map((one) => one.kind)));
        assert.equal(finding.incident, true);
        assert.equal(finding.confidence, CONFIDENCE[confidence]);
        const { playbook, next } = finding.advice;
        assert.deepEqual(
          [finding.advice.why, ...(playbook === null ? [] : [playbook]), ...next.map((one) => one.playbook)],
          [why, ...playbooks],
        );
        assert.ok(finding.evidence.length > 0);
      });

    for (const [name, situation, instead] of nearMisses)
      test(`is not concluded, but ${instead}: ${name}`, () => {
        const kinds = diagnosed(situation).map((one) => one.kind);
        assert.ok(!kinds.includes(kind) && kinds.includes(instead), JSON.stringify(kinds));
      });
  });

test("every kind of the repairs has cases in which it is concluded and in which it is not", () => {
  const kinds: readonly Kind[] = [
    ...([
      "binlog-over-4gib",
      "upstream-binlog-purged",
      "binlog-corrupted",
      "relay-going-back",
      "rows-may-be-missing",
      "checkpoint-missing",
    ] as const),
    ...([
      "checkpoint-ahead",
      "duplicate-entry",
      "unsupported-ddl",
      "relay-log-missing",
      "access-denied",
      "failed-then-stopped-by-person",
    ] as const),
    ...(["stopped-and-forgotten", "source-unbound", "missing-table", "disk-full"] as const),
  ];
  for (const kind of kinds) {
    const [concluded = [], nearMisses = []] = TABLE[kind] ?? [];
    assert.ok(concluded.length > 0 && nearMisses.length > 0, kind);
  }
});
