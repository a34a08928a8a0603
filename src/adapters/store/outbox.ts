import { sql } from "kysely";
import type { Outbox, OutboxMessage } from "../../app/ports/store.ts";
import type { Document } from "../../domain/wording/document.ts";
import type { Db, Engine } from "./engine.ts";
import type { Tables } from "./tables.ts";

export function outboxOf(db: Db, engine: Engine): Outbox {
  const byKey = (key: string) => db.updateTable("outbox").where("message_key", "=", key);
  return {
    async wish({ key, channel, threadOf, document, urgency, at }) {
      const body = JSON.stringify(document);
      const update = async (): Promise<boolean> => {
        const changed = await byKey(key)
          .set({
            body,
            urgency,
            wish: sql`wish + 1`,
            state: sql`CASE WHEN state = 'sending' THEN state ELSE 'waiting' END`,
            wished_at: at,
            attempts: 0,
          })
          .executeTakeFirst();
        return changed.numUpdatedRows > 0n;
      };
      if (await update()) return;
      const first = {
        message_key: key,
        channel,
        thread_of: threadOf,
        body,
        urgency,
        wished_at: at,
        wish: 1,
        sent_wish: 0,
        state: "waiting",
        uncertain: 0,
        repeated: 0,
        attempts: 0,
        not_before: 0,
        posted_channel: null,
        ts: null,
        last_error: null,
      };
      try {
        await db.insertInto("outbox").values(first).execute();
      } catch (error) {
        // Another copy wished it first, just now.
        if (!engine.isDuplicate(error)) throw error;
        await update();
      }
    },
    async due(now, limit) {
      const rows = await db
        .selectFrom("outbox")
        .selectAll()
        .where("state", "in", ["waiting", "sending"])
        .where("not_before", "<=", now)
        .where((eb) =>
          eb.or([
            eb("thread_of", "is", null),
            eb.exists(
              eb
                .selectFrom("outbox as parent")
                .select("parent.ts")
                .whereRef("parent.message_key", "=", "outbox.thread_of")
                .where("parent.ts", "is not", null),
            ),
          ]),
        )
        .orderBy("urgency")
        .orderBy("wished_at")
        .limit(limit)
        .execute();
      return rows.map(read);
    },
    async sending(key, now) {
      await byKey(key).set({ state: "sending", attempts: sql`attempts + 1`, not_before: now }).execute();
    },
    async sent(key, sentWish, channel, ts) {
      await byKey(key)
        .set({
          sent_wish: sentWish,
          posted_channel: channel,
          ts,
          uncertain: 0,
          attempts: 0,
          not_before: 0,
          last_error: null,
          state: sql`CASE WHEN wish > ${sentWish} THEN 'waiting' ELSE 'sent' END`,
        })
        .execute();
    },
    async retry(key, notBefore, why, uncertain) {
      const repeat = uncertain ? { uncertain: 1, repeated: sql<number>`repeated + 1` } : {};
      await byKey(key)
        .set({ state: "waiting", not_before: notBefore, last_error: why, ...repeat })
        .execute();
    },
    async failed(key, why) {
      await byKey(key).set({ state: "failed", last_error: why }).execute();
    },
    async get(key) {
      const row = await db.selectFrom("outbox").selectAll().where("message_key", "=", key).executeTakeFirst();
      return row ? read(row) : null;
    },
    async waiting() {
      const row = await db
        .selectFrom("outbox")
        .select((eb) => [eb.fn.countAll<number>().as("count"), eb.fn.min("wished_at").as("oldest")])
        .where("state", "in", ["waiting", "sending"])
        .executeTakeFirstOrThrow();
      return { count: Number(row.count), oldestAt: row.oldest === null ? null : Number(row.oldest) };
    },
    async byAddress(channel, ts) {
      const row = await db
        .selectFrom("outbox")
        .selectAll()
        .where("posted_channel", "=", channel)
        .where("ts", "=", ts)
        .executeTakeFirst();
      return row ? read(row) : null;
    },
  };
}

function read(row: Tables["outbox"]): OutboxMessage {
  return {
    key: row.message_key,
    channel: row.posted_channel ?? row.channel,
    threadOf: row.thread_of,
    document: JSON.parse(row.body) as Document,
    urgency: Number(row.urgency) as OutboxMessage["urgency"],
    at: Number(row.wished_at),
    wish: Number(row.wish),
    sentWish: Number(row.sent_wish),
    state: row.state as OutboxMessage["state"],
    uncertain: Number(row.uncertain) === 1,
    repeated: Number(row.repeated) > 0,
    attempts: Number(row.attempts),
    notBefore: Number(row.not_before),
    ts: row.ts,
    lastError: row.last_error,
  };
}
