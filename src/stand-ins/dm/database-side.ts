import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { Binlog, type BinlogFile, binlogName, type Content } from "../databases/binlog.ts";
import type { Upstream } from "../databases/upstream.ts";
import { fileNumber, gtidNumber } from "./places.ts";
import { columnsOf, PLAIN_VALUES, runAndRecord } from "./record-writes.ts";
import type { Login, Statement, UpstreamSide } from "./upstream-side.ts";

/** A real MariaDB or MySQL as a source's upstream: its rows and binary logs are its own, the stand-in DM keeps what was written. */
export interface RealUpstream {
  /** May write, SHOW BINARY LOGS and FLUSH. */
  readonly login: Login;
  /** Makes a closed binlog file this large: the server is stopped, the file grown, the server started again on the same port. */
  readonly grow?: (file: string, sizeBytes: number) => Promise<void>;
}

interface Writing {
  readonly connect: () => Promise<Connection>;
  /** Logs what a transaction changed, after its commit. */
  readonly log: (contents: readonly Content[]) => Promise<void>;
}

/** One statement list at a time; a connection that broke is made anew by the next. */
function writer(login: Login) {
  let connection: Connection | null = null;
  let last: Promise<unknown> = Promise.resolve();
  async function connect(): Promise<Connection> {
    if (connection) return connection;
    const fresh = await createConnection({ ...login, ...PLAIN_VALUES, connectTimeout: 3_000, timezone: "Z" });
    fresh.on("error", () => {
      connection = null;
    });
    await fresh.query("SET time_zone = '+00:00'");
    connection = fresh;
    return fresh;
  }
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch((error: { fatal?: boolean }) => {
      if (error.fatal) connection = null;
    });
    return turn;
  }
  function drop(): void {
    connection?.destroy();
    connection = null;
  }
  async function close(): Promise<void> {
    await last;
    drop();
  }
  return { connect, inTurn, drop, close };
}

const run = async ({ connect, log }: Writing, statements: readonly Statement[], isRefused: boolean): Promise<void> =>
  runAndRecord(await connect(), statements, { isRefused, log });

/** A stand-in upstream: what is written through here is in its tables and in its binlog. */
export function standInSide(upstream: Upstream): UpstreamSide {
  const { binlog } = upstream;
  const login = { host: "127.0.0.1", port: upstream.port, ...upstream.owner };
  const { connect, inTurn, close } = writer(login);
  const writing: Writing = { connect, log: async (contents) => void binlog.append(contents) };
  return {
    ...{ binlog, login, close },
    isUp: () => upstream.isUp(),
    setUp: (isUp) => void (isUp ? upstream.comeBack() : upstream.die()),
    write: (statements, { isRefused = false } = {}) => inTurn(() => run(writing, statements, isRefused)),
    rotate: async () => binlog.rotate(),
    writeHuge: (parts) =>
      inTurn(async () => {
        await run(writing, parts, false);
        binlog.rotate();
      }),
    refresh: async () => {},
    columnsOf: async (schema, table) => columnsOf(await connect(), schema, table),
  };
}

/** Reads the server's files, GTIDs and position; throws when it is away. */
export async function openRealSide({ login, grow }: RealUpstream): Promise<UpstreamSide> {
  const { connect, inTurn, drop, close } = writer(login);
  const rows = async (sql: string): Promise<RowDataPacket[]> => (await (await connect()).query<RowDataPacket[]>(sql))[0];
  const binlog = new Binlog(await identity(rows));
  let isUp = true;

  async function lastGtid(): Promise<number> {
    const name = binlog.flavor === "mariadb" ? "gtid_binlog_pos" : "gtid_executed";
    return gtidNumber(String((await rows(`SELECT @@global.${name} AS g`))[0]?.g ?? ""));
  }
  async function listed(): Promise<BinlogFile[]> {
    const files: BinlogFile[] = [];
    for (const row of await rows("SHOW BINARY LOGS")) {
      const number = fileNumber(String(row.Log_name));
      const previousGtid = binlog.file(number)?.previousGtid ?? (await gtidBefore(String(row.Log_name)));
      files.push({ number, sizeBytes: Number(row.File_size), previousGtid });
    }
    return files;
  }
  async function gtidBefore(file: string): Promise<number> {
    const head = await rows(`SHOW BINLOG EVENTS IN '${file}' LIMIT 3`);
    const list = head.find((row) => /^(?:Gtid_list|Previous_gtids)$/i.test(String(row.Event_type)));
    return gtidNumber(String(list?.Info ?? "").replaceAll("]", ""));
  }
  async function refresh(): Promise<void> {
    binlog.mirror(await listed(), await lastGtid());
  }
  /** The transaction ends where the server stands now. */
  async function log(contents: readonly Content[]): Promise<void> {
    const before = binlog.end;
    const [files, gtid] = [await listed(), await lastGtid()];
    const active = files.at(-1)!;
    const start = active.number === before.file ? before.position : binlog.headBytes();
    binlog.mirror([...files.slice(0, -1), { ...active, sizeBytes: start }], before.gtid);
    binlog.append(contents, { end: active.sizeBytes, gtid });
  }
  async function writeHuge(parts: readonly Statement[]): Promise<void> {
    if (!grow) throw new Error("nobody told how this server's closed file is made larger");
    await refresh();
    const file = binlogName(binlog.end.file);
    await run({ connect, log: async (contents) => void binlog.append(contents, { gtid: await lastGtid() }) }, parts, false);
    const sizeBytes = binlog.end.position + 47;
    await (await connect()).query("FLUSH BINARY LOGS");
    drop(); // the server goes away on purpose
    await grow(file, sizeBytes);
    await refresh();
  }
  await refresh();
  return {
    ...{ binlog, login, close },
    isUp: () => isUp,
    setUp: (now) => {
      isUp = now;
    },
    write: (statements, { isRefused = false } = {}) =>
      inTurn(async () => {
        await refresh();
        await run({ connect, log }, statements, isRefused);
      }),
    rotate: () =>
      inTurn(async () => {
        await (await connect()).query("FLUSH BINARY LOGS");
        await refresh();
      }),
    writeHuge: (parts) => inTurn(() => writeHuge(parts)),
    refresh: () =>
      inTurn(async () => {
        try {
          await refresh();
          isUp = true;
        } catch (error) {
          isUp = false;
          throw error;
        }
      }).catch(() => {}), // an upstream that is away is seen by isUp
    columnsOf: async (schema, table) => columnsOf(await connect(), schema, table),
  };
}

async function identity(rows: (sql: string) => Promise<RowDataPacket[]>) {
  const [about] = await rows("SELECT @@version AS version, @@server_id AS id");
  const isMaria = /mariadb/i.test(String(about?.version));
  const [own] = await rows(isMaria ? "SELECT @@gtid_domain_id AS domain" : "SELECT @@server_uuid AS uuid, @@gtid_mode AS mode");
  return isMaria
    ? { flavor: "mariadb" as const, serverId: Number(about?.id), domain: Number(own?.domain) }
    : { flavor: "mysql" as const, serverId: Number(about?.id), uuid: String(own?.uuid), hasGtids: own?.mode === "ON" };
}
