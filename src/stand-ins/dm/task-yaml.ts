import { parse, stringify } from "yaml";
import type { Instance, Position, Task } from "./model.ts";
import { fileNumber, gtidNumber } from "./places.ts";
import { routeOf } from "./replicated.ts";

type Settings = Record<string, unknown>;

/** Throws what the YAML reader says when it is none. */
export function readTask(yaml: string): Task {
  const content = parse(yaml) as Settings;
  const instances = content["mysql-instances"] as Settings[];
  const target = content["target-database"] as Settings;
  const lists = (content["block-allow-list"] ?? content["black-white-list"] ?? {}) as Record<string, { "do-dbs"?: string[] }>;
  return {
    name: String(content.name),
    yaml,
    mode: String(content["task-mode"] ?? "all"),
    sources: instances.map((instance) => String(instance["source-id"])),
    starts: new Map(instances.flatMap((instance) => startOf(instance))),
    schemas: Object.values(lists).flatMap((list) => list["do-dbs"] ?? []),
    metaSchema: String(content["meta-schema"] ?? "dm_meta"),
    instances: new Map(instances.map((instance) => [String(instance["source-id"]), instanceOf(content, instance)])),
    target: {
      host: String(target.host),
      port: Number(target.port),
      user: String(target.user),
      password: String(target.password ?? ""),
    },
  };
}

/** Safe mode counts only in the syncer that the instance uses, by name or written into it. */
function instanceOf(content: Settings, instance: Settings): Instance {
  const named = ((content.syncers ?? {}) as Record<string, Settings>)[String(instance["syncer-config-name"])];
  const own = instance.syncer as Settings | null | undefined;
  return { isSafe: (own ?? named)?.["safe-mode"] === true, route: routeOf(content, instance) };
}

function startOf(instance: Settings): [string, Position][] {
  const meta = instance.meta as Settings | null | undefined;
  if (!meta) return [];
  const name = String(meta["binlog-name"] ?? "mysql-bin.000001");
  return [
    [
      String(instance["source-id"]),
      {
        file: fileNumber(name),
        position: Number(meta["binlog-pos"] ?? 4),
        gtid: gtidNumber(String(meta["binlog-gtid"] ?? "")),
      },
    ],
  ];
}

const SETS = {
  "block-allow-list": {
    name: "balist",
    defaults: { "do-tables": [], "do-dbs": [], "ignore-tables": [], "ignore-dbs": [] },
  },
  mydumpers: {
    name: "dump",
    defaults: {
      "mydumper-path": "./bin/mydumper",
      threads: 4,
      "chunk-filesize": "64",
      "statement-size": 0,
      rows: 0,
      where: "",
      "skip-tz-utc": true,
      "extra-args": "",
    },
  },
  loaders: {
    name: "load",
    defaults: {
      "pool-size": 16,
      dir: "./dumped_data",
      "sorting-dir-physical": "",
      "import-mode": "logical",
      "on-duplicate": "",
      "on-duplicate-logical": "replace",
      "on-duplicate-physical": "none",
      "disk-quota-physical": 0,
      "checksum-physical": "required",
      analyze: "optional",
      "range-concurrency": 0,
      "compress-kv-pairs": "",
      "pd-addr": "",
    },
  },
  syncers: {
    name: "sync",
    defaults: {
      "meta-file": "",
      "worker-count": 16,
      batch: 100,
      "queue-size": 1024,
      "checkpoint-flush-interval": 30,
      compact: false,
      "multiple-rows": false,
      "max-retry": 0,
      "auto-fix-gtid": false,
      "enable-gtid": false,
      "disable-detect": false,
      "safe-mode": false,
      "safe-mode-duration": "60s",
      "enable-ansi-quotes": false,
    },
  },
  validators: {
    name: "validator",
    defaults: {
      mode: "none",
      "worker-count": 4,
      "validate-interval": "10s",
      "check-interval": "5s",
      "row-error-delay": "30m0s",
      "meta-flush-interval": "5m0s",
      "batch-query-size": 100,
      "max-pending-row-size": "500m",
      "max-pending-row-count": 2147483647,
    },
  },
} as const;

