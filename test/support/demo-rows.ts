import { createConnection, type RowDataPacket } from "mysql2/promise";
import type { Demo } from "../../src/demo/demo.ts";

/** Ids of `shop.orders` in both of the demo's databases, and those that the page follows and the upstream has. */
export async function rowsOf({ stage, watched }: Demo) {
  const [source] = Object.values(stage.upstreams);
  const upstream = await idsAt(source!.port, stage.accounts.probe);
  const downstream = await idsAt(stage.downstream.port, stage.accounts.probe);
  return { upstream, downstream, watched: watched.map(({ id }) => id).filter((id) => upstream.includes(id)) };
}

async function idsAt(port: number, account: { readonly user: string; readonly password: string }): Promise<number[]> {
  const connection = await createConnection({ host: "127.0.0.1", port, ...account });
  try {
    const [rows] = await connection.query<RowDataPacket[]>("SELECT id FROM shop.orders");
    return rows.map(({ id }) => Number(id));
  } finally {
    connection.destroy();
  }
}
