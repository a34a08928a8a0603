import { crc32 } from "node:zlib";
import type { RowReader, Rows, TableQuestion } from "../../app/ports/rows.ts";
import { canonicalJson } from "../../domain/comparison/canonical-json.ts";
import type { Checksum, KeyedChecksum } from "../../domain/comparison/checksum.ts";
import { type Key, keyId } from "../../domain/comparison/key.ts";
import {
  boundaryStatement,
  checksumStatement,
  jsonColumns,
  jsonStatement,
  keysStatement,
  rowsStatement,
} from "../../domain/comparison/row-statements.ts";
import { bytesLiteral } from "../../domain/comparison/sql-text.ts";
import type { KeyColumn, TablePlan } from "../../domain/comparison/table-plan.ts";
import type { TableShape } from "../../domain/comparison/table-shape.ts";
import { ORDER_PAIRS, type TextOrder } from "../../domain/comparison/text-order.ts";
import { readPosition } from "./read-position.ts";
import { columnsStatement, indexesStatement, shapesOf, TABLES, textOf } from "./read-shapes.ts";
import { createRowsSession, type RawRow, type RowsSession, type RowsSessionOptions } from "./rows-session.ts";

export function createRowReader(options: Omit<RowsSessionOptions, "access">): RowReader {
  const session = createRowsSession({ ...options, access: "read-only" });
  return {
    async tables(signal) {
      return mapped(await session.read(TABLES, signal), (rows) =>
        rows.map(([schema, table, estimate]) => ({
          schema: textOf(schema),
          table: textOf(table),
          approximateRows: estimate ? Number(textOf(estimate)) : null,
        })),
      );
    },
    async shapes(tables, signal) {
      const found: TableShape[] = [];
      for (const table of tables) {
        const columns = await session.read(columnsStatement(table), signal);
        if (columns.kind === "failed") return columns;
        const indexes = await session.read(indexesStatement(table), signal);
        if (indexes.kind === "failed") return indexes;
        found.push(...shapesOf(columns.value, indexes.value));
      }
      return { kind: "answered", value: found };
    },
    async textOrders(orders, signal) {
      const answers: (string | null)[] = [];
      for (const order of orders) {
        const answer = await session.read(orderStatement(order), signal);
        if (answer.kind === "failed" && answer.why !== "other" && answer.why !== "schema") return answer;
        answers.push(answer.kind === "failed" ? null : signsOf(answer.value[0] ?? []));
      }
      return { kind: "answered", value: answers };
    },
    async boundary({ table, plan, range, rows }, signal) {
      const answer = await session.read(boundaryStatement(table, plan.key!, range, rows), signal);
      return mapped(answer, ([row]) => (row ? keyOf(plan.key!, row) : null));
    },
    checksum: (question, signal) => readChecksum(session, question, signal),
    async keys({ table, plan, range, atMostRows }, signal) {
      const answer = await session.read(keysStatement(table, plan, range, atMostRows + 1), signal);
      return mapped(answer, (rows) => ({
        rows: rows.slice(0, atMostRows).map((row) => keyedChecksum(plan, row)),
        isAll: rows.length <= atMostRows,
      }));
    },
    async rows({ table, plan, keys }, signal) {
      const answer = await session.read(rowsStatement(table, plan, keys), signal);
      const asked = new Set(keys.map(keyId));
      return mapped(answer, (rows) =>
        rows
          .map((row) => {
            const keyed = keyOf(plan.key!, row);
            const values = valuesOf(plan, row.slice(keyed.length + 1));
            const json = jsonColumns(plan).length > 0 ? `:${jsonChecksum(keyed, jsonCells(plan, values))}` : "";
            return { key: keyed, checksum: `${textOf(row[keyed.length])}${json}`, values };
          })
          // A case-insensitive column finds its like too.
          .filter(({ key }) => asked.has(keyId(key))),
      );
    },
    position: (signal) => readPosition(session, signal),
    close: () => session.close(),
  };
}

