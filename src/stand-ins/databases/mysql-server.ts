import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import {
  AUTOCOMMIT,
  binaryRow,
  column,
  greeting,
  IN_TRANSACTION,
  lenenc,
  packets,
  parameters,
  placeholders,
  textRow,
  typesOf,
  type Value,
  whoIs,
  writePayload,
} from "./wire.ts";

export type Answer =
  | { readonly kind: "rows"; readonly columns: readonly string[]; readonly rows: readonly (readonly Value[])[] }
  | { readonly kind: "ok"; readonly affectedRows?: number; readonly insertId?: number; readonly inTransaction?: boolean }
  | { readonly kind: "error"; readonly code: number; readonly state: string; readonly message: string };
export type Session = { readonly id: number; user: string; database: string };
/** Answers one statement; called for one statement of a session at a time, in order. */
export type Ask = (sql: string, values: readonly Value[], session: Session) => Answer | Promise<Answer>;

export interface MysqlServer {
  readonly port: number;
  isUp(): boolean;
  /** Stops listening and cuts every connection. */
  die(): Promise<void>;
  /** Listens on the same port again. */
  comeBack(): Promise<void>;
  /** Takes statements and answers none until told otherwise. */
  hang(hanging: boolean): void;
  /** Everybody who is logged in, and what they ask just now. */
  sessions(): readonly Visit[];
  /** Cuts one connection; false when there is none of that number. */
  kill(id: number): boolean;
  stop(): Promise<void>;
}

export interface Visit {
  readonly session: Session;
  readonly address: string;
  readonly asks: string | null;
}

const COMMANDS = {
  quit: 1,
  initDb: 2,
  query: 3,
  ping: 14,
  prepare: 22,
  execute: 23,
  close: 25,
  resetStatement: 26,
  resetConnection: 31,
} as const;

export interface MysqlServerOptions {
  readonly ask: Ask;
  /** Whether a client may choose this database; without it every name will do. */
  readonly hasDatabase?: (name: string) => boolean;
  /** Told when a session's connection is gone, or asks to begin anew. */
  readonly ended?: (session: Session) => void;
  readonly version: string;
  /** Passwords by user; without it every login works. */
  readonly users?: Readonly<Record<string, string>>;
  readonly port?: number;
}

/** A server on 127.0.0.1 that speaks MySQL's protocol: text and prepared statements, errors, native password authentication. */
export async function startMysqlServer(options: MysqlServerOptions): Promise<MysqlServer> {
  const open = new Map<Socket, { readonly session: Session; readonly address: string; asks: string | null }>();
  let sessions = 0;
  let hanging = false;
  let port = options.port ?? 0;
  let server: Server | null = null;

  async function listen(): Promise<void> {
    const fresh = createServer({ noDelay: true }, (socket) => {
      const session: Session = { id: ++sessions, user: "", database: "" };
      const visit = { session, address: `127.0.0.1:${socket.remotePort}`, asks: null as string | null };
      open.set(socket, visit);
      socket.on("error", () => {}).on("close", () => open.delete(socket)); // a client that vanishes is no crash of ours
      socket.on("close", () => options.ended?.(session));
      const asked: Ask = async (sql, values, of) => {
        visit.asks = sql;
        try {
          return await options.ask(sql, values, of);
        } finally {
          visit.asks = null;
        }
      };
      void serve(socket, session, { ...options, ask: asked }, () => hanging).catch(() => socket.destroy());
    });
    fresh.listen(port, "127.0.0.1");
    await once(fresh, "listening");
    port = (fresh.address() as { port: number }).port;
    server = fresh;
  }
  async function die(): Promise<void> {
    const closing = server;
    server = null;
    for (const socket of open.keys()) socket.destroy();
    if (closing) await new Promise<void>((done) => closing.close(() => done()));
  }

  await listen();
  return {
    port,
    isUp: () => server !== null,
    die,
    comeBack: async () => (server ? undefined : listen()),
    hang: (now) => {
      hanging = now;
    },
    sessions: () => [...open.values()],
    kill(id) {
      const [socket] = [...open].find(([, { session }]) => session.id === id) ?? [];
      socket?.destroy();
      return socket !== undefined;
    },
    stop: die,
  };
}

