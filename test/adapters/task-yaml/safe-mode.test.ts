import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { taskYaml } from "../../../src/adapters/task-yaml/task-yaml.ts";

interface Instance {
  readonly "source-id": string;
  readonly "syncer-config-name"?: string;
  readonly syncer?: Record<string, unknown>;
  readonly "syncer-thread"?: number;
  readonly meta?: Record<string, unknown>;
}
interface Task {
  readonly "mysql-instances": readonly Instance[];
  readonly syncers?: Record<string, Record<string, unknown> | null>;
}

const META = { file: "mysql-bin.000002", position: 4, gtid: "0-101-11" };
const render = (text: string, meta: typeof META | null = null): Task =>
  parse(taskYaml.withSafeMode(text, "s1", meta), { merge: true }) as Task;

/** What DM makes the instance's syncer of: the named one counts first. */
const syncerOf = (task: Task, source: string): Record<string, unknown> => {
  const instance = task["mysql-instances"].find((one) => one["source-id"] === source)!;
  const named = instance["syncer-config-name"];
  return (named ? task.syncers![named] : instance.syncer) ?? {};
};
/** DM refuses a task in which a named syncer is used by nobody. */
const unused = (task: Task): string[] => {
  const used = new Set(task["mysql-instances"].map((one) => one["syncer-config-name"]));
  return Object.keys(task.syncers ?? {}).filter((name) => !used.has(name));
};

const HEAD = "name: orders\ntask-mode: all\n";
const WAYS: Readonly<Record<string, string>> = {
  "names none, and there are none": `${HEAD}mysql-instances: [{ source-id: s1 }, { source-id: s2 }]\n`,
  "has a number of threads alone": `${HEAD}mysql-instances: [{ source-id: s1, syncer-thread: 8 }, { source-id: s2 }]\n`,
  "names one for itself": `${HEAD}mysql-instances:\n  - source-id: s1\n    syncer-config-name: own\n  - source-id: s2\nsyncers:\n  own: { worker-count: 16, safe-mode-duration: "0s" }\n`,
  "names one that is empty": `${HEAD}mysql-instances:\n  - source-id: s1\n    syncer-config-name: own\n  - source-id: s2\nsyncers:\n  own:\n`,
  "shares one": `${HEAD}mysql-instances:\n  - source-id: s1\n    syncer-config-name: global\n  - source-id: s2\n    syncer-config-name: global\nsyncers:\n  global: { worker-count: 16 }\n`,
  "has it written into itself": `${HEAD}mysql-instances:\n  - source-id: s1\n    syncer: { worker-count: 16 }\n  - source-id: s2\n`,
  "has both, and the name counts": `${HEAD}mysql-instances:\n  - source-id: s1\n    syncer: { worker-count: 4 }\n    syncer-config-name: own\n  - source-id: s2\nsyncers: { own: { worker-count: 16 } }\n`,
  "shares an anchor": `${HEAD}mysql-instances:\n  - source-id: s1\n    syncer-config-name: a\n  - source-id: s2\n    syncer-config-name: b\nsyncers:\n  a: &same { worker-count: 16 }\n  b: *same\n`,
  "is the alias of an anchor": `${HEAD}mysql-instances:\n  - source-id: s2\n    syncer-config-name: b\n  - source-id: s1\n    syncer-config-name: a\nsyncers:\n  b: &same { worker-count: 16 }\n  a: *same\n`,
  "merges its syncer": `${HEAD}mysql-instances:\n  - source-id: s2\n    syncer: &fast { worker-count: 16, safe-mode-duration: 0s }\n  - source-id: s1\n    syncer: { <<: *fast, batch: 10 }\n`,
  "is what another is merged from": `${HEAD}mysql-instances:\n  - &base\n    source-id: s1\n    syncer-config-name: global\n  - <<: *base\n    source-id: s2\nsyncers: { global: { worker-count: 16 } }\n`,
  "is merged from another": `${HEAD}mysql-instances:\n  - &base\n    source-id: s2\n    syncer: { worker-count: 16 }\n  - <<: *base\n    source-id: s1\n`,
};

