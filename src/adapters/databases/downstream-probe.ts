import type { CheckpointAnswer, DatabaseLogin, DownstreamProbe, MetaProbe } from "../../app/ports/databases.ts";
import type { CheckpointRow } from "../../domain/binlog/checkpoint-row.ts";
import { known } from "../../domain/observation/known.ts";
import { checkpointTable, readCheckpointRows } from "./checkpoint-rows.ts";
import { asKnown, NO_TABLE, nothingWithoutTable, quoted, rowsOf, withConnection } from "./connection.ts";
import { isThere, withoutKey } from "./table-questions.ts";
import { grantsOf, tryLogin } from "./try-login.ts";

export interface ProbeOptions {
  readonly login: DatabaseLogin;
  readonly timeoutMs: number;
}

/** Read-only questions with an account of few rights (docs/database-accounts.md); a connection each, closed after it. */
export function createDownstreamProbe({ login, timeoutMs }: ProbeOptions): DownstreamProbe & MetaProbe {
  return {
    async globalCheckpoint(place, signal): Promise<CheckpointAnswer> {
      const asked = await withConnection(login, timeoutMs, signal, async (connection) => {
        const sql = `SELECT * FROM ${checkpointTable(place)} WHERE id = ? AND is_global = 1 LIMIT 1`;
        return (await rowsOf(connection, timeoutMs, sql, [place.source]))[0] ?? null;
      });
      if (asked.kind === "failed")
        return NO_TABLE.has(asked.number) ? { kind: "no-table" } : { kind: "not-known", why: asked.why };
      return asked.value === null ? { kind: "no-row" } : readGlobalRow(asked.value);
    },
    async checkpointRows(place, signal) {
      const asked = await withConnection<readonly CheckpointRow[]>(login, timeoutMs, signal, (connection) =>
        readCheckpointRows(connection, timeoutMs, place),
      );
      if (asked.kind === "failed" && NO_TABLE.has(asked.number)) return known([]);
      return asKnown(asked, `SELECT ON ${quoted(place.metaSchema)}.*`);
    },
    async unfinishedDdl(place, signal) {
      const asked = await withConnection(login, timeoutMs, signal, async (connection) => {
        const count = async (table: string, id: string, more = ""): Promise<number> => {
          const name = `${quoted(place.metaSchema)}.${quoted(`${place.task}_${table}`)}`;
          const sql = `SELECT COUNT(*) AS n FROM ${name} WHERE ${id} = ? ${more}`;
          // v1.0 and tasks that never merged shards have no such table: nothing is open then.
          const rows = await rowsOf(connection, timeoutMs, sql, [place.source]).catch(nothingWithoutTable);
          return Number(rows[0]?.n ?? 0);
        };
        const onlineDdls = await count("onlineddl", "id");
        return { onlineDdls, shardGroups: await count("syncer_sharding_meta", "source_id", "AND active_index > 0") };
      });
      return asKnown(asked, `SELECT ON ${quoted(place.metaSchema)}.*`);
    },
    tablesWithoutKey: async (tables, signal) =>
      asKnown(
        await withConnection(login, timeoutMs, signal, (connection) => withoutKey(connection, timeoutMs, tables)),
        "SELECT on the replicated tables",
      ),
    tryLogin: (tried, signal) => tryLogin(tried, timeoutMs, signal),
    grantsOf: (asking, signal) => grantsOf(asking, timeoutMs, signal),
    async tableExists(table, signal) {
      const asked = await withConnection(login, timeoutMs, signal, (connection) => isThere(connection, timeoutMs, table));
      return asKnown(asked, `SELECT ON ${quoted(table.schema)}.${quoted(table.table)}`);
    },
  };
}

/** DM takes a global row at or before ("", 4) without a GTID set for fresh (dm-facts §4). */
function readGlobalRow(row: Readonly<Record<string, unknown>>): CheckpointAnswer {
  const file = String(row.binlog_name ?? "");
  const position = Number(row.binlog_pos ?? 0);
  const gtid = String(row.binlog_gtid ?? "");
  return file === "" && position <= 4 && gtid === "" ? { kind: "fresh" } : { kind: "row", file, position, gtid };
}
