import type { Hashing } from "../../app/ports/identifiers.ts";
import type { AuditStore } from "../../app/ports/store.ts";
import type { AuditDraft, AuditEvent } from "../../domain/audit/audit-event.ts";
import { eventText } from "../../domain/audit/canonical.ts";
import type { Db, Engine } from "./engine.ts";

type Row = { body: string; sequence: number; previous_hash: string; hash: string };

/** There is no statement here that changes or removes an event, and on SQLite triggers refuse one. */
export function auditOf(db: Db, engine: Engine, hashing: Hashing): AuditStore {
  const select = () => db.selectFrom("audit").select(["body", "sequence", "previous_hash", "hash"]);
  const read = (row: Row): AuditEvent => ({
    ...(JSON.parse(row.body) as AuditDraft),
    sequence: Number(row.sequence),
    previousHash: row.previous_hash,
    hash: row.hash,
  });
  return {
    async append(draft) {
      const tail = await db
        .selectFrom("audit_tail")
        .select(["sequence", "hash"])
        .where("id", "=", 1)
        .modifyEnd(engine.forUpdate)
        .executeTakeFirstOrThrow();
      const sequence = Number(tail.sequence) + 1;
      const hash = hashing.sha256(eventText(draft, sequence, tail.hash));
      const { at, kind, task, incident, plan, run } = draft;
      await db
        .insertInto("audit")
        .values({ sequence, at, kind, task, incident, plan, run, body: JSON.stringify(draft), previous_hash: tail.hash, hash })
        .execute();
      await db.updateTable("audit_tail").set({ sequence, hash }).where("id", "=", 1).execute();
      return { ...draft, sequence, previousHash: tail.hash, hash };
    },
    async last() {
      const row = await select().orderBy("sequence", "desc").limit(1).executeTakeFirst();
      return row ? read(row) : null;
    },
    async count() {
      const row = await db
        .selectFrom("audit")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
    async read(from, limit) {
      return (await select().where("sequence", ">=", from).orderBy("sequence").limit(limit).execute()).map(read);
    },
    async about(filter, limit) {
      let query = select();
      for (const column of ["task", "incident", "run", "plan"] as const) {
        const value = filter[column];
        if (value !== undefined) query = query.where(column, "=", value);
      }
      return (await query.orderBy("sequence", "desc").limit(limit).execute()).map(read);
    },
    async putHead(head) {
      const { sequence, at, hash, signature, keyId } = head;
      const known = await db.selectFrom("audit_heads").select("sequence").where("sequence", "=", sequence).executeTakeFirst();
      if (!known) await db.insertInto("audit_heads").values({ sequence, at, hash, signature, key_id: keyId }).execute();
    },
    async heads() {
      const rows = await db.selectFrom("audit_heads").selectAll().orderBy("sequence").execute();
      return rows.map((row) => ({
        sequence: Number(row.sequence),
        hash: row.hash,
        at: Number(row.at),
        signature: row.signature,
        keyId: row.key_id,
      }));
    },
  };
}
