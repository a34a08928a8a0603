import { AsyncLocalStorage } from "node:async_hooks";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Kysely, sql } from "kysely";
import type { Hashing } from "../../app/ports/identifiers.ts";
import type { Store, StoreParts } from "../../app/ports/store.ts";
import type { Db, Engine } from "./engine.ts";
import { migrate } from "./migrations.ts";
import { nodeSqliteDialect } from "./node-sqlite-dialect.ts";
import { partsOf } from "./parts.ts";
import type { Tables } from "./tables.ts";
import { partsWhileBusy, whileBusy } from "./while-busy.ts";

const SQLITE: Engine = {
  name: "sqlite",
  forUpdate: sql``,
  // SQLite's clock is the machine's; every process on the same file shares it.
  now: async () => Date.now(),
  isDuplicate: (error) => error instanceof Error && /UNIQUE constraint failed/.test(error.message),
};

/** The embedded store: one file (or `:memory:`), no service. A second process on the same file waits up to 10 s for the writer, without holding up its own event loop. */
export async function openSqliteStore({ file, hashing }: { readonly file: string; readonly hashing: Hashing }): Promise<Store> {
  if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db: Db = new Kysely<Tables>({ dialect: nodeSqliteDialect(file) });
  await whileBusy(() => migrate(db, SQLITE));
  const inTransaction = new AsyncLocalStorage<true>();
  // Several statements of one repository call (take, append, nextNumber) must be one transaction also when called by themselves.
  const alone = (work: (tx: StoreParts) => Promise<unknown>) => transaction(work);
  async function transaction<T>(work: (tx: StoreParts) => Promise<T>): Promise<T> {
    if (inTransaction.getStore()) throw new Error("a transaction must use its own parts, not the store");
    return inTransaction.run(true, () =>
      whileBusy(() =>
        db.transaction().execute(async (tx) => {
          // Take the write lock at once: a read that turns into a write could fail half-way otherwise.
          await sql`UPDATE numbers SET last = last WHERE series = ''`.execute(tx);
          return work(partsOf(tx, SQLITE, hashing));
        }),
      ),
    );
  }
  return { ...wrapSeveral(partsWhileBusy(partsOf(db, SQLITE, hashing)), alone), transaction, close: () => db.destroy() };
}

/** Calls that take several statements become transactions of their own when made outside one. */
export function wrapSeveral(
  parts: StoreParts,
  alone: (work: (tx: StoreParts) => Promise<unknown>) => Promise<unknown>,
): StoreParts {
  const run = <T>(work: (tx: StoreParts) => Promise<T>): Promise<T> => alone(work) as Promise<T>;
  return {
    ...parts,
    nextNumber: (series) => run((tx) => tx.nextNumber(series)),
    inbox: { ...parts.inbox, put: (alerts) => run((tx) => tx.inbox.put(alerts)) },
    runs: { ...parts.runs, insert: (theRun, locks) => run((tx) => tx.runs.insert(theRun, locks)) },
    audit: {
      ...parts.audit,
      append: (draft) => run((tx) => tx.audit.append(draft)),
      putHead: (head) => run((tx) => tx.audit.putHead(head)),
    },
    outbox: { ...parts.outbox, wish: (message) => run((tx) => tx.outbox.wish(message)) },
    leases: { ...parts.leases, take: (name, owner, seconds) => run((tx) => tx.leases.take(name, owner, seconds)) },
    kept: { ...parts.kept, put: (name, text) => run((tx) => tx.kept.put(name, text)) },
  };
}
