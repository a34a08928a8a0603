import type { LeaseStore } from "../../app/ports/store.ts";
import type { Db, Engine } from "./engine.ts";

/** Leases live on the store's own clock, so that copies with wrong clocks agree about who is active. */
export function leasesOf(db: Db, engine: Engine): LeaseStore {
  return {
    async take(name, owner, seconds) {
      const now = await engine.now(db);
      const until = now + seconds * 1000;
      const held = await db
        .selectFrom("leases")
        .selectAll()
        .where("name", "=", name)
        .modifyEnd(engine.forUpdate)
        .executeTakeFirst();
      if (!held) {
        try {
          await db.insertInto("leases").values({ name, owner, fence: 1, expires_at: until }).execute();
          return { kind: "held", fence: 1 };
        } catch (error) {
          if (!engine.isDuplicate(error)) throw error;
          return { kind: "other", owner: "another copy, just now" };
        }
      }
      const ours = held.owner === owner && Number(held.expires_at) > now;
      if (!ours && Number(held.expires_at) > now) return { kind: "other", owner: held.owner };
      const fence = Number(held.fence) + (ours ? 0 : 1);
      const taken = await db
        .updateTable("leases")
        .set({ owner, fence, expires_at: until })
        .where("name", "=", name)
        .where("fence", "=", held.fence)
        .where("owner", "=", held.owner)
        .executeTakeFirst();
      return taken.numUpdatedRows === 1n ? { kind: "held", fence } : { kind: "other", owner: "another copy, just now" };
    },
    async isNewest(name, fence) {
      const held = await db
        .selectFrom("leases")
        .select("fence")
        .where("name", "=", name)
        .modifyEnd(engine.forUpdate)
        .executeTakeFirst();
      return held !== undefined && Number(held.fence) === fence;
    },
    async giveUp(name, owner) {
      await db.updateTable("leases").set({ expires_at: 0 }).where("name", "=", name).where("owner", "=", owner).execute();
    },
  };
}
