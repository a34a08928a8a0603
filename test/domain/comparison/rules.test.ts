import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { lettingThrough } from "../../../src/domain/comparison/block-allow-list.ts";
import { expectedDifferences } from "../../../src/domain/comparison/expected-differences.ts";
import { BrokenPattern, namePattern, wildcard } from "../../../src/domain/comparison/name-pattern.ts";
import { planTables } from "../../../src/domain/comparison/plan-tables.ts";
import type { BlockAllowList, EventFilterRule, RouteRule } from "../../../src/domain/comparison/replication-rules.ts";
import { routing } from "../../../src/domain/comparison/route-table.ts";
import { someRules } from "../../support/row-rules.ts";

const list = (more: Partial<BlockAllowList>): BlockAllowList => ({
  doSchemas: [],
  ignoreSchemas: [],
  doTables: [],
  ignoreTables: [],
  ...more,
});
const named = (name: string) => {
  const [schema = "", table = ""] = name.split(".");
  return { schema, table };
};

describe("a name pattern", () => {
  const cases: readonly (readonly [pattern: string, fits: readonly string[], not: readonly string[]])[] = [
    ["shop", ["shop"], ["shops", "sho", "Shop", ""]],
    ["shop*", ["shop", "shop_1", "shops"], ["sho", "ashop"]],
    ["*", ["", "anything"], []],
    ["shop_?", ["shop_1", "shop__"], ["shop_", "shop_12"]],
    ["shop_??*", ["shop_12", "shop_123"], ["shop_1"]],
    ["t_[0-3]", ["t_0", "t_3"], ["t_4", "t_", "t_01"]],
    ["t_[!0-3a]", ["t_4", "t_b"], ["t_0", "t_a"]],
    ["t_[!]", ["t_!"], ["t_a"]],
    ["t_[abc", ["t_[abc"], ["t_a"]],
    ["?", ["a"], ["ä", ""]],
    ["??", ["ä", "ab"], ["a"]],
    ["~^shop_\\d+$", ["shop_1", "shop_23"], ["shop_", "xshop_1"]],
    ["~op", ["shop", "op", "operations"], ["sho"]],
    ["~(?i)^SHOP$", ["shop", "Shop"], ["shops"]],
    ["~\\Ashop\\z", ["shop"], ["shop1"]],
  ];
  for (const [pattern, fits, not] of cases)
    test(`${pattern} fits ${fits.length} names and leaves ${not.length}`, () => {
      const test = namePattern(pattern);

      for (const name of fits) assert.ok(test(name), name);
      for (const name of not) assert.ok(!test(name), name);
    });

  test("with a star in the middle, or an expression that cannot be read, is refused as DM refuses it", () => {
    assert.throws(() => wildcard("a*b"), BrokenPattern);
    assert.throws(() => namePattern("~(unclosed"), BrokenPattern);
  });

  test("without wildcards fits exactly itself", () => {
    const plain = fc.string().map((text) => text.replaceAll(/[*?[]/g, "x"));
    fc.assert(fc.property(plain, plain, (pattern, name) => wildcard(pattern)(name) === (pattern === name)));
  });

  test("of a prefix and a star fits what begins with the prefix", () => {
    const plain = fc.string().map((text) => text.replaceAll(/[*?[]/g, "x"));
    fc.assert(fc.property(plain, plain, (prefix, rest) => wildcard(`${prefix}*`)(prefix + rest)));
  });
});

describe("the block-allow-list", () => {
  const cases: readonly (readonly [
    title: string,
    list: BlockAllowList | null,
    through: readonly string[],
    out: readonly string[],
  ])[] = [
    ["that is absent lets everything through", null, ["a.t"], []],
    ["with do-dbs lets only those through", list({ doSchemas: ["shop*"] }), ["shop.t", "shop_1.t"], ["other.t"]],
    ["with ignore-dbs keeps those out", list({ ignoreSchemas: ["tmp"] }), ["shop.t"], ["tmp.t"]],
    ["with both looks only at do-dbs", list({ doSchemas: ["shop"], ignoreSchemas: ["shop"] }), ["shop.t"], ["other.t"]],
    ["with do-tables lets only those through", list({ doTables: [named("shop.orders")] }), ["shop.orders"], ["shop.items"]],
    ["with ignore-tables keeps those out", list({ ignoreTables: [named("shop.log*")] }), ["shop.orders"], ["shop.log_1"]],
    [
      "in which a table is in do-tables and in ignore-tables lets it through",
      list({ doTables: [named("shop.*")], ignoreTables: [named("shop.log")] }),
      ["shop.log", "shop.orders"],
      ["other.t"],
    ],
    ["asks schemas before tables", list({ doSchemas: ["shop"], doTables: [named("other.t")] }), [], ["other.t", "shop.t"]],
    [
      "takes expressions for either half",
      list({
        doTables: [
          { schema: "~^shop_\\d$", table: "~^o" },
          { schema: "bank", table: "~s$" },
        ],
      }),
      ["shop_1.orders", "bank.accounts"],
      ["shop_1.items", "shop_12.orders", "bank.account"],
    ],
    [
      "keeps the halves of expression and wildcard apart, as DM does",
      list({
        doTables: [
          { schema: "~^a", table: "t1" },
          { schema: "~^b", table: "t2" },
        ],
      }),
      ["a.t1", "b.t2", "b.t1"],
      ["c.t1"],
    ],
  ];
  for (const [title, rules, through, out] of cases)
    test(title, () => {
      const fits = lettingThrough(rules, true);

      for (const name of through) assert.ok(fits(named(name)), name);
      for (const name of out) assert.ok(!fits(named(name)), name);
    });

  test("counts the case of names only where the task says so, and then lowers expressions as well", () => {
    const rules = list({ doTables: [named("Shop.Orders")] });

    assert.ok(lettingThrough(rules, false)(named("SHOP.orders")));
    assert.ok(!lettingThrough(rules, true)(named("shop.orders")));
    assert.ok(lettingThrough(list({ doSchemas: ["~^SHOP\\D$"] }), false)(named("shop1.t")));
  });
});

describe("a route", () => {
  const rule = (name: string, pattern: string, target: string): RouteRule => ({
    name,
    schemaPattern: named(pattern).schema,
    tablePattern: named(pattern).table,
    targetSchema: named(target).schema,
    targetTable: named(target).table,
    extractedColumns: [],
  });
  const rules = [rule("schema", "shop_*", "shop"), rule("table", "shop_*.orders_*", "shop.orders")];
  const cases: readonly (readonly [from: string, to: string])[] = [
    ["shop_1.orders_3", "shop.orders"],
    ["shop_1.items", "shop.items"],
    ["other.orders_1", "other.orders_1"],
  ];
  for (const [from, to] of cases)
    test(`takes ${from} to ${to}`, () => {
      assert.deepEqual(routing(rules, true)(named(from)), { kind: "to", target: named(to), extractedColumns: [] });
    });

  test("that two rules of one level give is ambiguous, as it is for DM", () => {
    const both = [rule("a", "shop.*", "x.y"), rule("b", "shop.o*", "x.z")];

    assert.deepEqual(routing(both, true)(named("shop.orders")), { kind: "ambiguous", rules: ["a", "b"] });
  });
});

describe("filters", () => {
  const filter = (events: readonly string[], action: string, tablePattern = "orders"): EventFilterRule => ({
    name: "f",
    schemaPattern: "shop",
    tablePattern,
    events,
    action,
  });
  const kinds = (rule: EventFilterRule) =>
    expectedDifferences(someRules("s1", { filters: [rule] }), named("shop.orders")).map(({ event, kind }) => `${event}: ${kind}`);
  const ddl = ["truncate table: extra", "truncate table partition: extra", "drop table partition: extra"];
  const dml = ["insert: missing", "update: differing", "delete: extra"];
  const cases: readonly (readonly [title: string, rule: EventFilterRule, expected: readonly string[]])[] = [
    ["that ignore deletes make extra rows", filter(["delete"], "Ignore"), ["delete: extra"]],
    ["that ignore updates make differing rows", filter(["Update"], "Ignore"), ["update: differing"]],
    ["that ignore all DML make every kind", filter(["all dml"], "Ignore"), dml],
    ["that ignore everything", filter(["all"], "Ignore"), [...dml, ...ddl]],
    ["that ignore truncations", filter(["truncate table"], "Ignore"), ["truncate table: extra"]],
    ["that do only inserts ignore the rest", filter(["insert"], "Do"), [...dml.slice(1), ...ddl]],
    ["that do all DML ignore DDL", filter(["all dml"], "Do"), ddl],
    ["in which `none dml` comes first ignore no DML", filter(["none dml", "delete"], "Ignore"), []],
    ["for another table say nothing of this one", filter(["all"], "Ignore", "items"), []],
    ["for the whole schema count for its tables", filter(["delete"], "Ignore", ""), ["delete: extra"]],
    ["that only raise an error leave nothing out", filter(["all"], "Error"), []],
  ];
  for (const [title, rule, expected] of cases) test(title, () => assert.deepEqual(kinds(rule), expected));

  test("by expression name what they leave out", () => {
    const rules = someRules("s1", {
      expressionFilters: [{ name: "e", schema: "shop", table: "orders", leavesOut: ["insert", "delete"] }],
    });

    assert.deepEqual(
      expectedDifferences(rules, named("shop.orders")).map(({ kind, rule }) => [kind, rule]),
      [
        ["missing", "e"],
        ["extra", "e"],
      ],
    );
    assert.deepEqual(expectedDifferences(rules, named("shop.items")), []);
  });
});

describe("the tables of a task", () => {
  test("of several sources that go into one are compared as one; others stay apart", () => {
    const routes: RouteRule[] = [
      {
        name: "r",
        schemaPattern: "shop_*",
        tablePattern: "orders_*",
        targetSchema: "shop",
        targetTable: "orders",
        extractedColumns: ["c_table"],
      },
    ];
    const planned = planTables([
      { rules: someRules("s1", { routes }), tables: ["shop_1.orders_1", "shop_1.orders_2", "bank.a"].map(named) },
      { rules: someRules("s2", { routes }), tables: ["shop_2.orders_1"].map(named) },
    ]);

    assert.ok(planned.kind === "planned");
    assert.deepEqual(
      planned.tables.map(({ target, parts, extractedColumns }) => [
        `${target.schema}.${target.table}`,
        parts.map(({ source, schema, table }) => `${source} ${schema}.${table}`),
        extractedColumns,
      ]),
      [
        ["bank.a", ["s1 bank.a"], []],
        ["shop.orders", ["s1 shop_1.orders_1", "s1 shop_1.orders_2", "s2 shop_2.orders_1"], ["c_table"]],
      ],
    );
  });

  test("leave out what the rules leave out, each with its reason, and never mention the system's", () => {
    const routes = ["x.y", "x.z"].map((target, at) => ({
      name: `r${at}`,
      schemaPattern: "twice",
      tablePattern: "t",
      targetSchema: named(target).schema,
      targetTable: named(target).table,
      extractedColumns: [],
    }));
    const rules = someRules("s1", { routes, allow: list({ ignoreSchemas: ["tmp"] }) });
    const planned = planTables([
      { rules, tables: ["shop._orders_gho", "shop._orders_del", "shop.orders", "tmp.t", "twice.t", "mysql.user"].map(named) },
    ]);

    assert.ok(planned.kind === "planned");
    assert.deepEqual(
      planned.tables.map(({ target }) => target.table),
      ["orders"],
    );
    assert.deepEqual(
      planned.leftOut.map(({ schema, table, why }) => [`${schema}.${table}`, why]),
      [
        ["shop._orders_gho", "online-ddl"],
        ["shop._orders_del", "online-ddl"],
        ["tmp.t", "filtered"],
        ["twice.t", "ambiguous-route"],
      ],
    );
  });

  test("that gh-ost makes are ordinary ones where the task does not handle online DDL", () => {
    const planned = planTables([{ rules: someRules("s1", { onlineDdl: false }), tables: [named("shop._orders_gho")] }]);

    assert.ok(planned.kind === "planned" && planned.tables.length === 1);
  });

  test("are not planned by rules that cannot be read", () => {
    const broken = someRules("s1", { allow: list({ doSchemas: ["a*b"] }) });

    assert.equal(planTables([{ rules: broken, tables: [named("ab.t")] }]).kind, "unreadable-rules");
    assert.deepEqual(planTables([{ rules: someRules("s1", { undefinedNames: ["r9"] }), tables: [] }]), {
      kind: "unreadable-rules",
      source: "s1",
      why: "the file does not define r9",
    });
  });
});
