import type { Inbox } from "../../app/ports/store.ts";
import type { Alert } from "../../domain/alert/alert.ts";
import type { Db, Engine } from "./engine.ts";

export function inboxOf(db: Db, engine: Engine): Inbox {
  return {
    async put(alerts) {
      let stored = 0;
      for (const alert of alerts) {
        try {
          await db
            .insertInto("inbox")
            .values({
              fingerprint: alert.fingerprint,
              starts_at: alert.startsAt,
              status: alert.status,
              received_at: alert.receivedAt,
              body: JSON.stringify(alert),
              handled_at: null,
            })
            .execute();
          stored++;
        } catch (error) {
          if (!engine.isDuplicate(error)) throw error;
        }
      }
      return stored;
    },
    async waiting(limit) {
      const rows = await db
        .selectFrom("inbox")
        .select(["id", "body"])
        .where("handled_at", "is", null)
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map((row) => ({ id: Number(row.id), alert: JSON.parse(row.body) as Alert }));
    },
    async handled(ids, at) {
      if (ids.length > 0)
        await db
          .updateTable("inbox")
          .set({ handled_at: at })
          .where("id", "in", [...ids])
          .execute();
    },
    async countWaiting() {
      const row = await db
        .selectFrom("inbox")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .where("handled_at", "is", null)
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
    async forgetHandledBefore(at) {
      const result = await db
        .deleteFrom("inbox")
        .where("handled_at", "is not", null)
        .where("received_at", "<", at)
        .executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}
