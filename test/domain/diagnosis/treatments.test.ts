import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CheckpointRow } from "../../../src/domain/binlog/checkpoint-row.ts";
import { diagnose } from "../../../src/domain/diagnosis/diagnose.ts";
import { type Finding, KINDS, type Kind } from "../../../src/domain/diagnosis/finding.ts";
import { NO_MEMORY, type SourceKnowledge, type TaskMemory } from "../../../src/domain/diagnosis/source-knowledge.ts";
import { TREATMENTS } from "../../../src/domain/diagnosis/treatments.ts";
import { known } from "../../../src/domain/observation/known.ts";
import type { RelayObservation, SourceObservation } from "../../../src/domain/observation/observation.ts";
import { anError, anObservation, aSource, aSubtask, at } from "../../support/observations.ts";

const file = (number: number, sizeBytes: number, isActive = false) => ({
  ...{ name: `mysql-bin.00000${number}`, number, sizeBytes, isActive },
});
const row = (parts: Partial<CheckpointRow> = {}): CheckpointRow => ({
  ...{ schema: "", table: "", file: "mysql-bin.000003", position: 100, gtid: "0-1-7", isGlobal: true },
  ...{ id: "s1", exitSafe: null, tableInfo: null, createdAt: "", updatedAt: "" },
  ...parts,
});
const BIG = 5_000_000_000;
const looked = (
  parts: Partial<SourceKnowledge> & { readonly gtids?: boolean; readonly row?: CheckpointRow | null } = {},
): SourceKnowledge => {
  const { gtids = true, row: own = row(), ...rest } = parts;
  return {
    ...{ at: 1, readsByGtid: false, relayFalls: [], files: known([file(2, 900), file(3, BIG), file(4, 900, true)]) },
    server: known("3e11fa47-71ca-11e1-9e33-c80aa9429562"),
    gtid: known({ flavor: "mysql" as const, version: "8.0.36", isOn: gtids, executed: "x:1-9", purged: "" }),
    rows: new Map([["orders", known(own === null ? [] : [own])]]),
    ...rest,
  };
};
const relay = (parts: Partial<RelayObservation>): RelayObservation => ({
  ...{ source: "s1", worker: "w1", stage: "Running", stageAsSaid: "Running", result: null },
  ...{ masterPosition: null, relayPosition: null, subDirectory: "", caughtUp: false },
  ...parts,
});
const failing = (...parameters: Parameters<typeof anError>) => aSource([aSubtask({ errors: [anError(...parameters)] })]);
const suspicion = (found: boolean): TaskMemory => ({
  ...NO_MEMORY,
  suspicions: [
    {
      ...{
        cluster: "shop",
        task: "orders",
        source: "s1",
        server: null,
        file: "mysql-bin.000003",
        sizeBytes: BIG,
        since: 1,
        wasSeenPassing: true,
      },
      ...{ found: found ? { comparison: "C-1", at: 1, missing: 1, differing: 0, extra: 0 } : null, closed: null },
    },
  ],
});
const FALL = { at: 1, from: at(900), to: at(4) } as never;
const ERROR_11038 = "get event err EOF, data may be corrupted";

