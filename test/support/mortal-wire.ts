import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { Life } from "./life.ts";

/** A process's way to a database on 127.0.0.1: it may end `before` a statement is sent, or `after` the server has worked on it. */
export interface MortalWire {
  readonly port: number;
  /** From now on these connections are this process's. */
  belongsTo(life: Life | null): void;
  leadsTo(port: number): void;
  /** Statements so far, without values. */
  readonly said: readonly string[];
  /** The next (or n-th) statement that begins so is not passed on until it is let go: whoever sends it stands still there. */
  holdNext(statement: string, nth?: number): { readonly isHeld: Promise<void>; letGo(): void };
  stop(): Promise<void>;
}

const COM_QUERY = 3;

export async function startMortalWire(): Promise<MortalWire> {
  const open = new Set<Socket>();
  let life: Life | null = null;
  let target = 0;
  const said: string[] = [];
  let hold: { readonly statement: string; left: number; readonly held: () => void; readonly gone: Promise<void> } | null = null;
  const server = createServer((client) => {
    const database = connect(target, "127.0.0.1");
    const owner = life;
    let answering: string | null = null;
    const cut = (): void => {
      client.destroy();
      database.destroy();
    };
    /** True: the process has ended here, and the server sees its connections go. */
    const endsAt = (when: "before" | "after", words: string): boolean => {
      if (owner === null) return false;
      try {
        owner.reachAgain(when, words);
        return false;
      } catch {
        return true;
      }
    };
    owner?.atEnd(cut);
    for (const socket of [client, database]) {
      open.add(socket);
      socket.on("error", () => {}).on("close", () => open.delete(socket));
    }
    client.on("data", (chunk) => {
      const sql = chunk.length > 5 && chunk[4] === COM_QUERY ? pointOf(chunk.subarray(5).toString("utf8")) : null;
      if (sql !== null && endsAt("before", sql)) return;
      answering = sql ?? answering;
      if (sql !== null) said.push(sql);
      if (sql === null || hold === null || !sql.startsWith(hold.statement) || --hold.left > 0) return void database.write(chunk);
      const { held, gone } = hold;
      hold = null;
      held();
      void gone.then(() => database.writable && database.write(chunk));
    });
    database.on("data", (chunk) => {
      const sql = answering;
      answering = null;
      if (sql !== null && endsAt("after", sql)) return;
      client.write(chunk);
    });
    client.on("close", () => database.destroy());
    database.on("close", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    said,
    port: (server.address() as { port: number }).port,
    belongsTo: (owner) => {
      life = owner;
    },
    leadsTo: (port) => {
      target = port;
    },
    holdNext(statement, nth = 1) {
      const held = Promise.withResolvers<void>();
      const gone = Promise.withResolvers<void>();
      hold = { statement, left: nth, held: held.resolve, gone: gone.promise };
      return { isHeld: held.promise, letGo: gone.resolve };
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

/** null: nobody waits for its answer, so that what else is done meanwhile is chance. */
const pointOf = (sql: string): string | null => (sql === "SET SESSION wait_timeout = DEFAULT" ? null : wordsOf(sql));

/** The statement without its values and its store's own name, so that it has one name in every run. */
const wordsOf = (sql: string): string =>
  sql
    .replace(/'(?:[^'\\]|\\.|'')*'|0x[0-9a-f]+|\b\d+\b|(?<=_bak_)[0-9a-f]{4}/gi, "?")
    .replace(/\s+/g, " ")
    .slice(0, 90);
