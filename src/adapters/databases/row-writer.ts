import type {
  DeleteCall,
  Deleted,
  DeleteOutcome,
  InsertCall,
  Inserted,
  InsertOutcome,
  RowFence,
  RowWriter,
  WriteEnd,
} from "../../app/ports/rows.ts";
import { type Key, keyId } from "../../domain/comparison/key.ts";
import { fingerprintsStatement } from "../../domain/comparison/row-statements.ts";
import { bytesLiteral, hexOfText, numberLiteral, quoted } from "../../domain/comparison/sql-text.ts";
import { deleteUnchangedStatement, insertStatement } from "../../domain/comparison/write-statements.ts";
import { textOf } from "./read-shapes.ts";
import { keyOf } from "./row-reader.ts";
import {
  createRowsSession,
  isBroken,
  isSlow,
  numberOf,
  type RowsSession,
  type RowsSessionOptions,
  wordsOf,
} from "./rows-session.ts";

const DUPLICATE: ReadonlySet<number> = new Set([1062, 1586]);
/** Deadlock, lock wait, conflict: the server has rolled all of it back, or may have. */
const ROLLED_BACK: ReadonlySet<number> = new Set([1205, 1213, 8002, 8022, 8028, 9007]);

export function createRowWriter(options: Omit<RowsSessionOptions, "access">): RowWriter {
  const session = createRowsSession({ ...options, access: "read-write" });
  const idleSeconds = Math.max(1, Math.ceil(options.statementTimeoutMs / 1_000));
  return {
    insert: (call, signal) =>
      transaction<InsertOutcome>(session, idleSeconds, call.fence, signal, async () => ({
        kind: "committed",
        rows: await insertRows(session, call, signal),
      })),
    deleteUnchanged: (call, signal) =>
      transaction<DeleteOutcome>(session, idleSeconds, call.fence, signal, async () => ({
        kind: "committed",
        rows: await deleteRows(session, call, signal),
      })),
    close: () => session.close(),
  };
}

/**
 * Fence, work, COMMIT. A broken connection before COMMIT leaves nothing; a COMMIT without an answer that says so is `unknown` (TiDB's
 * 8501 too). Whoever stands still inside it loses it to the server, which rolls back: the next owner must get the fence's row, and no
 * COMMIT may come when it has gone on. Between two transactions a session may wait long.
 */
async function transaction<T>(
  session: RowsSession,
  idleSeconds: number,
  fence: RowFence | null,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | WriteEnd> {
  const waitsLong = () => session.run("SET SESSION wait_timeout = DEFAULT", signal).catch(() => {});
  let done: T;
  try {
    await session.run(`SET SESSION wait_timeout = ${idleSeconds}`, signal);
    await session.run("START TRANSACTION", signal);
    const by = fence ? await takeFence(session, fence, signal) : null;
    if (by !== null) {
      await session.run("ROLLBACK", signal);
      await waitsLong();
      return { kind: "fenced-off", by };
    }
    done = await work();
  } catch (error) {
    if (!isBroken(error)) await session.run("ROLLBACK", signal).then(waitsLong, () => {});
    return { kind: "failed", why: wordsOf(error) };
  }
  try {
    await session.run("COMMIT", signal);
    // Told at once: between the COMMIT and its telling a row is nobody's.
    void waitsLong();
    return done;
  } catch (error) {
    const isRolledBack = !isBroken(error) && ROLLED_BACK.has(numberOf(error));
    return { kind: isRolledBack ? "failed" : "unknown", why: wordsOf(error) };
  }
}

/** null: it is ours now, and stays locked until the transaction ends. Otherwise the larger value that holds it. */
async function takeFence(
  session: RowsSession,
  { metaSchema, name, value }: RowFence,
  signal: AbortSignal,
): Promise<number | null> {
  const table = `${quoted(metaSchema)}.\`dm_medic_fence\``;
  const fence = numberLiteral(String(value));
  const who = `CONVERT(${bytesLiteral(hexOfText(name))} USING utf8mb4)`;
  await session.run(`INSERT IGNORE INTO ${table} (name, fence) VALUES (${who}, ${fence})`, signal);
  const answer = await session.read(`SELECT fence FROM ${table} WHERE name = ${who} FOR UPDATE`, signal);
  if (answer.kind === "failed") throw new Error(answer.detail);
  const [row] = answer.value;
  // IGNORE cuts a name that is too long: then nothing would be locked.
  if (!row) throw new Error("the fence's row cannot be made");
  const held = Number(textOf(row[0]));
  if (held > value) return held;
  await session.run(`UPDATE ${table} SET fence = ${fence} WHERE name = ${who}`, signal);
  return null;
}

async function insertRows(
  session: RowsSession,
  { table, plan, rows }: InsertCall,
  signal: AbortSignal,
): Promise<readonly Inserted[]> {
  const outcomes: (Inserted | { readonly kind: "is-in" })[] = [];
  for (const { values } of rows) {
    try {
      await session.run(insertStatement(table, plan, values), signal);
      outcomes.push({ kind: "is-in" });
    } catch (error) {
      const number = numberOf(error);
      // One refused row costs only itself; what ends the transaction, and a lock that was not given, is no row's fault.
      if (isBroken(error) || isSlow(error) || ROLLED_BACK.has(number)) throw error;
      outcomes.push(
        DUPLICATE.has(number) ? { kind: "there-already", detail: wordsOf(error) } : { kind: "refused", why: wordsOf(error) },
      );
    }
  }
  const inserted = rows.filter((_, at) => outcomes[at]!.kind === "is-in").map(({ key }) => key);
  const prints = await fingerprints(session, { table, plan, keys: inserted }, signal);
  return outcomes.map((outcome, at) => {
    if (outcome.kind !== "is-in") return outcome;
    const fingerprint = prints.get(keyId(rows[at]!.key));
    if (fingerprint === undefined) throw new Error("a row that was just inserted is not found by its key");
    return { kind: "inserted", fingerprint };
  });
}

async function fingerprints(
  session: RowsSession,
  { table, plan, keys }: Pick<InsertCall, "table" | "plan"> & { readonly keys: readonly Key[] },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (keys.length === 0) return new Map();
  const answer = await session.read(fingerprintsStatement(table, plan, keys), signal);
  if (answer.kind === "failed") throw new Error(answer.detail);
  return new Map(answer.value.map((row) => [keyId(keyOf(plan.key!, row)), textOf(row[plan.key!.length])]));
}

async function deleteRows(
  session: RowsSession,
  { table, plan, rows }: DeleteCall,
  signal: AbortSignal,
): Promise<readonly Deleted[]> {
  const outcomes: Deleted[] = [];
  for (const { key, fingerprint } of rows) {
    const count = await session.run(deleteUnchangedStatement(table, plan, key, fingerprint), signal);
    if (count > 0) outcomes.push("deleted");
    else outcomes.push((await fingerprints(session, { table, plan, keys: [key] }, signal)).size > 0 ? "changed" : "gone");
  }
  return outcomes;
}
