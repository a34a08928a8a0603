import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ColumnForm } from "../../../src/domain/comparison/column-form.ts";
import { chooseForm } from "../../../src/domain/comparison/column-form.ts";
import { planTable } from "../../../src/domain/comparison/plan-table.ts";
import type { ColumnShape, TableShape } from "../../../src/domain/comparison/table-shape.ts";
import { ordersAlike } from "../../../src/domain/comparison/text-order.ts";
import { column, comparedTable, planOf, primary, shape, unique } from "../../support/row-shapes.ts";

const latin1 = { charset: "latin1", collation: "latin1_swedish_ci" };
const ci = { collation: "utf8mb4_general_ci" };

describe("the form of a column", () => {
  const cases: readonly (readonly [upstream: ColumnShape, downstream: ColumnShape, form: ColumnForm, typesDiffer?: boolean])[] = [
    [column("c int"), column("c bigint"), { kind: "as-is" }],
    [column("c int(6) unsigned zerofill"), column("c int unsigned"), { kind: "number" }],
    [column("c year"), column("c year"), { kind: "number" }],
    [column("c bit(1)"), column("c tinyint(1)"), { kind: "number" }],
    [column("c decimal(10,2)"), column("c decimal(10,2)"), { kind: "as-is" }],
    [column("c decimal(10,2)"), column("c decimal(12,4)"), { kind: "decimal", scale: 4 }],
    [column("c int"), column("c decimal(12,4)"), { kind: "decimal", scale: 4 }],
    [column("c float"), column("c float"), { kind: "float" }],
    [column("c float"), column("c double"), { kind: "float" }],
    [column("c double"), column("c double"), { kind: "double" }],
    [column("c datetime"), column("c datetime"), { kind: "as-is" }],
    [column("c datetime(3)"), column("c timestamp(6)"), { kind: "datetime" }],
    [column("c date"), column("c datetime"), { kind: "datetime" }, true],
    [column("c time(3)"), column("c time"), { kind: "time" }],
    [column("c varchar(9)"), column("c text"), { kind: "as-is" }],
    [column("c varchar(9)", latin1), column("c varchar(9)"), { kind: "utf8" }],
    [column("c enum('a')", latin1), column("c enum('a')", latin1), { kind: "utf8" }],
    [column("c mediumtext", latin1), column("c longtext"), { kind: "long", utf8: true }],
    [column("c longblob"), column("c longblob"), { kind: "long", utf8: false }],
    [column("c binary(16)"), column("c varbinary(16)"), { kind: "as-is" }],
    [column("c json"), column("c json"), { kind: "json" }],
    [column("c longtext"), column("c json"), { kind: "json" }],
    [column("c int"), column("c varchar(9)"), { kind: "utf8" }, true],
    [column("c json"), column("c int"), { kind: "utf8" }, true],
    [column("c geometry"), column("c geometry"), { kind: "utf8" }],
  ];
  for (const [upstream, downstream, form, typesDiffer = false] of cases)
    test(`${upstream.columnType} ${upstream.charset ?? ""} against ${downstream.columnType} is ${form.kind}`, () => {
      const chosen = chooseForm([upstream, downstream]);

      assert.deepEqual(chosen.form, form);
      assert.equal(chosen.typesDiffer, typesDiffer);
    });
});

describe("the key of a table", () => {
  const text = "code varchar(40) not null";
  const cases: readonly (readonly [title: string, upstream: TableShape, downstream: TableShape | null, key: string | null])[] = [
    ["is the primary key", shape(["id bigint not null", text], primary("id")), null, "id"],
    ["may have several columns", shape(["a int not null", "b date not null"], primary("a", "b")), null, "a,b"],
    [
      "is rather one led by an integer than the primary one",
      shape([text, "id bigint not null"], primary("code"), unique("u", "id")),
      null,
      "id",
    ],
    ["may be unique only", shape(["id bigint not null"], unique("u", "id")), null, "id"],
    ["never has a column that may be NULL", shape(["id bigint"], unique("u", "id")), null, null],
    ["never has a prefix or an expression", shape([text], unique("u", null)), null, null],
    ["never has a FLOAT", shape(["f float not null"], primary("f")), null, null],
    [
      "never has a decimal that the sides print differently",
      shape(["d decimal(9,2) not null"], primary("d")),
      shape(["d decimal(9,4) not null"], primary("d")),
      null,
    ],
    ["never has a column that the downstream has not", shape(["id int not null", text], primary("id")), shape([text]), null],
    ["of text in a binary collation follows the column", shape([text], primary("code")), null, "code"],
    ["of text in another collation follows the bytes", shape([column(text, ci)], primary("code")), null, "code by bytes"],
    ["of ENUM follows the bytes", shape(["e enum('b','a') not null"], primary("e")), null, "e by bytes"],
    ["of latin1 follows the bytes", shape([column(text, latin1)], primary("code")), null, "code by bytes"],
    [
      "is rather one that an index serves on both sides",
      shape(["a int not null", "b date not null"], primary("a"), unique("u", "b")),
      shape(["a int not null", "b date not null"], unique("u", "b")),
      "b",
    ],
  ];
  for (const [title, upstream, downstream, key] of cases)
    test(title, () => {
      const plan = planOf(upstream, downstream ?? upstream);

      const words = plan.key?.map(({ name, order }) => (order === "bytes" ? `${name} by bytes` : name)).join(",") ?? null;
      assert.equal(words, key);
    });

  test("must be one in every upstream table of a merge", () => {
    const columns = ["a int not null", "b int not null"];
    const plan = planTable(
      comparedTable(),
      [shape(columns, primary("a"), unique("u", "b")), shape(columns, primary("b"))],
      shape(columns, primary("a")),
      () => true,
    );

    assert.ok("key" in plan);
    assert.deepEqual(
      plan.key?.map(({ name }) => name),
      ["b"],
    );
  });
});

