import type { PlanStore } from "../../app/ports/store.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import type { Db } from "./engine.ts";

export function plansOf(db: Db): PlanStore {
  const select = () => db.selectFrom("plans").select(["body", "version"]);
  const read = (row: { body: string; version: number }): Plan => ({
    ...(JSON.parse(row.body) as Plan),
    version: Number(row.version),
  });
  return {
    async insert(plan) {
      const { id, incident, createdAt, version } = plan;
      await db
        .insertInto("plans")
        .values({ id, incident, state: plan.state.kind, created_at: createdAt, version, body: JSON.stringify(plan) })
        .execute();
    },
    async update(plan) {
      const { id, version } = plan;
      const body = JSON.stringify({ ...plan, version: version + 1 });
      const result = await db
        .updateTable("plans")
        .set({ state: plan.state.kind, version: version + 1, body })
        .where("id", "=", id)
        .where("version", "=", version)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n ? "stored" : "changed-meanwhile";
    },
    async get(id) {
      const row = await select().where("id", "=", id).executeTakeFirst();
      return row ? read(row) : null;
    },
    async open() {
      return (await select().where("state", "=", "open").orderBy("created_at").execute()).map(read);
    },
  };
}
