import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { canonicalJson } from "../../../src/domain/comparison/canonical-json.ts";
import { type Checksum, mergeChecksums, sameChecksum } from "../../../src/domain/comparison/checksum.ts";
import type { ColumnForm, ValueKind } from "../../../src/domain/comparison/column-form.ts";
import { confirm, judgeKeys } from "../../../src/domain/comparison/judge-keys.ts";
import { sameValue, type Value } from "../../../src/domain/comparison/same-value.ts";
import { planOf, primary, shape } from "../../support/row-shapes.ts";

describe("JSON", () => {
  const same: readonly (readonly [string, string])[] = [
    ['{"b":1,"aa":2}', '{"aa": 2, "b": 1}'],
    ["[1.0, 1e2, -0.0]", "[1,100,0]"],
    ['"\\u00e9\\/"', '"é/"'],
    ['{"a":{"y":[],"x":null}}', '{ "a" : { "x" : null , "y" : [ ] } }'],
    ['{"a":1,"a":2}', '{"a":2}'],
    ["1.50", "1.5"],
  ];
  for (const [a, b] of same) test(`${a} is the same as ${b}`, () => assert.equal(canonicalJson(a), canonicalJson(b)));

  const other: readonly (readonly [string, string])[] = [
    ['{"a":1,"b":2}', '{"a":2,"b":1}'],
    ["[1,2]", "[2,1]"],
    ['"1"', "1"],
    ["null", '"null"'],
    ["12345678901234567890", "12345678901234567891"],
    ['{"a":"x"}', '{"a":"x "}'],
    ["{}", "[]"],
  ];
  for (const [a, b] of other) test(`${a} is another than ${b}`, () => assert.notEqual(canonicalJson(a), canonicalJson(b)));

  test("is the same however its keys are ordered and its spaces put", () => {
    const shuffled = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shuffled)
        : value !== null && typeof value === "object"
          ? Object.fromEntries(
              Object.entries(value)
                .toReversed()
                .map(([key, inner]) => [key, shuffled(inner)]),
            )
          : value;
    fc.assert(
      fc.property(
        fc.jsonValue(),
        (value) => canonicalJson(JSON.stringify(value)) === canonicalJson(JSON.stringify(shuffled(value), null, 2)),
      ),
    );
  });

  test("differs where its values differ", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [left, right] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))];
        const isSame = canonicalJson(JSON.stringify(a)) === canonicalJson(JSON.stringify(b));
        let equal = true;
        try {
          assert.deepStrictEqual(plusZero(left), plusZero(right));
        } catch {
          equal = false;
        }
        return isSame === equal;
      }),
    );
  });

  test("that is none stands for itself", () => {
    assert.equal(canonicalJson("{broken"), "{broken");
  });
});

/** -0 is 0 in JSON's eyes. */
function plusZero(value: unknown): unknown {
  if (typeof value === "number") return value + 0;
  if (Array.isArray(value)) return value.map(plusZero);
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plusZero(inner)]));
  return value;
}

describe("two values", () => {
  const cases: readonly (readonly [form: ColumnForm["kind"], value: ValueKind, a: Value, b: Value, same: boolean])[] = [
    ["as-is", "text", "a", "a", true],
    ["as-is", "text", "a", "A", false],
    ["as-is", "text", null, null, true],
    ["as-is", "text", null, "", false],
    ["as-is", "number", "7", "007", true],
    ["as-is", "text", "7", "007", false],
    ["decimal", "number", "1.50", "1.5000", true],
    ["decimal", "number", "1.50", "1.5001", false],
    ["number", "number", "42", "42", true],
    ["float", "number", "16777216", "16777200", true],
    ["float", "number", "0.10000000149011612", "0.1", true],
    ["float", "number", "0.1", "0.10001", false],
    ["float", "number", "0", "-0", true],
    ["double", "number", "1e20", "100000000000000000000", true],
    ["double", "number", "0.1", "0.10000000000000002", false],
    ["datetime", "time", "2024-01-01 10:00:00.500", "2024-01-01 10:00:00.500000", true],
    ["datetime", "time", "2024-01-01", "2024-01-01 00:00:00.000000", true],
    ["datetime", "time", "2024-01-01 10:00:00", "2024-01-01 10:00:00.000001", false],
    ["time", "time", "10:00:00", "10:00:00.000", true],
    ["json", "json", '{"a":1}', '{ "a": 1.0 }', true],
    ["json", "json", '{"a":1}', '{"a":"1"}', false],
  ];
  for (const [form, value, a, b, same] of cases)
    test(`${a} and ${b} as ${form} ${value} are ${same ? "" : "not "}the same`, () => {
      const column = {
        name: "c",
        form: { kind: form, scale: 4, utf8: false } as ColumnForm,
        value,
        nullable: true,
        readAs: "as-is",
      } as const;

      assert.equal(sameValue(column, a, b), same);
      assert.equal(sameValue(column, b, a), same);
    });
});

