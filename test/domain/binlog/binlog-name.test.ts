import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  binlogNameText,
  fileNumberOf,
  inFormOf,
  isSameFile,
  nextFileOf,
  parseBinlogName,
  plainName,
} from "../../../src/domain/binlog/binlog-name.ts";

describe("names of binlog files", () => {
  const read: readonly [name: string, base: string, suffix: string | null, number: number][] = [
    ["mysql-bin.004451", "mysql-bin", null, 4451],
    ["mysql-bin|000001.004451", "mysql-bin", "000001", 4451],
    ["my.bin|x|000012.1000000", "my.bin|x", "000012", 1_000_000],
    ["a.b.000009", "a.b", null, 9],
    ["bin|01.000009", "bin|01", null, 9],
  ];
  for (const [name, base, suffix, number] of read)
    test(`${name} is read and written back`, () => {
      const parsed = parseBinlogName(name);

      assert.deepEqual([parsed?.base, parsed?.suffix, parsed?.number], [base, suffix, number]);
      assert.equal(parsed && binlogNameText(parsed), name);
    });

  for (const name of ["", "mysql-bin", "mysql-bin.", ".000001", "mysql-bin.00000x", "(mysql-bin.000001, 4)"])
    test(`${JSON.stringify(name)} is none, and no comparison with it holds`, () => {
      assert.equal(parseBinlogName(name), null);
      assert.equal(fileNumberOf(name) > 0 || fileNumberOf(name) <= 0, false);
    });

  test("a file is the same in either form, and takes on the form of a row", () => {
    assert.ok(isSameFile("mysql-bin|000001.004451", "mysql-bin.004451"));
    assert.ok(!isSameFile("mysql-bin.004451", "other-bin.004451"));
    assert.equal(plainName("mysql-bin|000001.004451"), "mysql-bin.004451");
    assert.equal(inFormOf("mysql-bin|000002.004460", "mysql-bin.004451"), "mysql-bin|000002.004451");
    assert.equal(inFormOf("mysql-bin.004460", "mysql-bin|000001.004451"), "mysql-bin.004451");
  });

  test("a number is written as the server writes it, also where the row's is longer or the names begin otherwise", () => {
    assert.equal(inFormOf("mysql-bin|000001.1000002", "mysql-bin.999999"), "mysql-bin|000001.999999");
    assert.equal(inFormOf("mysql-bin.999998", "mysql-bin.1000000"), "mysql-bin.1000000");
    assert.equal(inFormOf("other-bin.000009", "mysql-bin.000004"), null);
    assert.equal(inFormOf("", "mysql-bin.000004"), null);
  });

  test("the next file's number outgrows its six digits", () => {
    assert.equal(nextFileOf("mysql-bin.004451"), "mysql-bin.004452");
    assert.equal(nextFileOf("mysql-bin|000001.999999"), "mysql-bin|000001.1000000");
  });

  test("what is written is read back", () => {
    const names = fc.record({
      base: fc.stringMatching(/^[a-z][a-z0-9.|-]{0,10}[a-z]$/),
      suffix: fc.option(fc.stringMatching(/^\d{6}$/)),
      number: fc.integer({ min: 0, max: 10 ** 9 }),
    });
    fc.assert(
      fc.property(names, ({ base, suffix, number }) => {
        const digits = Math.max(6, String(number).length);
        assert.deepEqual(parseBinlogName(binlogNameText({ base, suffix, number, digits })), { base, suffix, number, digits });
      }),
    );
  });
});