describe("a table's plan", () => {
  const notes = (plan: ReturnType<typeof planOf>) =>
    plan.notes.map((note) => [note.kind, "columns" in note ? note.columns.join() : ""]);

  test("names what is left out, whatever the case of its name", () => {
    const upstream = shape(
      ["ID int not null", "old int", column("g int", { isGenerated: true }), "n int", "m int", "j json"],
      primary("ID"),
    );
    const downstream = shape(
      ["id int not null", "g int", "extra int", "c_table varchar(9)", "n varchar(9)", "m int", "j json"],
      primary("id"),
    );

    const plan = planOf(upstream, downstream, comparedTable({ extractedColumns: ["C_table"], mappedColumns: ["m"] }));

    assert.deepEqual(
      plan.columns.map(({ name }) => name),
      ["ID", "n", "j"],
    );
    assert.deepEqual(notes(plan), [
      ["only-upstream", "old"],
      ["only-downstream", "extra"],
      ["filled-by-dm", "c_table"],
      ["mapped-by-dm", "m"],
      ["generated", "g"],
      ["types-differ", "n"],
      ["json-read", "j"],
    ]);
    assert.equal(plan.notCopyable, "filled-by-dm");
  });

  test("without a key says so, and its rows may not be copied", () => {
    const plan = planOf(shape(["a int", "b int"]));

    assert.deepEqual([plan.key, notes(plan), plan.notCopyable], [null, [["no-key", ""]], "no-key"]);
  });

  test("says that chunks scan the table where no index gives the key's order", () => {
    const upstream = shape(["id int not null"], primary("id"));

    assert.deepEqual(notes(planOf(upstream, shape(["id int not null"]))), [["key-not-indexed-downstream", "id"]]);
    assert.equal(planOf(upstream, shape(["id int not null"])).cost, "scan");
    assert.equal(planOf(upstream, shape(["id int not null"])).notCopyable, "key-not-unique-downstream");
    assert.equal(planOf(upstream).cost, "index");
    assert.equal(planOf(shape([column("c varchar(9) not null", ci)], primary("c"))).cost, "scan");
  });

  test("lets no rows be copied whose values cannot be written back as they are read", () => {
    assert.equal(planOf(shape(["id int not null", "g geometry"], primary("id"))).notCopyable, "unknown-type");
  });

  test("is not made where no column is on both sides", () => {
    const plan = planTable(comparedTable(), [shape(["a int"])], shape(["b int"]), () => true);

    assert.deepEqual(plan, { kind: "no-common-column" });
  });

  test("marks a column as nullable where one side lets it be NULL", () => {
    const plan = planOf(
      shape(["id int not null", "n int not null"], primary("id")),
      shape(["id int not null", "n int"], primary("id")),
    );

    assert.deepEqual(
      plan.columns.map(({ name, nullable }) => [name, nullable]),
      [
        ["id", false],
        ["n", true],
      ],
    );
  });
});

describe("the order of text", () => {
  const general = column("c varchar(9) not null", ci);
  const answers = (...texts: (string | null)[]) => texts.map((text) => new Map([["utf8mb4 utf8mb4_general_ci", text]]));
  const old = column("c varchar(9) not null", { charset: "utf8mb3", collation: "utf8mb3_general_ci" });
  const oldToo = column("c varchar(9) not null", { charset: "utf8", collation: "utf8_general_ci" });

  const cases: readonly (readonly [
    title: string,
    columns: readonly ColumnShape[],
    said: Parameters<typeof ordersAlike>[1],
    alike: boolean,
  ])[] = [
    [
      "is alike in binary collations, whatever their names",
      [column("c varchar(9)"), column("c varchar(9)", { collation: "utf8mb4_0900_bin" })],
      [],
      true,
    ],
    ["is alike in one collation that every server orders alike", [general, general], answers("=<>", "=<>"), true],
    ["is not where TiDB takes a collation for binary", [general, general], answers("=<>", "><>"), false],
    ["is not where a server does not know the collation", [general, general], answers("=<>", null), false],
    ["is not between two collations", [general, column("c varchar(9)")], answers("=<>", "=<>"), false],
    ["is not known before the servers were asked", [general, general], [], false],
    [
      "is alike under the two names of utf8",
      [old, oldToo],
      [new Map([["utf8mb3 utf8mb3_general_ci", "=<"]]), new Map([["utf8 utf8_general_ci", "=<"]])],
      true,
    ],
  ];
  for (const [title, columns, said, alike] of cases) test(title, () => assert.equal(ordersAlike(columns, said), alike));
});
