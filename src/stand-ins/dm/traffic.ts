import type { RowDataPacket } from "mysql2/promise";
import { createConnection } from "mysql2/promise";
import type { Statement, UpstreamSide } from "./upstream-side.ts";

/** What applications write when nobody says what: rows of a shop. */
export const SHOP = `CREATE TABLE shop.orders (id BIGINT NOT NULL PRIMARY KEY, customer VARCHAR(64) NOT NULL,
  amount DECIMAL(10,2) NOT NULL, placed_at DATETIME NOT NULL)`;

/** Makes the shop where there is none; the next order's number, null where another table of that name stands. */
export async function openShop(side: UpstreamSide): Promise<number | null> {
  if (side.login === null) return null;
  const columns = await side.columnsOf("shop", "orders");
  if (columns.length === 0) {
    await side.write(["CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4"]);
    await side.write([SHOP]);
    return 1;
  }
  if (columns.join() !== "id,customer,amount,placed_at") return null;
  const connection = await createConnection(side.login);
  const [rows] = await connection.query<RowDataPacket[]>("SELECT MAX(id) AS last FROM shop.orders");
  await connection.end();
  return Number(rows[0]?.last ?? 0) + 1;
}

const CUSTOMERS = ["Ana", "Bo", "Chen", "Dina", "Emil", "Fay"];

export const orderNumber = (id: number, now: number): Statement => ({
  kind: "insert",
  schema: "shop",
  table: "orders",
  after: {
    id,
    customer: CUSTOMERS[id % CUSTOMERS.length]!,
    amount: `${(id * 7) % 90}.${String((id * 13) % 100).padStart(2, "0")}`,
    placed_at: new Date(now).toISOString().slice(0, 19).replace("T", " "),
  },
});
