import { type Answer, type MysqlServer, type MysqlServerOptions, type Session, startMysqlServer } from "./mysql-server.ts";
import type { Process } from "./sql/information-schema.ts";
import { type EngineOptions, SqlEngine } from "./sql/sql-engine.ts";
import type { Value } from "./wire.ts";

export interface DatabaseServerOptions
  extends Omit<MysqlServerOptions, "ask" | "ended" | "hasDatabase" | "version">,
    Omit<EngineOptions, "processes"> {
  /** Users who may only read. */
  readonly readers: readonly string[];
  readonly mayNotSeeBinlog: (user: string) => boolean;
  /** Answers what only this kind of server knows; null: tables are asked. */
  readonly own?: (sql: string, values: readonly Value[], session: Session) => Answer | null;
  /** What its list of processes shows besides the sessions. */
  readonly otherProcesses?: () => readonly Process[];
}

/** A MySQL-like server with tables: sessions, rights to write, KILL, the list of processes. */
export async function startDatabaseServer(
  options: DatabaseServerOptions,
): Promise<{ readonly server: MysqlServer; readonly engine: SqlEngine }> {
  const processes = (): Process[] => [
    ...server.sessions().map(({ session, address, asks }) => ({
      ...{ id: session.id, user: session.user, host: address, database: session.database || null },
      ...{ command: asks === null ? "Sleep" : "Query", seconds: 0, state: "", info: asks },
    })),
    ...(options.otherProcesses?.() ?? []),
  ];
  const engine = new SqlEngine({ ...options, processes });
  const server = await startMysqlServer({
    ...options,
    // MariaDB greets as an old MySQL, so that old clients do not take 10 for 1.0.
    version: /mariadb/i.test(options.version) ? `5.5.5-${options.version}` : options.version,
    ask: (sql, values, session) => answer(sql.trim(), values, session),
    ended: (session) => engine.end(session.id),
    hasDatabase: (name) => engine.catalog.hasSchema(name) || name.toLowerCase() === "information_schema",
  });
  return { server, engine };

  async function answer(sql: string, values: readonly Value[], session: Session): Promise<Answer> {
    const own = options.own?.(sql, values, session);
    if (own) return own;
    const killed = /^kill\s+(?:connection\s+|query\s+|tidb\s+)*(\d+)\s*;?$/i.exec(sql)?.[1];
    if (killed !== undefined) return kill(Number(killed));
    if (/^show\s+grants\b/i.test(sql)) return grantsOf(session.user);
    const verb = /^(insert|update|delete|replace|create|drop|alter|truncate|rename)\b/i.exec(sql)?.[1];
    if (verb && options.readers.includes(session.user)) {
      const message = `${verb.toUpperCase()} command denied to user '${session.user}'@'127.0.0.1'`;
      return { kind: "error", code: 1142, state: "42000", message };
    }
    return engine.ask(sql, values, session);
  }
  function grantsOf(user: string): Answer {
    const may = options.readers.includes(user)
      ? `SELECT, PROCESS${options.mayNotSeeBinlog(user) ? "" : ", REPLICATION SLAVE, REPLICATION CLIENT"}`
      : "ALL PRIVILEGES";
    return { kind: "rows", columns: [`Grants for ${user}@%`], rows: [[`GRANT ${may} ON *.* TO \`${user}\`@\`%\``]] };
  }
  function kill(id: number): Answer {
    return server.kill(id) ? { kind: "ok" } : { kind: "error", code: 1094, state: "HY000", message: `Unknown thread id: ${id}` };
  }
}
