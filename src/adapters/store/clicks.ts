import type { ClickStore, StoredClick } from "../../app/ports/store.ts";
import type { Db, Engine } from "./engine.ts";

export function clicksOf(db: Db, engine: Engine): ClickStore {
  return {
    async put(click) {
      try {
        await db
          .insertInto("clicks")
          .values({ id: click.id, at: click.at, body: JSON.stringify(click), outcome: null, answered_at: null })
          .execute();
        return true;
      } catch (error) {
        if (engine.isDuplicate(error)) return false;
        throw error;
      }
    },
    async waiting(limit) {
      const rows = await db
        .selectFrom("clicks")
        .select("body")
        .where("answered_at", "is", null)
        .orderBy("at")
        .limit(limit)
        .execute();
      return rows.map((row) => JSON.parse(row.body) as StoredClick);
    },
    async answered(id, at, outcome) {
      await db.updateTable("clicks").set({ answered_at: at, outcome }).where("id", "=", id).execute();
    },
    async get(id) {
      const row = await db.selectFrom("clicks").select(["body", "outcome"]).where("id", "=", id).executeTakeFirst();
      return row ? { ...(JSON.parse(row.body) as StoredClick), outcome: row.outcome } : null;
    },
  };
}