describe("checksums", () => {
  const one = fc.record({
    rows: fc.nat(),
    xor: fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }).map(String),
    sum: fc.bigInt({ min: 0n, max: 2n ** 60n }).map(String),
    json: fc.constant(null),
  });

  test("of several tables are the same in any order", () => {
    fc.assert(
      fc.property(fc.array(one), (parts: Checksum[]) => sameChecksum(mergeChecksums(parts), mergeChecksums(parts.toReversed()))),
    );
  });

  test("tell apart rows, XOR, sum and JSON", () => {
    const base: Checksum = { rows: 1, xor: "2", sum: "3", json: { xor: "4", sum: "5" } };
    for (const other of [
      { rows: 2 },
      { xor: "1" },
      { sum: "1" },
      { json: { xor: "1", sum: "5" } },
      { json: { xor: "4", sum: "1" } },
      { json: null },
    ])
      assert.ok(!sameChecksum(base, { ...base, ...other }), JSON.stringify(other));
    assert.ok(sameChecksum(base, { ...base }));
  });
});

describe("a row", () => {
  const plan = planOf(shape(["id int not null", "n int"], primary("id")));
  const keyed = (checksum: string, key = "1") => ({ key: [key], checksum });
  const row = (n: string | null, checksum = "c") => ({ key: ["1"], checksum, values: ["1", n] });

  test("that stood still upstream and is not so below is a candidate", () => {
    assert.deepEqual(judgeKeys([keyed("a")], [keyed("b")], [keyed("a")]), {
      candidates: [{ key: ["1"], upstream: "a" }],
      moving: 0,
    });
    assert.deepEqual(judgeKeys([keyed("a")], [], [keyed("a")]).candidates.length, 1);
    assert.deepEqual(judgeKeys([], [keyed("b")], []), { candidates: [{ key: ["1"], upstream: "" }], moving: 0 });
  });

  test("that is below as it was, or as it is, upstream is no candidate though it moves", () => {
    assert.deepEqual(judgeKeys([keyed("a")], [keyed("a")], [keyed("b")]), { candidates: [], moving: 0 });
    assert.deepEqual(judgeKeys([keyed("a")], [keyed("b")], [keyed("b")]), { candidates: [], moving: 0 });
    assert.deepEqual(judgeKeys([], [], [keyed("b")]), { candidates: [], moving: 0 });
  });

  test("that changed upstream between the looks is moving", () => {
    assert.deepEqual(judgeKeys([keyed("a")], [], [keyed("b")]), { candidates: [], moving: 1 });
  });

  test("is missing, differing or extra only by its values", () => {
    const candidate = { key: ["1"], upstream: "c" };
    const cases = [
      [confirm(plan, candidate, [row("1")], []), "missing"],
      [confirm(plan, { ...candidate, upstream: "" }, [], [row("1")]), "extra"],
      [confirm(plan, candidate, [row("1")], [row("2", "d")]), "differing"],
    ] as const;
    for (const [said, kind] of cases) assert.ok(said.kind === "difference" && said.difference.kind === kind, kind);
    assert.deepEqual(confirm(plan, candidate, [row("1")], [row("01", "d")]), { kind: "same" });
    assert.deepEqual(confirm(plan, candidate, [row("1", "other")], []), { kind: "moving" });
  });

  test("that differs names its columns", () => {
    const said = confirm(plan, { key: ["1"], upstream: "c" }, [row("1")], [row(null, "d")]);

    assert.deepEqual(said, { kind: "difference", difference: { kind: "differing", key: ["1"], columns: ["n"] } });
  });

  test("whose key stands in two upstream tables is compared as the set of them", () => {
    const twice = { key: ["1"], upstream: "c d" };

    assert.deepEqual(confirm(plan, twice, [row("1"), row("2", "d")], [row("2", "d"), row("1")]), { kind: "same" });
    assert.equal(confirm(plan, twice, [row("1"), row("2", "d")], [row("1")]).kind, "difference");
  });
});
