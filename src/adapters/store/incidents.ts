import type { IncidentStore } from "../../app/ports/store.ts";
import type { Incident } from "../../domain/incident/incident.ts";
import type { Db } from "./engine.ts";

export function incidentsOf(db: Db): IncidentStore {
  const select = () => db.selectFrom("incidents").select(["body", "version"]);
  const read = (row: { body: string; version: number }): Incident => ({
    // Stored before there were treatments.
    ...{ treatments: {}, relapseOf: null },
    ...(JSON.parse(row.body) as Incident),
    version: Number(row.version),
  });
  return {
    async insert(incident) {
      const { id, cluster, state, openedAt, version } = incident;
      await db
        .insertInto("incidents")
        .values({ id, cluster, state, opened_at: openedAt, version, body: JSON.stringify(incident) })
        .execute();
    },
    async update(incident) {
      const { id, state, version } = incident;
      const body = JSON.stringify({ ...incident, version: version + 1 });
      const result = await db
        .updateTable("incidents")
        .set({ state, version: version + 1, body })
        .where("id", "=", id)
        .where("version", "=", version)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n ? "stored" : "changed-meanwhile";
    },
    async get(id) {
      const row = await select().where("id", "=", id).executeTakeFirst();
      return row ? read(row) : null;
    },
    async open(cluster) {
      const rows = await select()
        .where("state", "=", "open")
        .$if(cluster !== undefined, (query) => query.where("cluster", "=", cluster!))
        .orderBy("opened_at")
        .execute();
      return rows.map(read);
    },
    async recent(limit, cluster) {
      const rows = await select()
        .$if(cluster !== undefined, (query) => query.where("cluster", "=", cluster!))
        .orderBy("opened_at", "desc")
        .limit(limit)
        .execute();
      return rows.map(read);
    },
  };
}
