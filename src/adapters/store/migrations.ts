import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { INSTALLATION } from "../../app/ports/store.ts";
import type { Db, Engine } from "./engine.ts";

/**
 * Numbered, forward only. Every statement may be run twice, so that two copies that start at once cannot hurt each other; the
 * number is written last. Keys are bytes (binary collation): task names differ by case and accent.
 */
const MIGRATIONS: readonly ((types: Types) => readonly string[])[] = [
  ({ key, text, big, auto, options }) => [
    `CREATE TABLE IF NOT EXISTS inbox (id ${auto}, fingerprint ${key} NOT NULL, starts_at ${big} NOT NULL, status ${key} NOT NULL, received_at ${big} NOT NULL, body ${text} NOT NULL, handled_at ${big} NULL, UNIQUE (fingerprint, starts_at, status)) ${options}`,
    `CREATE TABLE IF NOT EXISTS incidents (id ${key} NOT NULL PRIMARY KEY, cluster ${key} NOT NULL, state ${key} NOT NULL, opened_at ${big} NOT NULL, version ${big} NOT NULL, body ${text} NOT NULL) ${options}`,
    `CREATE TABLE IF NOT EXISTS plans (id ${key} NOT NULL PRIMARY KEY, incident ${key} NULL, state ${key} NOT NULL, created_at ${big} NOT NULL, version ${big} NOT NULL, body ${text} NOT NULL) ${options}`,
    `CREATE TABLE IF NOT EXISTS runs (id ${key} NOT NULL PRIMARY KEY, plan ${key} NOT NULL UNIQUE, cluster ${key} NOT NULL, state ${key} NOT NULL, started_at ${big} NOT NULL, version ${big} NOT NULL, body ${text} NOT NULL) ${options}`,
    `CREATE TABLE IF NOT EXISTS run_locks (cluster ${key} NOT NULL, what ${key} NOT NULL, name ${key} NOT NULL, run ${key} NOT NULL, PRIMARY KEY (cluster, what, name)) ${options}`,
    `CREATE TABLE IF NOT EXISTS audit (sequence ${big} NOT NULL PRIMARY KEY, at ${big} NOT NULL, kind ${key} NOT NULL, task ${key} NULL, incident ${key} NULL, plan ${key} NULL, run ${key} NULL, body ${text} NOT NULL, previous_hash ${key} NOT NULL, hash ${key} NOT NULL) ${options}`,
    `CREATE TABLE IF NOT EXISTS audit_tail (id ${big} NOT NULL PRIMARY KEY, sequence ${big} NOT NULL, hash ${key} NOT NULL) ${options}`,
    `CREATE TABLE IF NOT EXISTS audit_heads (sequence ${big} NOT NULL PRIMARY KEY, at ${big} NOT NULL, hash ${key} NOT NULL, signature ${text} NOT NULL, key_id ${key} NOT NULL) ${options}`,
    `CREATE TABLE IF NOT EXISTS outbox (message_key ${key} NOT NULL PRIMARY KEY, channel ${key} NOT NULL, thread_of ${key} NULL, body ${text} NOT NULL, urgency ${big} NOT NULL, wished_at ${big} NOT NULL, wish ${big} NOT NULL, sent_wish ${big} NOT NULL, state ${key} NOT NULL, uncertain ${big} NOT NULL, repeated ${big} NOT NULL, attempts ${big} NOT NULL, not_before ${big} NOT NULL, posted_channel ${key} NULL, ts ${key} NULL, last_error ${text} NULL) ${options}`,
    `CREATE TABLE IF NOT EXISTS clicks (id ${key} NOT NULL PRIMARY KEY, at ${big} NOT NULL, body ${text} NOT NULL, outcome ${text} NULL, answered_at ${big} NULL) ${options}`,
    `CREATE TABLE IF NOT EXISTS leases (name ${key} NOT NULL PRIMARY KEY, owner ${key} NOT NULL, fence ${big} NOT NULL, expires_at ${big} NOT NULL) ${options}`,
    `CREATE TABLE IF NOT EXISTS kept (name ${key} NOT NULL PRIMARY KEY, body ${text} NOT NULL) ${options}`,
    `CREATE TABLE IF NOT EXISTS numbers (series ${key} NOT NULL PRIMARY KEY, last ${big} NOT NULL) ${options}`,
  ],
  ({ key, text, name, options }) => [
    `CREATE TABLE IF NOT EXISTS records (kind ${key} NOT NULL, name ${name} NOT NULL, body ${text} NOT NULL, PRIMARY KEY (kind, name)) ${options}`,
  ],
  // 3: which store this is.
  () => [],
];

