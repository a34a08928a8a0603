import { type CheckpointTables, checkpointTables } from "./checkpoint-tables.ts";
import { type Answer, type MysqlServer, type Session, startMysqlServer } from "./mysql-server.ts";
import { SqlEngine } from "./sql-engine.ts";
import type { Value } from "./wire.ts";

export type { CheckpointRow } from "./checkpoint-tables.ts";

export interface Downstream extends MysqlServer {
  readonly checkpoints: CheckpointTables;
}

export interface DownstreamOptions {
  /** Passwords by user; without it every login works. */
  readonly users?: Readonly<Record<string, string>>;
  /** Users who may only read. */
  readonly readers?: readonly string[];
  readonly port?: number;
  /** Schemas besides DM's own. */
  readonly schemas?: readonly string[];
}

const VERSION = "8.0.11-TiDB-v8.1.0";
const VARIABLES: Readonly<Record<string, string | number>> = {
  version: VERSION,
  version_comment: "TiDB Server (Apache License 2.0), MySQL 8.0 compatible",
  autocommit: 1,
  sql_mode:
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
  time_zone: "SYSTEM",
  tx_isolation: "REPEATABLE-READ",
  transaction_isolation: "REPEATABLE-READ",
  max_allowed_packet: 67_108_864,
  tidb_txn_mode: "pessimistic",
};

/** A TiDB-like downstream with DM's checkpoint tables in `dm_meta`: tables, transactions and prepared statements that work. */
export async function startDownstream({ readers = [], schemas = [], ...options }: DownstreamOptions = {}): Promise<Downstream> {
  const engine = new SqlEngine(["dm_meta", ...schemas]);
  const server = await startMysqlServer({
    version: VERSION,
    ask: (sql, values, session) => answer(engine, sql.trim(), values, session, readers.includes(session.user)),
    ended: (session) => engine.end(session.id),
    ...options,
  });
  return Object.assign(server, {
    checkpoints: checkpointTables(engine),
    stop: async () => {
      await server.die();
      engine.close();
    },
  });
}

async function answer(
  engine: SqlEngine,
  sql: string,
  values: readonly Value[],
  session: Session,
  mayOnlyRead: boolean,
): Promise<Answer> {
  if (/^select\s+version\(\)/i.test(sql)) return { kind: "rows", columns: ["VERSION()"], rows: [[VERSION]] };
  if (/^select\s+@@/i.test(sql)) return variables(sql, VARIABLES);
  if (/^(?:set|use)\b/i.test(sql)) return { kind: "ok" };
  if (/^show\s+databases/i.test(sql))
    return engine.ask("SELECT name AS `Database` FROM pragma_database_list WHERE name NOT IN ('main', 'temp')", [], session.id);
  if (/^show\s+tables/i.test(sql)) return showTables(engine, sql, session);
  const verb = /^(insert|update|delete|replace|create|drop|alter|truncate)\b/i.exec(sql)?.[1];
  if (verb && mayOnlyRead) {
    const message = `${verb.toUpperCase()} command denied to user '${session.user}'@'127.0.0.1'`;
    return { kind: "error", code: 1142, state: "42000", message };
  }
  // Outside of a transaction MySQL takes both without a word.
  if (/^(?:commit|rollback)\b/i.test(sql)) return ended(await engine.ask(sql, [], session.id));
  return engine.ask(sql, values, session.id);
}

function ended(said: Answer): Answer {
  return said.kind === "error" && /no transaction is active/.test(said.message) ? { kind: "ok" } : said;
}

function showTables(engine: SqlEngine, sql: string, session: Session): Promise<Answer> {
  const [, quotedName, bare] = /\b(?:from|in)\s+(?:`((?:[^`]|``)+)`|(\w+))/i.exec(sql) ?? [];
  const schema = quotedName?.replaceAll("``", "`") ?? bare ?? (session.database || "dm_meta");
  const pattern = /\blike\s+'([^']*)'/i.exec(sql)?.[1] ?? "%";
  const title = `Tables_in_${schema}`.replaceAll("`", "``");
  return engine.ask(
    `SELECT name AS \`${title}\` FROM pragma_table_list WHERE schema = ? AND type = 'table' AND name NOT LIKE 'sqlite_%' AND name LIKE ?`,
    [schema, pattern],
    session.id,
  );
}

/** `SELECT @@a, @@global.b AS c`. */
export function variables(sql: string, known: Readonly<Record<string, string | number>>): Answer {
  const asked = [...sql.matchAll(/(@@(?:(?:global|session)\.)?(\w+))(?:\s+as\s+`?(\w+)`?)?/gi)];
  const unknown = asked.find(([, , name = ""]) => known[name.toLowerCase()] === undefined)?.[2];
  if (unknown) return { kind: "error", code: 1193, state: "HY000", message: `Unknown system variable '${unknown}'` };
  return {
    kind: "rows",
    columns: asked.map(([, whole = "", , as]) => as ?? whole),
    rows: [asked.map(([, , name = ""]) => known[name.toLowerCase()] ?? null)],
  };
}
