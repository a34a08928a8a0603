import { isMap, isScalar, parse, parseDocument, visit } from "yaml";
import { z } from "zod";
import type { TaskFacts, TaskReplication, TaskYaml } from "../../app/ports/yaml.ts";
import { driftBetween } from "./drift.ts";
import { goDurationSeconds } from "./go-duration.ts";
import { readReplication } from "./replication.ts";
import { isSafeMode, withSafeMode } from "./safe-mode.ts";
import { readSource, withSourceSettings } from "./source-yaml.ts";
import { isObject, meaningOf } from "./task-meaning.ts";

const MASK = "******";

const Task = z.object({
  name: z.union([z.string().min(1), z.number().transform(String)]),
  "meta-schema": z.string().nullish(),
  "task-mode": z.string().nullish(),
  "shard-mode": z.string().nullish().catch(null),
  "is-sharding": z.boolean().nullish().catch(null),
  "remove-meta": z.boolean().nullish().catch(null),
  "mysql-instances": z
    .array(
      z.object({
        "source-id": z.union([z.string(), z.number().transform(String)]),
        meta: z.object({ "binlog-name": z.string() }).nullish().catch(null),
      }),
    )
    .nullish()
    .catch(null),
  "target-database": z
    .object({ host: z.string(), port: z.coerce.number().int(), user: z.string(), password: z.string().nullish() })
    .nullish()
    .catch(null),
});

const Source = z.object({ checker: z.object({ "check-enable": z.boolean(), "backoff-max": z.string() }) });

/** DM's task and source files as far as plans need them. `dm_meta` is the meta schema that DM uses where none is named. */
export const taskYaml: TaskYaml = {
  read(text) {
    const whole = safely(() => read(text));
    if (whole instanceof Error) return { kind: "unreadable", why: firstLine(whole.message) };
    const parsed = Task.safeParse(whole);
    if (!parsed.success)
      return {
        kind: "unreadable",
        why: parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "),
      };
    return factsOf(parsed.data, readReplication(whole));
  },
  undefinedNames: (text, source) => {
    const whole = safely(() => read(text));
    return isObject(whole) ? (meaningOf(whole).bySource.get(source)?.undefinedNames ?? []) : [];
  },
  drift: (fileText, gatewayText) => {
    const texts = safely(() => [read(fileText), read(gatewayText)] as const);
    return texts instanceof Error ? [firstLine(texts.message)] : driftBetween(texts[0], texts[1]);
  },
  withPassword(gatewayText, password) {
    const document = parseDocument(gatewayText);
    document.setIn(["target-database", "password"], password);
    return document.toString();
  },
  masked(text) {
    const document = parseDocument(text);
    visit(document, {
      Pair(_, pair) {
        if (isScalar(pair.key) && pair.key.value === "password" && isScalar(pair.value)) pair.value.value = MASK;
      },
    });
    return isMap(document.contents) ? document.toString() : "(no YAML mapping)";
  },
  withSafeMode,
  isSafeMode,
  readSource,
  withSourceSettings,
  checkerOf(sourceText) {
    const parsed = safely(() => Source.safeParse(parse(sourceText)));
    if (parsed instanceof Error || !parsed.success) return null;
    const { "check-enable": checkEnable, "backoff-max": backoffMax } = parsed.data.checker;
    const backoffMaxSeconds = goDurationSeconds(backoffMax);
    return backoffMaxSeconds === null ? null : { checkEnable, backoffMaxSeconds };
  },
};

function factsOf(task: z.infer<typeof Task>, replication: TaskReplication): TaskFacts {
  const target = task["target-database"];
  return {
    kind: "task",
    name: task.name,
    metaSchema: task["meta-schema"] || "dm_meta",
    removeMeta: task["remove-meta"] === true,
    // `is-sharding` is the older word for merging shards pessimistically; DM still reads it.
    shardMode: task["shard-mode"] || (task["is-sharding"] === true ? "pessimistic" : ""),
    sources: (task["mysql-instances"] ?? []).map((instance) => instance["source-id"]),
    begins: new Map(
      (task["task-mode"] === "incremental" ? (task["mysql-instances"] ?? []) : []).flatMap(({ "source-id": source, meta }) =>
        meta ? [[source, meta["binlog-name"]] as const] : [],
      ),
    ),
    target: target ? { host: target.host, port: target.port, user: target.user, password: target.password ?? "" } : null,
    replication,
  };
}

/** `<<` merges, as DM's YAML reader does. */
const read = (text: string): unknown => parse(text, { merge: true, maxAliasCount: 100 }) as unknown;

function safely<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function firstLine(text: string): string {
  return text.split("\n")[0]!.slice(0, 300);
}
