import { setTimeout as wait } from "node:timers/promises";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import type { Board, BoardCell, Workspace } from "../stand-ins/slack/workspace.ts";
import type { WatchedRow } from "./scenarios/scenario.ts";
import type { DmStage } from "./stage.ts";

const READ_EVERY_MS = 800;
const NOTE =
  "Read from both stand-in databases every second, past the bot. What is pretended: databases and DM are stand-ins, and a binlog file's size is only told; no 4 GiB are written.";

interface Side {
  readonly count: number;
  readonly ids: ReadonlySet<number>;
}

/**
 * Shows which rows of `shop.orders` are upstream and downstream, read from the databases themselves, until it is called. A side that
 * does not answer is shown as not known.
 */
export function showRows(workspace: Workspace, stage: DmStage, watched: readonly WatchedRow[]): () => Promise<void> {
  const [upstream] = Object.values(stage.upstreams);
  const up = reader(upstream!.port, stage, watched);
  const down = reader(stage.downstream.port, stage, watched);
  const ending = new AbortController();
  async function look(): Promise<void> {
    while (!ending.signal.aborted) {
      workspace.setBoard(boardOf(watched, await up.read(), await down.read()));
      await wait(READ_EVERY_MS, undefined, { signal: ending.signal }).catch(() => {}); // ended: the loop sees it
    }
  }
  const looking = look();
  return async () => {
    ending.abort();
    await looking;
    up.close();
    down.close();
  };
}

function reader(port: number, { accounts }: DmStage, watched: readonly WatchedRow[]) {
  let connection: Connection | null = null;
  const close = (): void => {
    connection?.destroy();
    connection = null;
  };
  async function read(): Promise<Side | null> {
    try {
      connection ??= await createConnection({ host: "127.0.0.1", port, ...accounts.probe, connectTimeout: 2_000 });
      const [counted] = await connection.query<RowDataPacket[]>("SELECT COUNT(*) AS n FROM shop.orders");
      const asked = watched.map(({ id }) => id);
      const [found] = await connection.query<RowDataPacket[]>("SELECT id FROM shop.orders WHERE id IN (?)", [asked]);
      return { count: Number(counted[0]?.n), ids: new Set(found.map((row) => Number(row.id))) };
    } catch {
      close(); // the next look connects anew
      return null;
    }
  }
  return { read, close };
}

/** Rows that are on neither side yet are not shown. */
export function boardOf(watched: readonly WatchedRow[], up: Side | null, down: Side | null): Board {
  const known = watched.filter(({ id }) => up?.ids.has(id) || down?.ids.has(id));
  const rows = known.map(({ id, name }) => [cell(`${id} · ${name}`), presence(up, id), presence(down, id)]);
  const total = [cell("all rows"), cell(String(up?.count ?? "not known")), cell(String(down?.count ?? "not known"))];
  const summary = summaryOf(known, up, down);
  return {
    title: "Rows of shop.orders",
    summary,
    columns: ["row", "upstream", "downstream"],
    rows: [...rows, total],
    note: NOTE,
  };
}

function summaryOf(known: readonly WatchedRow[], up: Side | null, down: Side | null): string {
  if (up === null || down === null) return "one side does not answer";
  const missing = known.filter(({ id }) => !down.ids.has(id));
  const [first] = missing;
  if (!first) return known.length === 0 ? "orders come in" : "all are on both sides";
  return missing.length === 1 ? `${shortName(first)} is not downstream` : `${missing.length} rows are not downstream`;
}

const shortName = ({ name }: WatchedRow): string => name.split(",")[0]!;

const cell = (text: string, tone: BoardCell["tone"] = "plain"): BoardCell => ({ text, tone });

function presence(side: Side | null, id: number): BoardCell {
  if (side === null) return cell("not known");
  return side.ids.has(id) ? cell("✓ there", "good") : cell("✗ not there", "bad");
}