function mapped<A, B>(answer: Rows<A>, map: (value: A) => B): Rows<B> {
  return answer.kind === "failed" ? answer : { kind: "answered", value: map(answer.value) };
}

async function readChecksum(
  session: RowsSession,
  { table, plan, range, expectedRows }: TableQuestion & { readonly expectedRows: number | null },
  signal: AbortSignal,
): Promise<Rows<Checksum>> {
  const answer = await session.read(checksumStatement(table, plan, range, expectedRows), signal);
  if (answer.kind === "failed") return answer;
  const [rows, xor, sum] = (answer.value[0] ?? []).map((cell) => textOf(cell));
  const bare = { rows: Number(rows), xor: xor || "0", sum: sum || "0" };
  if (jsonColumns(plan).length === 0) return { kind: "answered", value: { ...bare, json: null } };
  let [jsonXor, jsonSum] = [0, 0n];
  const keyColumns = plan.key?.length ?? 0;
  const streamed = await session.stream(
    jsonStatement(table, plan, range),
    (row) => {
      const checksum = jsonChecksum(plan.key ? keyOf(plan.key, row) : [], row.slice(keyColumns).map(cellText));
      jsonXor = (jsonXor ^ checksum) >>> 0;
      jsonSum += BigInt(checksum);
    },
    signal,
  );
  if (streamed.kind === "failed") return streamed;
  return { kind: "answered", value: { ...bare, json: { xor: String(jsonXor), sum: String(jsonSum) } } };
}

/** Key and JSON columns of a row as one number, equal for equal JSON. */
function jsonChecksum(key: Key, cells: readonly (string | null)[]): number {
  return crc32(JSON.stringify([key, cells.map((cell) => (cell === null ? null : canonicalJson(cell)))]));
}

function jsonCells({ columns }: TablePlan, values: readonly (string | null)[]): readonly (string | null)[] {
  return values.filter((_, at) => columns[at]!.form.kind === "json");
}

const cellText = (cell: Buffer | null): string | null => cell?.toString("utf8") ?? null;

export function keyOf(key: readonly KeyColumn[], row: RawRow): Key {
  return key.map(({ kind }, at) =>
    kind === "text" || kind === "bytes" ? (row[at]?.toString("hex").toUpperCase() ?? "") : textOf(row[at]),
  );
}

function keyedChecksum(plan: TablePlan, row: RawRow): KeyedChecksum {
  const key = keyOf(plan.key ?? [], row);
  const cells = row.slice(key.length + 1).map(cellText);
  const json = cells.length > 0 ? `:${jsonChecksum(key, cells)}` : "";
  return { key, checksum: `${textOf(row[key.length])}${json}` };
}

function valuesOf({ columns }: TablePlan, cells: RawRow): readonly (string | null)[] {
  return columns.map(({ value }, at) => {
    const cell = cells[at] ?? null;
    if (cell === null) return null;
    return value === "bytes" ? cell.toString("hex").toUpperCase() : cell.toString("utf8");
  });
}

/** Two comparisons a pair: less, then equal. Names come from information_schema and are only letters, digits and `_`. */
function orderStatement({ charset, collation }: TextOrder): string {
  if (!/^\w+$/.test(charset) || !/^\w+$/.test(collation)) throw new Error(`no collation: ${collation.slice(0, 60)}`);
  const text = (hex: string): string => `_${charset} ${bytesLiteral(hex)} COLLATE ${collation}`;
  return `SELECT ${ORDER_PAIRS.flatMap(([a, b]) => [`${text(a)} < ${text(b)}`, `${text(a)} = ${text(b)}`]).join(", ")}`;
}

function signsOf(row: RawRow): string {
  return ORDER_PAIRS.map((_, at) => {
    const [less, equal] = [textOf(row[at * 2]), textOf(row[at * 2 + 1])];
    if (equal === "1") return "=";
    return less === "1" ? "<" : ">";
  }).join("");
}
