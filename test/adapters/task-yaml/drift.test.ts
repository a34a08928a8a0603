import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse, stringify } from "yaml";
import { taskYaml } from "../../../src/adapters/task-yaml/task-yaml.ts";

interface Call {
  readonly name: string;
  readonly request: { readonly body?: { readonly task?: string } };
  readonly response: { readonly json: { readonly cfg?: string } };
}

const calls = readFileSync(new URL("../../recorded/dm-8.1.0/calls.jsonl", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Call);
const started = calls.find(({ name }) => name === "start task")!.request.body!.task!;
const copy = calls.find(({ name }) => name === "task config, masked")!.response.json.cfg!;

/** A task as the manual shows it, with everything that people use. */
const WRITTEN = `
name: orders
task-mode: all
is-sharding: true
meta-schema: dm_meta
online-ddl-scheme: gh-ost
clean-dump-file: yes
target-database: { host: tidb, port: 4000, user: dm, password: "cGxlYXNlLWVuY3J5cHQtbWU=" , session: { sql_mode: ANSI } }
common: &common { worker-count: 32, batch: 200 }
mysql-instances:
  - source-id: s2
    block-allow-list: bal
    route-rules: [second, first]
    filter-rules: [no-drop]
    mydumper-thread: 8
    loader-thread: 12
    syncer: { <<: *common, safe-mode-duration: 1m }
  - source-id: s1
    black-white-list: bal
    route-rules: [first]
    mydumper-config-name: global
    syncer-config-name: global
routes:
  first: { schema-pattern: "Shop_*", target-schema: shop }
  second: { schema-pattern: "Shop_*", table-pattern: "t_*", target-schema: shop, target-table: t }
filters:
  no-drop: { schema-pattern: "shop_*", events: ["drop table", "truncate table"], action: Ignore }
block-allow-list:
  bal: { do-dbs: [shop_2, shop_1] }
mydumpers: { global: { threads: 4, chunk-filesize: 64, extra-args: "--consistency none" } }
loaders: {}
syncers: { global: { worker-count: 16, batch: 100 } }
`.replace("common: &common { worker-count: 32, batch: 200 }\n", "experimental: &common { worker-count: 32, batch: 200 }\n");

/** The same as DM keeps it: built anew from each source's own, names made up, defaults written out, sorted, lower case. */
const KEPT = `
name: orders
task-mode: all
is-sharding: true
shard-mode: pessimistic
ignore-checking-items: []
meta-schema: dm_meta
enable-heartbeat: false
case-sensitive: false
collation_compatible: loose
target-database: { host: tidb, port: 4000, user: dm, password: "******", max-allowed-packet: null, session: { sql_mode: ANSI, time_zone: "+00:00" }, security: null }
mysql-instances:
  - { source-id: s1, meta: null, filter-rules: [], route-rules: [route-01], black-white-list: "", block-allow-list: balist-01, mydumper-config-name: dump-01, mydumper: null, mydumper-thread: 0, loader-config-name: load-01, loader-thread: 0, syncer-config-name: sync-01, syncer-thread: 0 }
  - { source-id: s2, meta: null, filter-rules: [filter-01], route-rules: [route-01, route-02], black-white-list: "", block-allow-list: balist-01, mydumper-config-name: dump-02, mydumper: null, mydumper-thread: 0, loader-config-name: load-02, loader-thread: 0, syncer-config-name: sync-02, syncer-thread: 0 }
online-ddl: true
online-ddl-scheme: ""
routes:
  route-01: { schema-pattern: "shop_*", table-pattern: "", target-schema: shop, target-table: "" }
  route-02: { schema-pattern: "shop_*", table-pattern: "t_*", target-schema: shop, target-table: t }
filters:
  filter-01: { schema-pattern: "shop_*", table-pattern: "", events: ["truncate table", "drop table"], sql-pattern: [], action: Ignore }
expression-filter: {}
black-white-list: {}
block-allow-list:
  balist-01: { do-tables: [], do-dbs: [shop_1, shop_2], ignore-tables: [], ignore-dbs: [] }
mydumpers:
  dump-01: { threads: 4, chunk-filesize: "64", skip-tz-utc: true, extra-args: "--consistency none" }
  dump-02: { threads: 8, chunk-filesize: "64", skip-tz-utc: true, extra-args: "" }
loaders:
  load-01: { pool-size: 16, dir: ./dumped_data, import-mode: logical }
  load-02: { pool-size: 12, dir: ./dumped_data, import-mode: logical }
syncers:
  sync-01: { worker-count: 16, batch: 100, safe-mode: false, safe-mode-duration: 60s, compact: false }
  sync-02: { worker-count: 32, batch: 200, safe-mode: false, safe-mode-duration: 1m0s, compact: false }
clean-dump-file: true
remove-meta: false
experimental: { async-checkpoint-flush: false, worker-count: 32, batch: 200 }
`;

type Task = { [key: string]: Task } & Task[] & string;
const changed = (text: string, change: (task: Task) => void): string => {
  const task = parse(text, { merge: true }) as Task;
  change(task);
  return stringify(task);
};

describe("the drift between a task's file and DM's own copy", () => {
  test("is none between what v8.1.0 was given and what it keeps", () => {
    assert.deepEqual(taskYaml.drift(started, copy), []);
  });

  test("is none for inline settings, threads, old names, YAML 1.1, sorted lists and sources in another order", () => {
    assert.deepEqual(taskYaml.drift(WRITTEN, KEPT), []);
  });

  test("is none between a copy and itself, and none for a source of the file that does not run", () => {
    assert.deepEqual(taskYaml.drift(copy, copy), []);
    assert.deepEqual(taskYaml.drift(KEPT, KEPT), []);
    assert.deepEqual(
      taskYaml.drift(
        WRITTEN,
        changed(KEPT, (task) => void task["mysql-instances"]!.pop()),
      ),
      [],
    );
  });

  for (const [what, change, expected] of [
    ["another downstream", (task) => (task["target-database"]!.host = "other" as Task), ["target-database.host"]],
    [
      "a number of threads of one source",
      (task) => (task["mysql-instances"]![0]!["mydumper-thread"] = 9 as unknown as Task),
      ["mysql-instances[s2].mydumper.threads"],
    ],
    [
      "a rule that is no longer used",
      (task) => (task["mysql-instances"]![0]!["filter-rules"] = [] as unknown as Task),
      ["mysql-instances[s2].filter-rules"],
    ],
    [
      "a rule that another source uses too",
      (task) => void task["mysql-instances"]![1]!["route-rules"]!.push("second" as Task),
      ["mysql-instances[s1].route-rules"],
    ],
    [
      "an event that is filtered no longer",
      (task) => void task.filters!["no-drop"]!.events!.pop(),
      ["mysql-instances[s2].filter-rules"],
    ],
    [
      "a schema that is replicated no longer",
      (task) => void task["block-allow-list"]!.bal!["do-dbs"]!.pop(),
      ["mysql-instances[s2].block-allow-list", "mysql-instances[s1].block-allow-list"],
    ],
    ["sharding that is not named any more", (task) => (task["is-sharding"] = false as unknown as Task), ["shard-mode"]],
    ["a source that runs and is not written", (task) => void task["mysql-instances"]!.shift(), ["mysql-instances[s2]"]],
    [
      "a name that nothing defines",
      (task) => (task["mysql-instances"]![1]!["syncer-config-name"] = "none" as Task),
      ["mysql-instances[s1]: syncers.none is not defined"],
    ],
  ] as [string, (task: Task) => void, string[]][])
    test(`shows ${what}`, () => {
      assert.deepEqual([...taskYaml.drift(changed(WRITTEN, change), KEPT)].sort(), expected.sort());
    });

  test("shows that a running safe mode would be lost", () => {
    const kept = changed(KEPT, (task) => (task.syncers!["sync-01"]!["safe-mode"] = true as unknown as Task));

    assert.deepEqual(taskYaml.drift(WRITTEN, kept), ["mysql-instances[s1].syncer.safe-mode"]);
  });

  test("tells names that differ in case apart where the task does, and only there", () => {
    const [file, kept] = ["Shop", "shop"].map((schema) =>
      changed(KEPT, (task) => (task.routes!["route-01"]!["target-schema"] = schema as Task)),
    );
    const exact = changed(file!, (task) => (task["case-sensitive"] = true as unknown as Task));
    const keptExact = changed(kept!, (task) => (task["case-sensitive"] = true as unknown as Task));

    assert.deepEqual(taskYaml.drift(file!, kept!), []);
    assert.deepEqual(taskYaml.drift(exact, keptExact), ["mysql-instances[s1].route-rules", "mysql-instances[s2].route-rules"]);
  });

  test("of what is no YAML or no mapping is said, not thrown", () => {
    for (const text of ["", "[]", "a: [", "x"]) assert.equal(taskYaml.drift(text, KEPT).length, 1);
  });

  test("never names a password", () => {
    assert.doesNotMatch(
      JSON.stringify(
        taskYaml.drift(
          WRITTEN,
          changed(KEPT, (task) => (task["target-database"]!.user = "x" as Task)),
        ),
      ),
      /cGxl/,
    );
  });
});

test("DM's own copy of a task defines every name that it uses", () => {
  const sources = (parse(copy) as { "mysql-instances": { "source-id": string }[] })["mysql-instances"];
  assert.ok(sources.length > 0);
  for (const { "source-id": source } of sources) assert.deepEqual(taskYaml.undefinedNames(copy, source), []);
});
