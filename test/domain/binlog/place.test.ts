import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CheckpointRow } from "../../../src/domain/binlog/checkpoint-row.ts";
import { furthestOf, isPast, type Place, placeIn } from "../../../src/domain/binlog/place.ts";

const at = (name: string, position: number): Place => placeIn(name, position)!;
const none = () => false;

/** [where it stands, the place, files over 4 GiB, past it] */
const CASES: readonly (readonly [Place, Place, readonly number[], boolean])[] = [
  [at("mysql-bin.000003", 4), at("mysql-bin.000002", 900), [], true],
  [at("mysql-bin.000002", 900), at("mysql-bin.000002", 900), [], true],
  [at("mysql-bin.000002", 899), at("mysql-bin.000002", 900), [], false],
  // A wrapped position in a large file says nothing.
  [at("mysql-bin.000002", 4000), at("mysql-bin.000002", 900), [2], false],
  [at("mysql-bin.000003", 4), at("mysql-bin.000002", 4_000_000_000), [2], true],
  // The number, not the letters: the server goes on past six digits.
  [at("mysql-bin.1000000", 4), at("mysql-bin.999999", 900), [], true],
  [at("mysql-bin.999999", 4), at("mysql-bin.1000000", 4), [], false],
  // The relay counts its upstreams, and each numbers its files anew.
  [at("mysql-bin|000002.000001", 4), at("mysql-bin|000001.000900", 4), [], true],
  [at("mysql-bin|000001.000900", 4), at("mysql-bin|000002.000001", 4), [], false],
  [at("mysql-bin.000003", 4), at("mysql-bin|000001.000002", 4), [], true],
];

describe("past a place", () => {
  for (const [here, place, big, expected] of CASES)
    test(`${JSON.stringify(here)} is ${expected ? "" : "not "}past ${JSON.stringify(place)}`, () => {
      assert.equal(
        isPast(here, place, (number) => big.includes(number)),
        expected,
      );
    });
});

test("DM has come as far as its table rows and the end of its safe mode, not as its global row alone", () => {
  const row = (file: string, position: number, more: Partial<CheckpointRow> = {}): CheckpointRow => ({
    ...{ id: "s1", schema: "shop", table: "orders", file, position, gtid: "", exitSafe: null },
    ...{ isGlobal: false, tableInfo: null, createdAt: "", updatedAt: "", ...more },
  });
  const global = row("mysql-bin.000004", 894, { isGlobal: true });
  const exitSafe = { file: "mysql-bin.000004", position: 214_479, gtid: "" };

  assert.deepEqual(furthestOf([global, row("mysql-bin.000004", 3_400_144_046)])?.position, 3_400_144_046);
  assert.deepEqual(furthestOf([{ ...global, exitSafe }])?.position, 214_479);
  assert.equal(furthestOf([row("", 0, { isGlobal: true })]), null);
  assert.ok(isPast(at("mysql-bin.000004", 894), furthestOf([global])!, none));
});
