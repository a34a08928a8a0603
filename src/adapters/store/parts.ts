import { sql } from "kysely";
import type { Hashing } from "../../app/ports/identifiers.ts";
import type { KeptTexts, StoreParts } from "../../app/ports/store.ts";
import { auditOf } from "./audit.ts";
import { clicksOf } from "./clicks.ts";
import type { Db, Engine } from "./engine.ts";
import { inboxOf } from "./inbox.ts";
import { incidentsOf } from "./incidents.ts";
import { leasesOf } from "./leases.ts";
import { outboxOf } from "./outbox.ts";
import { plansOf } from "./plans.ts";
import { recordsOf } from "./records.ts";
import { runsOf } from "./runs.ts";

/** All repositories over one database handle or one transaction of it. */
export function partsOf(db: Db, engine: Engine, hashing: Hashing): StoreParts {
  return {
    inbox: inboxOf(db, engine),
    incidents: incidentsOf(db),
    plans: plansOf(db),
    runs: runsOf(db, engine),
    audit: auditOf(db, engine, hashing),
    outbox: outboxOf(db, engine),
    clicks: clicksOf(db, engine),
    leases: leasesOf(db, engine),
    kept: keptOf(db, engine),
    records: recordsOf(db),
    async nextNumber(series) {
      await db.updateTable("numbers").set({ last: sql`last + 1` }).where("series", "=", series).execute();
      const row = await db.selectFrom("numbers").select("last").where("series", "=", series).executeTakeFirstOrThrow();
      return Number(row.last);
    },
  };
}

function keptOf(db: Db, engine: Engine): KeptTexts {
  return {
    async put(name, text) {
      const update = () => db.updateTable("kept").set({ body: text }).where("name", "=", name).executeTakeFirst();
      if ((await update()).numUpdatedRows > 0n) return;
      try {
        await db.insertInto("kept").values({ name, body: text }).execute();
      } catch (error) {
        if (!engine.isDuplicate(error)) throw error;
        await update();
      }
    },
    async get(name) {
      const row = await db.selectFrom("kept").select("body").where("name", "=", name).executeTakeFirst();
      return row?.body ?? null;
    },
  };
}