async function serve(socket: Socket, session: Session, options: MysqlServerOptions, isHanging: () => boolean): Promise<void> {
  const prepared = new Map<number, { readonly sql: string; readonly count: number; types: number[] }>();
  const salt = Buffer.from(randomBytes(20).map((byte) => byte & 0x7f || 1));
  let sequence = 0;
  let statements = 0;
  let isIn = false;
  const send = (...parts: Buffer[]): void => {
    sequence = writePayload(socket, Buffer.concat(parts), sequence);
  };
  const ok = (rows = 0, status = AUTOCOMMIT, insertId = 0): void =>
    send(Buffer.from([0]), lenenc(rows), lenenc(insertId), Buffer.from([status, 0, 0, 0]));
  const eof = (): void => send(Buffer.from([0xfe, 0, 0, AUTOCOMMIT, 0]));
  const fail = (code: number, state: string, message: string): void =>
    send(Buffer.from([0xff, code & 255, code >> 8]), Buffer.from(`#${state}${message}`));

  const mayChoose = (database: string): boolean => database === "" || (options.hasDatabase?.(database) ?? true);

  function say(answer: Answer, binary: boolean): void {
    if (answer.kind === "error") fail(answer.code, answer.state, answer.message);
    else if (answer.kind === "ok")
      ok(answer.affectedRows, AUTOCOMMIT | (answer.inTransaction ? IN_TRANSACTION : 0), answer.insertId);
    else sayRows(answer, binary);
  }
  function sayRows(answer: Extract<Answer, { kind: "rows" }>, binary: boolean): void {
    send(lenenc(answer.columns.length));
    const types = typesOf(answer.columns, answer.rows);
    for (const [index, name] of answer.columns.entries()) send(column(name, types[index]));
    eof();
    for (const row of answer.rows) send(binary ? binaryRow(row, types) : textRow(row));
    eof();
  }
  function prepare(sql: string): void {
    const count = placeholders(sql);
    prepared.set(++statements, { sql, count, types: [] });
    const head = Buffer.alloc(12);
    head.writeUInt32LE(statements, 1);
    head.writeUInt16LE(count, 7); // columns: 0, told with the rows
    send(head);
    if (count === 0) return;
    for (let index = 0; index < count; index++) send(column("?"));
    eof();
  }
  async function command(body: Buffer): Promise<void> {
    const text = body.toString("utf8", 1);
    switch (body[0]) {
      case COMMANDS.quit:
        socket.end();
        return;
      case COMMANDS.initDb:
        if (!mayChoose(text)) return fail(1049, "42000", `Unknown database '${text}'`);
        session.database = text;
        return ok();
      case COMMANDS.resetConnection:
        options.ended?.(session);
        return ok();
      case COMMANDS.ping:
      case COMMANDS.resetStatement:
        return ok();
      case COMMANDS.close:
        prepared.delete(body.readUInt32LE(1));
        return; // has no answer
      case COMMANDS.query:
        return say(await options.ask(text, [], session), false);
      case COMMANDS.prepare:
        return prepare(text);
      case COMMANDS.execute: {
        const statement = prepared.get(body.readUInt32LE(1));
        if (!statement) return fail(1243, "HY000", "Unknown prepared statement handler");
        return say(await options.ask(statement.sql, parameters(body, statement), session), true);
      }
      default:
        return fail(1047, "08S01", `Unknown command ${body[0]}`);
    }
  }

  send(greeting(session.id, options.version, salt));
  for await (const { number, body } of packets(socket)) {
    sequence = number + 1;
    if (isHanging()) continue;
    if (isIn) {
      await command(body).catch((error: unknown) => fail(1105, "HY000", String(error)));
      continue;
    }
    const who = whoIs(body);
    if (!mayIn(options.users, who.user, who.scramble, salt)) {
      fail(
        1045,
        "28000",
        `Access denied for user '${who.user}'@'127.0.0.1' (using password: ${who.scramble.length > 0 ? "YES" : "NO"})`,
      );
      socket.end();
      return;
    }
    if (!mayChoose(who.database)) {
      fail(1049, "42000", `Unknown database '${who.database}'`);
      socket.end();
      return;
    }
    isIn = true;
    Object.assign(session, { user: who.user, database: who.database });
    ok();
  }
}

/** mysql_native_password: SHA1(password) XOR SHA1(salt + SHA1(SHA1(password))). */
function mayIn(users: MysqlServerOptions["users"], user: string, scramble: Buffer, salt: Buffer): boolean {
  if (!users) return true;
  const password = users[user];
  if (password === undefined) return false;
  if (password === "") return scramble.length === 0;
  const sha1 = (...parts: Buffer[]) => createHash("sha1").update(Buffer.concat(parts)).digest();
  const once1 = sha1(Buffer.from(password));
  const mask = sha1(salt, sha1(once1));
  return scramble.equals(Buffer.from(once1.map((byte, index) => byte ^ mask[index]!)));
}