const INDICES = [
  ["inbox_waiting", "inbox", "handled_at, id"],
  ["incidents_state", "incidents", "state, opened_at"],
  ["plans_state", "plans", "state, created_at"],
  ["plans_incident", "plans", "incident"],
  ["runs_state", "runs", "state, started_at"],
  ["run_locks_run", "run_locks", "run"],
  ["audit_task", "audit", "task, sequence"],
  ["audit_incident", "audit", "incident, sequence"],
  ["audit_run", "audit", "run, sequence"],
  ["audit_plan", "audit", "plan, sequence"],
  ["outbox_state", "outbox", "state, not_before"],
  ["outbox_address", "outbox", "posted_channel, ts"],
  ["clicks_waiting", "clicks", "answered_at, at"],
] as const;

interface Types {
  readonly key: string;
  /** Longer than a key: it may hold names of a task, a source and a file. */
  readonly name: string;
  readonly text: string;
  readonly big: string;
  readonly auto: string;
  readonly options: string;
}

const TYPES: Readonly<Record<Engine["name"], Types>> = {
  sqlite: { key: "TEXT", name: "TEXT", text: "TEXT", big: "INTEGER", auto: "INTEGER PRIMARY KEY AUTOINCREMENT", options: "" },
  mysql: {
    key: "VARCHAR(180)",
    name: "VARCHAR(500)",
    text: "LONGTEXT",
    big: "BIGINT",
    auto: "BIGINT AUTO_INCREMENT PRIMARY KEY",
    options: "DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
  },
};

/** Brings the tables to this code's version. Refuses a store that a newer dm-medic has written. */
export async function migrate(db: Db, engine: Engine): Promise<void> {
  await sql
    .raw(
      `CREATE TABLE IF NOT EXISTS migrations (number ${TYPES[engine.name].big} NOT NULL PRIMARY KEY, applied_at ${TYPES[engine.name].big} NOT NULL)`,
    )
    .execute(db);
  const applied = (await db.selectFrom("migrations").select("number").execute()).map((row) => Number(row.number));
  const newest = Math.max(0, ...applied);
  if (newest > MIGRATIONS.length) {
    throw new Error(
      `The store is at version ${newest}, this dm-medic knows ${MIGRATIONS.length}: start the newer dm-medic, or another store.`,
    );
  }
  for (const [index, statements] of MIGRATIONS.entries()) {
    if (applied.includes(index + 1)) continue;
    for (const statement of statements(TYPES[engine.name])) await sql.raw(statement).execute(db);
    if (index === 0) await createFirstRows(db, engine);
    if (index === 2)
      await ignoringDuplicate(
        engine,
        db
          .insertInto("kept")
          .values({ name: INSTALLATION, body: randomBytes(4).toString("hex") })
          .execute(),
      );
    if (index === 1)
      await ignoringDuplicate(engine, db.insertInto("numbers").values({ series: "comparison", last: 0 }).execute());
    await ignoringDuplicate(
      engine,
      db
        .insertInto("migrations")
        .values({ number: index + 1, applied_at: await engine.now(db) })
        .execute(),
    );
  }
}

async function createFirstRows(db: Db, engine: Engine): Promise<void> {
  for (const [name, table, columns] of INDICES) {
    const ifNotExists = engine.name === "sqlite" ? "IF NOT EXISTS " : "";
    await ignoringDuplicate(engine, sql.raw(`CREATE INDEX ${ifNotExists}${name} ON ${table} (${columns})`).execute(db));
  }
  await ignoringDuplicate(
    engine,
    db
      .insertInto("audit_tail")
      .values({ id: 1, sequence: 0, hash: "0".repeat(64) })
      .execute(),
  );
  for (const series of ["incident", "plan", "run"])
    await ignoringDuplicate(engine, db.insertInto("numbers").values({ series, last: 0 }).execute());
  if (engine.name === "sqlite") {
    for (const change of ["UPDATE", "DELETE"]) {
      await sql
        .raw(
          `CREATE TRIGGER IF NOT EXISTS audit_no_${change.toLowerCase()} BEFORE ${change} ON audit BEGIN SELECT RAISE(ABORT, 'the audit record is append-only'); END`,
        )
        .execute(db);
    }
  }
}

async function ignoringDuplicate(engine: Engine, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!engine.isDuplicate(error)) throw error;
  }
}