interface Case {
  readonly source: SourceObservation;
  readonly knowledge?: SourceKnowledge;
  readonly memory?: TaskMemory;
  readonly generation?: "v1.0";
}
/** At least one situation for every way that an advice can take. */
const CASES: readonly Case[] = [
  { source: failing(10006, "invalid connection") },
  { source: failing(10003, "driver: bad connection") },
  { source: failing(10003, "driver: bad connection"), generation: "v1.0" },
  { source: aSource([aSubtask({ errors: [anError(10006, "invalid connection")], isCanceled: true })]) },
  { source: failing(10001, "dial tcp 10.0.0.1:4000: connect: connection refused", { scope: "downstream" }) },
  { source: failing(36069, "dial tcp: lookup mysql: no such host", { scope: "upstream" }) },
  { source: failing(10006, "Error 1062 (23000): Duplicate entry '1' for key 'PRIMARY'") },
  {
    source: failing(44006, "[ddl:8200]Unsupported drop primary key", {
      message:
        "startLocation: [position: (mysql-bin.000003, 509), gtid-set: ]: execute statement failed: alter table `a`.`b` drop primary key",
    }),
  },
  { source: failing(10001, "Error 1045 (28000): Access denied for user 'dm'@'%'", { scope: "downstream" }) },
  { source: failing(10006, "Error 1146 (42S02): Table 'shop.orders' doesn't exist") },
  { source: failing(30015, "write /data/relay: no space left on device") },
  { source: failing(22001, "open relay-dir/x.000001: no such file or directory") },
  { source: failing(11038, ERROR_11038) },
  { source: failing(11038, ERROR_11038), knowledge: looked() },
  { source: failing(11038, ERROR_11038), knowledge: looked({ gtids: false }) },
  { source: failing(11038, ERROR_11038), knowledge: looked(), generation: "v1.0" },
  { source: failing(11038, ERROR_11038), knowledge: looked({ files: known([file(4, 900), file(5, 900, true)]) }) },
  { source: failing(11038, ERROR_11038), knowledge: looked({ files: known([file(3, 900), file(4, 900, true)]) }) },
  {
    source: aSource([], {
      relay: relay({
        stage: "Paused",
        result: {
          isCanceled: false,
          errors: [anError(30029, "", { message: "event from 4 in mysql-bin.000003 diff from passed-in event" })],
        },
        relayPosition: at(4),
      }),
    }),
    knowledge: looked({ files: known([file(3, 900), file(4, 900, true)]) }),
  },
  { source: aSource([], { relay: relay({ relayPosition: at(4) }) }), knowledge: looked({ relayFalls: [FALL] }) },
  { source: aSource([], { relay: relay({ relayPosition: at(4) }) }), knowledge: looked({ relayFalls: [FALL], gtids: false }) },
  {
    source: aSource([], { relay: relay({ relayPosition: at(4) }) }),
    knowledge: looked({ relayFalls: [FALL], files: known([file(3, 900), file(4, 9, true)]) }),
  },
  { source: aSource([aSubtask()]), knowledge: looked() },
  { source: aSource([aSubtask()]), knowledge: looked({ row: null }) },
  { source: aSource([aSubtask()]), knowledge: looked({ row: row({ file: "mysql-bin.000009" }) }) },
  { source: aSource([aSubtask()]), memory: suspicion(false) },
  { source: aSource([aSubtask()]), memory: suspicion(true) },
  { source: aSource([aSubtask()]), memory: suspicion(true), knowledge: looked() },
  {
    source: aSource([aSubtask({ task: "other" })]),
    memory: { ...NO_MEMORY, stopped: [{ task: "orders", source: "s1", goneSince: 1 }] },
  },
  { source: aSource([], { answered: false, message: "grpc request error", messageCodes: [38008] }) },
];

const findings = CASES.flatMap(({ source, knowledge, memory, generation }): Finding[] =>
  diagnose(anObservation([source], generation ? { generation, version: "v1.0.7" } : {}), {
    ...{ checkerOf: () => null, firstFailedAt: () => 1, knowledgeOf: () => knowledge ?? null, memory: memory ?? NO_MEMORY },
  }),
);
const advised = (kind: Kind): string[] => [
  ...new Set(
    findings
      .filter((finding) => finding.kind === kind)
      .flatMap(({ advice }) => [
        ...(advice.playbook === null ? [] : [advice.playbook]),
        ...advice.next.map(({ playbook }) => playbook),
      ]),
  ),
];

describe("what may be offered for each kind", () => {
  for (const kind of KINDS.filter((one) => TREATMENTS[one].length > 0))
    test(`${kind}: exactly what the diagnosis advises`, () => {
      assert.deepEqual(advised(kind).sort(), TREATMENTS[kind].toSorted());
    });

  test("no other kind is advised a playbook", () => {
    for (const { kind, advice } of findings)
      if (TREATMENTS[kind].length === 0) assert.deepEqual([advice.playbook, ...advice.next], [null], kind);
  });
});
