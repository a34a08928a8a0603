import type { RecordBodies, RecordKind, RecordStore } from "../../app/ports/records.ts";
import type { Db } from "./engine.ts";

export function recordsOf(db: Db): RecordStore {
  return {
    async put(kind, name, body) {
      const text = JSON.stringify(body);
      const changed = await db
        .updateTable("records")
        .set({ body: text })
        .where("kind", "=", kind)
        .where("name", "=", name)
        .executeTakeFirst();
      if (changed.numUpdatedRows === 0n) await db.insertInto("records").values({ kind, name, body: text }).execute();
    },
    async get<Kind extends RecordKind>(kind: Kind, name: string) {
      const row = await db
        .selectFrom("records")
        .select("body")
        .where("kind", "=", kind)
        .where("name", "=", name)
        .executeTakeFirst();
      return row ? (JSON.parse(row.body) as RecordBodies[Kind]) : null;
    },
    async list<Kind extends RecordKind>(kind: Kind) {
      const rows = await db.selectFrom("records").select("body").where("kind", "=", kind).orderBy("name").execute();
      return rows.map(({ body }) => JSON.parse(body) as RecordBodies[Kind]);
    },
    async remove(kind, name) {
      await db.deleteFrom("records").where("kind", "=", kind).where("name", "=", name).execute();
    },
  };
}