/** The copy that DM hands out: defaults written out, named settings under names of DM's own, the password masked. */
export function copyOfTask(yaml: string): string {
  const task = parse(yaml) as Settings;
  const target = task["target-database"] as Settings;
  const { "black-white-list": old, "target-database": _, "mysql-instances": __, ...plain } = task;
  const sets = Object.fromEntries(
    Object.entries(SETS).map(([key, { name, defaults }]) => {
      const given = Object.values((task[key] ?? (key === "block-allow-list" ? old : null) ?? {}) as Record<string, Settings>);
      const all = given.length === 0 ? [{}] : given;
      return [
        key,
        Object.fromEntries(all.map((one, index) => [`${name}-${String(index + 1).padStart(2, "0")}`, { ...defaults, ...one }])),
      ];
    }),
  );
  return stringify({
    "is-sharding": false,
    "shard-mode": "",
    "strict-optimistic-shard-mode": false,
    "ignore-checking-items": [],
    "meta-schema": "dm_meta",
    "enable-heartbeat": false,
    "heartbeat-update-interval": 1,
    "heartbeat-report-interval": 10,
    timezone: "",
    "case-sensitive": false,
    collation_compatible: "loose",
    "online-ddl": true,
    "shadow-table-rules": [],
    "trash-table-rules": [],
    "online-ddl-scheme": "",
    routes: {},
    filters: {},
    "column-mappings": {},
    "expression-filter": {},
    "black-white-list": {},
    ...plain,
    "target-database": { ...target, password: "******", "max-allowed-packet": null, session: {}, security: null },
    "mysql-instances": (task["mysql-instances"] as Settings[]).map((instance) => copyOfInstance(instance)),
    ...sets,
    "clean-dump-file": task["clean-dump-file"] ?? true,
    "ansi-quotes": false,
    "remove-meta": false,
    experimental: { "async-checkpoint-flush": false },
  });
}

function copyOfInstance(instance: Settings): Settings {
  const meta = instance.meta as Settings | null | undefined;
  return {
    "filter-rules": [],
    "column-mapping-rules": [],
    "route-rules": [],
    "expression-filters": [],
    ...instance,
    meta: meta ? { "binlog-gtid": "", ...meta } : null,
    "black-white-list": "",
    "block-allow-list": "balist-01",
    "mydumper-config-name": "dump-01",
    mydumper: null,
    "mydumper-thread": 0,
    "loader-config-name": "load-01",
    loader: null,
    "loader-thread": 0,
    "syncer-config-name": "sync-01",
    syncer: null,
    "syncer-thread": 0,
    "validator-config-name": "validator-01",
  };
}

/** The same task in OpenAPI's words; the target's password as it was given. */
export function openapiTask({ name, mode, sources, starts, schemas, target, yaml }: Task): Settings {
  const settings = parse(yaml) as { "meta-schema"?: string; syncers?: Record<string, Settings> };
  const syncer = Object.values(settings.syncers ?? {})[0] ?? {};
  return {
    enhance_online_schema_change: true,
    meta_schema: settings["meta-schema"] ?? "dm_meta",
    name,
    on_duplicate: "replace",
    source_config: {
      full_migrate_conf: { data_dir: "./dumped_data", export_threads: 4, import_threads: 16 },
      incr_migrate_conf: { repl_batch: syncer.batch ?? 100, repl_threads: syncer["worker-count"] ?? 16 },
      source_conf: sources.map((source) => ({ ...startInWords(starts.get(source)), source_name: source })),
    },
    strict_optimistic_shard_mode: false,
    table_migrate_rule: sources.flatMap((source) =>
      schemas.map((schema) => ({ source: { schema, source_name: source, table: "" } })),
    ),
    target_config: { ...target, security: null },
    task_mode: mode,
  };
}

function startInWords(start: Position | undefined): Settings {
  return start
    ? {
        binlog_gtid: start.gtid === 0 ? "" : `0-101-${start.gtid}`,
        binlog_name: `mysql-bin.${String(start.file).padStart(6, "0")}`,
        binlog_pos: start.position,
      }
    : {};
}
