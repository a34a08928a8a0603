import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { taskYaml } from "../../../src/adapters/task-yaml/task-yaml.ts";
import { SHADOW_TABLES } from "../../../src/domain/comparison/replication-rules.ts";

const FILE = `
name: t
task-mode: all
shard-mode: pessimistic
case-sensitive: true
target-database: { host: db, port: 4000, user: root, password: x }
mysql-instances:
  - source-id: s1
    block-allow-list: shop-only
    route-rules: [merge, "schema"]
    filter-rules: [no-delete]
    expression-filters: [even]
    column-mapping-rules: [shift]
  - source-id: s2
    black-white-list: old
    route-rules: [gone]
block-allow-list:
  shop-only:
    do-dbs: ["shop*"]
    do-tables: [{ db-name: "shop*", tbl-name: "~^o" }]
    ignore-tables: [{ db-name: shop, tbl-name: log }]
black-white-list:
  old: { ignore-dbs: [tmp] }
routes:
  merge: { schema-pattern: "shop_*", table-pattern: "o_*", target-schema: shop, target-table: o, extract-table: { table-regexp: "o_(.*)", target-column: c_table } }
  schema: { schema-pattern: "shop_*", target-schema: shop }
filters:
  no-delete: { schema-pattern: shop, table-pattern: "*", events: [delete], action: Ignore }
expression-filter:
  even: { schema: shop, table: o, insert-value-expr: "id % 2 = 0", update-new-value-expr: "id = 1" }
column-mappings:
  shift: { schema-pattern: shop, table-pattern: o, expression: "partition id", source-column: id, target-column: id }
`;

function replicationOf(text: string) {
  const read = taskYaml.read(text);
  assert.ok(read.kind === "task");
  return read.replication;
}

describe("a task's rules of replication", () => {
  test("are those that each instance names, in the words of the file", () => {
    const rules = replicationOf(FILE);

    assert.ok(rules.kind === "rules");
    const [first, second] = rules.sources;
    assert.equal(rules.mergesShards, true);
    assert.deepEqual(first, {
      source: "s1",
      caseSensitive: true,
      allow: {
        doSchemas: ["shop*"],
        ignoreSchemas: [],
        doTables: [{ schema: "shop*", table: "~^o" }],
        ignoreTables: [{ schema: "shop", table: "log" }],
      },
      routes: [
        {
          name: "merge",
          schemaPattern: "shop_*",
          tablePattern: "o_*",
          targetSchema: "shop",
          targetTable: "o",
          extractedColumns: ["c_table"],
        },
        {
          name: "schema",
          schemaPattern: "shop_*",
          tablePattern: "",
          targetSchema: "shop",
          targetTable: "",
          extractedColumns: [],
        },
      ],
      filters: [{ name: "no-delete", schemaPattern: "shop", tablePattern: "*", events: ["delete"], action: "Ignore" }],
      expressionFilters: [{ name: "even", schema: "shop", table: "o", leavesOut: ["insert", "update"] }],
      columnMappings: [{ name: "shift", schemaPattern: "shop", tablePattern: "o", targetColumn: "id" }],
      onlineDdl: true,
      shadowTables: SHADOW_TABLES,
      undefinedNames: [],
    });
    assert.deepEqual([second!.allow?.ignoreSchemas, second!.undefinedNames], [["tmp"], ["gone"]]);
  });

  test("that cannot be read say where, and leave the rest of the file readable", () => {
    const rules = replicationOf(FILE.replace('schema-pattern: "shop_*", target-schema: shop', "target-schema: shop"));

    assert.ok(rules.kind === "unreadable");
    assert.match(rules.why, /routes\.schema\.schema-pattern/);
  });

  test("of a file without any let everything through, with DM's own shadow tables", () => {
    const rules = replicationOf("name: t\nmysql-instances: [{ source-id: s1 }]\n");

    assert.ok(rules.kind === "rules");
    assert.deepEqual([rules.mergesShards, rules.sources[0]!.allow, rules.sources[0]!.caseSensitive], [false, null, false]);
  });

  test("may be shared by YAML's merge keys", () => {
    const rules = replicationOf(
      "name: t\nmysql-instances: [{ source-id: s1, route-rules: [b] }]\nroutes:\n  a: &a { schema-pattern: x, target-schema: y }\n  b: { <<: *a, table-pattern: t }\n",
    );

    assert.ok(rules.kind === "rules");
    assert.deepEqual(rules.sources[0]!.routes[0]?.targetSchema, "y");
  });
});
