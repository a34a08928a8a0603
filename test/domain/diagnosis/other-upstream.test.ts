import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CheckpointRow } from "../../../src/domain/binlog/checkpoint-row.ts";
import { diagnose } from "../../../src/domain/diagnosis/diagnose.ts";
import type { SourceKnowledge } from "../../../src/domain/diagnosis/source-knowledge.ts";
import { known, notKnown } from "../../../src/domain/observation/known.ts";
import type { SourceObservation } from "../../../src/domain/observation/observation.ts";
import { FOUR_GIB_BYTES } from "../../../src/domain/signals/big-files.ts";
import { anError, anObservation, aRelay, aSource, aSubtask, wellSubtask } from "../../support/observations.ts";

const file = (number: number, sizeBytes = 1000, isActive = false) => ({
  ...{ name: `mysql-bin.${String(number).padStart(6, "0")}`, number, sizeBytes, isActive },
});
const knowledge = (parts: Partial<SourceKnowledge>): SourceKnowledge => ({
  ...{ at: 1, files: known([file(1), file(2, FOUR_GIB_BYTES + 1), file(3, 1000, true)]), server: known("0-102") },
  ...{ gtid: notKnown("-"), readsByGtid: false, rows: new Map(), relayFalls: [], ...parts },
});
const findings = (source: SourceObservation, parts: Partial<SourceKnowledge> = {}) =>
  diagnose(anObservation([source]), { checkerOf: () => null, firstFailedAt: () => null, knowledgeOf: () => knowledge(parts) });
const kinds = (...asked: Parameters<typeof findings>): string[] => findings(...asked).map(({ kind }) => kind);

describe("a file that DM read from another upstream than the present one", () => {
  const failing = (suffix: string) => aSubtask({ errors: [anError(11038, `parse relay log file mysql-bin|${suffix}.000002`)] });

  test("is not measured by the same name there: over 4 GiB stays a suspicion that says why", () => {
    const relay = aRelay({ subDirectory: "0-102.000002" });

    const [, subtask] = findings(aSource([failing("000001")], { relay }));

    assert.equal(subtask?.kind, "binlog-over-4gib-suspected");
    assert.match(JSON.stringify(subtask.evidence), /sub-directory 000001, and the relay is at 0-102\.000002 now/);
    assert.equal(kinds(aSource([failing("000002")], { relay }))[1], "binlog-over-4gib");
  });

  test("nor where the relay pulls from another server than the one that is asked", () => {
    const relay = (server: string) =>
      aRelay({
        ...{ stage: "Paused", stageAsSaid: "Paused", subDirectory: `${server}.000001` },
        result: {
          isCanceled: false,
          errors: [anError(30029, "", { message: "event from 4 in mysql-bin.000002 diff from passed-in" })],
        },
      });

    assert.equal(kinds(aSource([], { relay: relay("0-101") }))[0], "binlog-over-4gib-suspected");
    assert.equal(kinds(aSource([], { relay: relay("0-102") }))[0], "binlog-over-4gib");
  });

  test("the file in the message is the one behind the relay's sub-directory", () => {
    const message = "event from 4 in /data/0-102.000001/mysql-bin.000002 diff from passed-in event";
    const [finding] = diagnose(anObservation([aSource([aSubtask({ errors: [anError(30029, "", { message })] })])]), {
      ...{ checkerOf: () => null, firstFailedAt: () => null },
    });
    assert.match(JSON.stringify(finding!.evidence), /"mysql-bin\.000002"/);
  });
});

describe("a checkpoint that seems to stand ahead of the upstream", () => {
  const row = (name: string, gtid: string): CheckpointRow => ({
    ...{ id: "s1", schema: "", table: "", file: name, position: 4, gtid, exitSafe: null },
    ...{ isGlobal: true, tableInfo: null, createdAt: "", updatedAt: "" },
  });
  const gtid = known({ flavor: "mariadb", version: "10.11", isOn: true, executed: "0-102-500", purged: null } as const);
  const told = (global: CheckpointRow, source = aSource([wellSubtask()])) =>
    kinds(source, {
      files: known([file(1), file(2), file(3, 1000, true)]),
      gtid,
      rows: new Map([["orders", known([global])]]),
    })[0];

  test("is told where nothing explains it", () => {
    assert.equal(told(row("mysql-bin.000900", "")), "checkpoint-ahead");
    assert.equal(told(row("mysql-bin.000900", "0-101-501")), "checkpoint-ahead");
  });

  test("is none where the upstream has executed it: the name is a former server's", () => {
    assert.equal(told(row("mysql-bin.000900", "0-101-400")), "healthy");
  });

  test("is none where its name lies in a former sub-directory of the relay", () => {
    const source = aSource([wellSubtask()], { relay: aRelay({ subDirectory: "0-102.000002" }) });
    const told900 = kinds(source, {
      ...{ files: known([file(1), file(3, 1000, true)]), gtid },
      rows: new Map([["orders", known([row("mysql-bin|000001.000900", "")])]]),
    });
    assert.deepEqual(told900, ["healthy", "healthy"]);
  });
});

test("a file ahead is told on v1.0 too, without a switch that its gateway cannot make", () => {
  const source = aSource([wellSubtask()]);
  const files = known([file(1), file(3, FOUR_GIB_BYTES + 1), file(4, 1000, true)]);
  const gtid = known({ flavor: "mariadb", version: "10.11", isOn: true, executed: "0-102-500", purged: null } as const);
  const advised = (generation: "v1.0" | "v2+") =>
    diagnose(anObservation([source], { generation }), {
      ...{ checkerOf: () => null, firstFailedAt: () => null, knowledgeOf: () => knowledge({ files, gtid }) },
    }).find(({ kind }) => kind === "binlog-over-4gib-ahead")?.advice.playbook;

  assert.deepEqual([advised("v2+"), advised("v1.0")], ["switch-to-gtid", null]);
});
