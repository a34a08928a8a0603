import { sql } from "kysely";
import type { RunStore } from "../../app/ports/store.ts";
import type { Run, RunLock } from "../../domain/run/run.ts";
import type { Db, Engine } from "./engine.ts";

/** The lease whose fence guards the writes of runs. */
export const ACTIVE_LEASE = "active";

export function runsOf(db: Db, engine: Engine): RunStore {
  const select = () => db.selectFrom("runs").select(["body", "version"]);
  const read = (row: { body: string; version: number }): Run => ({
    ...(JSON.parse(row.body) as Run),
    version: Number(row.version),
  });
  const asLock = (row: { cluster: string; what: string; name: string }): RunLock => ({
    cluster: row.cluster,
    what: row.what as RunLock["what"],
    name: row.name,
  });
  return {
    async insert(run, locks) {
      for (const { cluster, what, name } of locks) {
        // Looked at first, so that a blocked run says by whom without a failed statement inside the transaction; the key still decides.
        const held = await db
          .selectFrom("run_locks")
          .selectAll()
          .where("cluster", "=", cluster)
          .where("what", "=", what)
          .where("name", "=", name)
          .modifyEnd(engine.forUpdate)
          .executeTakeFirst();
        if (held) return { kind: "blocked", by: { run: held.run, lock: asLock(held) } };
      }
      for (const { cluster, what, name } of locks)
        await db.insertInto("run_locks").values({ cluster, what, name, run: run.id }).execute();
      const { id, plan, state, startedAt, version } = run;
      await db
        .insertInto("runs")
        .values({
          id,
          plan: plan.id,
          cluster: plan.cluster,
          state: state.kind,
          started_at: startedAt,
          version,
          body: JSON.stringify(run),
        })
        .execute();
      return { kind: "inserted" };
    },
    async update(run, fence) {
      const { id, version } = run;
      const body = JSON.stringify({ ...run, version: version + 1 });
      const update = db
        .updateTable("runs")
        .set({ state: run.state.kind, version: version + 1, body })
        .where("id", "=", id)
        .where("version", "=", version);
      const fenced =
        fence === null ? update : update.where(sql<boolean>`(SELECT fence FROM leases WHERE name = ${ACTIVE_LEASE}) = ${fence}`);
      const result = await fenced.executeTakeFirst();
      if (result.numUpdatedRows === 1n) return "stored";
      const now = await db.selectFrom("leases").select("fence").where("name", "=", ACTIVE_LEASE).executeTakeFirst();
      return fence !== null && Number(now?.fence ?? 0) !== fence ? "fenced-off" : "changed-meanwhile";
    },
    async releaseLocks(run) {
      await db.deleteFrom("run_locks").where("run", "=", run).execute();
    },
    async get(id) {
      const row = await select().where("id", "=", id).executeTakeFirst();
      return row ? read(row) : null;
    },
    async unfinished() {
      return (await select().where("state", "=", "running").orderBy("started_at").execute()).map(read);
    },
    async needingPerson() {
      return (await select().where("state", "=", "needs-person").orderBy("started_at").execute()).map(read);
    },
    async ofPlan(plan) {
      const row = await select().where("plan", "=", plan).executeTakeFirst();
      return row ? read(row) : null;
    },
    async recent(limit, cluster) {
      const rows = await select()
        .$if(cluster !== undefined, (query) => query.where("cluster", "=", cluster!))
        .orderBy("started_at", "desc")
        .limit(limit)
        .execute();
      return rows.map(read);
    },
    async locks() {
      const rows = await db.selectFrom("run_locks").selectAll().execute();
      return rows.map((row) => ({ run: row.run, lock: asLock(row) }));
    },
  };
}
