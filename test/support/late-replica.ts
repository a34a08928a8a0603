import { setTimeout as wait } from "node:timers/promises";
import type { RowDataPacket } from "mysql2/promise";
import type { UpstreamPosition } from "../../src/domain/comparison/comparison.ts";
import { isPast, type RowStage } from "./row-stage.ts";

export interface LateReplica {
  /** Executes upstream now, and downstream later; `lost` never reaches the downstream, though the position passes it. */
  write(sql: string, fate?: "lost"): Promise<void>;
  hasPassed(source: string, position: UpstreamPosition): Promise<boolean>;
  /** Resolves when everything written so far is below. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/** What DM's syncer is to a comparison: statements arrive in order, some time later, and a position tells how far. */
export function startLateReplica({ up, down }: Pick<RowStage, "up" | "down">, lateMs: number): LateReplica {
  const queue: { readonly sql: string | null; readonly position: UpstreamPosition; readonly due: number }[] = [];
  let applied: UpstreamPosition = { file: "", position: 0, gtid: "" };
  let written = applied;
  let running = true;
  const loop = (async () => {
    while (running || queue.length > 0) {
      const next = queue[0];
      if (!next || (running && next.due > performance.now())) {
        await wait(2);
        continue;
      }
      if (next.sql !== null) await down.query(next.sql);
      applied = next.position;
      queue.shift();
    }
  })();
  return {
    async write(sql, fate) {
      await up.query(sql);
      const [[status]] = await up.query<RowDataPacket[]>("SHOW MASTER STATUS");
      written = { file: String(status!.File), position: Number(status!.Position), gtid: "" };
      queue.push({ sql: fate === "lost" ? null : sql, position: written, due: performance.now() + lateMs });
    },
    // With nothing written the upstream's end is passed already, wherever it is.
    hasPassed: async (_, position) => isPast(applied, position) || (queue.length === 0 && isPast(applied, written)),
    async caughtUp() {
      while (queue.length > 0) await wait(2);
    },
    async stop() {
      running = false;
      await loop;
    },
  };
}