describe("an instance in safe mode, where it", () => {
  for (const [way, text] of Object.entries(WAYS))
    test(way, () => {
      const before = parse(text, { merge: true }) as Task;

      const task = render(text, META);

      const { "safe-mode": safe, "safe-mode-duration": duration, ...rest } = syncerOf(task, "s1");
      const { "safe-mode-duration": _, ...written } = syncerOf(before, "s1");
      assert.deepEqual([safe === true, duration, rest], [true, undefined, written]);
      assert.deepEqual(syncerOf(task, "s2"), syncerOf(before, "s2"));
      assert.deepEqual(unused(task), []);
      const [one, other] = ["s1", "s2"].map((source) => task["mysql-instances"].find((found) => found["source-id"] === source)!);
      assert.deepEqual(one!.meta, { "binlog-name": "mysql-bin.000002", "binlog-pos": 4, "binlog-gtid": "0-101-11" });
      assert.equal(other!.meta, undefined);
      const rendered = taskYaml.withSafeMode(text, "s1", META);
      assert.deepEqual([taskYaml.isSafeMode(rendered, "s1"), taskYaml.isSafeMode(rendered, "s2")], [true, false]);
      assert.equal(taskYaml.isSafeMode(text, "s1"), false);
    });
});

test("what else a task says keeps its letters: DM reads numbers, truth and text in its own way", () => {
  const session = `session: { sql_mode: 'ANSI', max_allowed_packet: 0x4000000 }`;
  const text = `${HEAD}clean-dump-file: yes\ntarget-database: { host: tidb, password: 0123, ${session} }\nmysql-instances: [{ source-id: s1 }]\n`;

  const rendered = taskYaml.withSafeMode(text, "s1", null);

  for (const words of ["clean-dump-file: yes", "password: 0123", "'ANSI'", "0x4000000"])
    assert.ok(rendered.includes(words), words);
});

test("without a GTID set `meta` names none: v1.0 knows no such key and refuses what it does not know", () => {
  const { meta } = render(WAYS["names one for itself"]!, { ...META, gtid: "" })["mysql-instances"][0]!;

  assert.deepEqual(meta, { "binlog-name": "mysql-bin.000002", "binlog-pos": 4 });
});

test("truth as YAML 1.1 writes it is safe mode too, by name, inline and merged", () => {
  for (const syncer of ["safe-mode: yes", "safe-mode: true", "safe-mode: On"]) {
    assert.ok(taskYaml.isSafeMode(`${HEAD}mysql-instances: [{ source-id: s1, syncer: { ${syncer} } }]\n`, "s1"), syncer);
    const named = `${HEAD}mysql-instances: [{ source-id: s1, syncer-config-name: a }]\nsyncers: { b: &b { ${syncer} }, a: { <<: *b } }\n`;
    assert.ok(taskYaml.isSafeMode(named, "s1"), named);
  }
});

test("a source that the task does not have is refused", () => {
  assert.throws(
    () => taskYaml.withSafeMode(`${HEAD}mysql-instances: [{ source-id: s2 }]\n`, "s1", null),
    /no instance of source s1/,
  );
});

test("names that are used and defined nowhere are told by source; DM's own copies have none", () => {
  const text = `${HEAD}mysql-instances: [{ source-id: s1, syncer-config-name: fast, route-rules: [r] }, { source-id: s2 }]\nroutes: {}\n`;
  assert.deepEqual(taskYaml.undefinedNames(text, "s1").toSorted(), ["routes.r", "syncers.fast"]);
  assert.deepEqual(taskYaml.undefinedNames(text, "s2"), []);
});

test("`is-sharding` merges shards too", () => {
  const merging = (more: string) => {
    const facts = taskYaml.read(`${HEAD}${more}mysql-instances: [{ source-id: s1 }]\n`);
    return facts.kind === "task" ? facts.shardMode : facts.why;
  };
  assert.equal(merging("is-sharding: true\n"), "pessimistic");
  assert.equal(merging("is-sharding: true\nshard-mode: optimistic\n"), "optimistic");
  assert.equal(merging("is-sharding: false\n"), "");
});
