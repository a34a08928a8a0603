import type { Socket } from "node:net";

/** The MySQL client/server protocol as far as the stand-ins need it: packets, length-encoded values, rows in text and binary form. */
export type Value = string | number | bigint | Buffer | Date | null;

const UTF8MB4 = 45;
const BINARY = 63;
const LONGLONG = 8;
const DOUBLE = 5;
const BLOB = 252;
const VAR_STRING = 253;
export const AUTOCOMMIT = 2;
export const IN_TRANSACTION = 1;
export const CONNECT_WITH_DB = 0x8;
// LONG_PASSWORD FOUND_ROWS LONG_FLAG CONNECT_WITH_DB PROTOCOL_41 TRANSACTIONS SECURE_CONNECTION MULTI_RESULTS PLUGIN_AUTH
const CAPABILITIES = 0x1 | 0x2 | 0x4 | CONNECT_WITH_DB | 0x200 | 0x2000 | 0x8000 | 0x20000 | 0x80000;
const LARGEST_PACKET = 0xffffff;

export async function* packets(socket: Socket): AsyncGenerator<{ number: number; body: Buffer }> {
  let held: Buffer = Buffer.alloc(0);
  let parts: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    held = held.length ? Buffer.concat([held, chunk]) : chunk;
    while (held.length >= 4 && held.length >= 4 + held.readUIntLE(0, 3)) {
      const size = held.readUIntLE(0, 3);
      const number = held[3]!;
      parts.push(held.subarray(4, 4 + size));
      held = held.subarray(4 + size);
      if (size === LARGEST_PACKET) continue; // more of the same command follows
      yield { number, body: Buffer.concat(parts) };
      parts = [];
    }
  }
}

/** One payload as packets of at most 16 MiB; returns the next sequence number. */
export function writePayload(socket: Socket, payload: Buffer, sequence: number): number {
  let next = sequence;
  for (let at = 0; ; at += LARGEST_PACKET) {
    const part = payload.subarray(at, at + LARGEST_PACKET);
    const header = Buffer.alloc(4);
    header.writeUIntLE(part.length, 0, 3);
    header[3] = next & 255;
    next++;
    socket.write(Buffer.concat([header, part]));
    if (part.length < LARGEST_PACKET) return next;
  }
}

export function greeting(id: number, version: string, salt: Buffer): Buffer {
  const flags = Buffer.alloc(9);
  flags.writeUInt16LE(CAPABILITIES & 0xffff, 0);
  flags[2] = UTF8MB4;
  flags.writeUInt16LE(AUTOCOMMIT, 3);
  flags.writeUInt16LE(CAPABILITIES >>> 16, 5);
  flags[7] = 21;
  const connection = Buffer.alloc(4);
  connection.writeUInt32LE(id);
  const zero = Buffer.alloc(1);
  return Buffer.concat([
    Buffer.from([10]),
    Buffer.from(`${version}\0`),
    connection,
    salt.subarray(0, 8),
    zero,
    flags.subarray(0, 8),
    Buffer.alloc(10),
    salt.subarray(8),
    zero,
    Buffer.from("mysql_native_password\0"),
  ]);
}

export function whoIs(body: Buffer): { user: string; scramble: Buffer; database: string } {
  const userEnd = body.indexOf(0, 32);
  const scrambleLength = body[userEnd + 1]!;
  const at = userEnd + 2 + scrambleLength;
  const database = body.readUInt32LE(0) & CONNECT_WITH_DB ? body.toString("utf8", at, body.indexOf(0, at)) : "";
  return { user: body.toString("utf8", 32, userEnd), scramble: body.subarray(userEnd + 2, at), database };
}

export const lenenc = (n: number): Buffer =>
  n < 251
    ? Buffer.from([n])
    : n < 0x10000
      ? Buffer.from([0xfc, n & 255, n >> 8])
      : Buffer.from([0xfd, n & 255, (n >> 8) & 255, n >> 16]);

function lenencText(value: Buffer | string): Buffer {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
  return Buffer.concat([lenenc(bytes.length), bytes]);
}

const shown = (value: Exclude<Value, null>): Buffer | string =>
  Buffer.isBuffer(value) ? value : value instanceof Date ? value.toISOString().slice(0, 19).replace("T", " ") : String(value);

export function textRow(row: readonly Value[]): Buffer {
  return Buffer.concat(row.map((value) => (value === null ? Buffer.from([0xfb]) : lenencText(shown(value)))));
}

export function binaryRow(row: readonly Value[], types: readonly ColumnType[]): Buffer {
  const bitmap = Buffer.alloc((row.length + 9) >> 3);
  for (const [index, value] of row.entries()) if (value === null) bitmap[(index + 2) >> 3]! |= 1 << ((index + 2) & 7);
  const values = row.flatMap((value, index) => (value === null ? [] : [binaryValue(value, types[index]!)]));
  return Buffer.concat([Buffer.from([0]), bitmap, ...values]);
}

function binaryValue(value: Exclude<Value, null>, type: ColumnType): Buffer {
  if (type === "text" || type === "bytes") return lenencText(shown(value));
  const bytes = Buffer.alloc(8);
  if (type === "double") bytes.writeDoubleLE(Number(value));
  else bytes.writeBigInt64LE(BigInt(value as number | bigint));
  return bytes;
}

/** Columns of numbers travel as numbers, bytes as bytes, all others as text. */
export type ColumnType = "integer" | "double" | "text" | "bytes";

export function typesOf(columns: readonly string[], rows: readonly (readonly Value[])[]): ColumnType[] {
  return columns.map((_, index) => {
    const values = rows.map((row) => row[index]).filter((value) => value !== null && value !== undefined);
    if (values.some((value) => Buffer.isBuffer(value))) return "bytes";
    if (values.length === 0 || !values.every((value) => typeof value === "number" || typeof value === "bigint")) return "text";
    return values.every((value) => typeof value === "bigint" || Number.isSafeInteger(value)) ? "integer" : "double";
  });
}

const CODES: Readonly<Record<ColumnType, number>> = { integer: LONGLONG, double: DOUBLE, text: VAR_STRING, bytes: BLOB };

export function column(name: string, type: ColumnType = "text"): Buffer {
  const tail = Buffer.alloc(13);
  tail[0] = 0x0c;
  tail.writeUInt16LE(type === "text" ? UTF8MB4 : BINARY, 1);
  tail.writeUInt32LE(0xffff, 3);
  tail[7] = CODES[type];
  if (type === "double") tail[10] = 31; // as many digits as there are
  return Buffer.concat([...["def", "", "", "", name, name].map(lenencText), tail]);
}

export function placeholders(sql: string): number {
  return (sql.replace(/'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\//g, "").match(/\?/g) ?? [])
    .length;
}

/** The values of COM_STMT_EXECUTE; types are sent with the first execution and remembered. */
export function parameters(body: Buffer, statement: { readonly count: number; types: number[] }): Value[] {
  if (statement.count === 0) return [];
  const nullsEnd = 10 + ((statement.count + 7) >> 3);
  const nulls = body.subarray(10, nullsEnd);
  const reader = { body, at: nullsEnd + 1 };
  if (body[nullsEnd] === 1) {
    statement.types = Array.from({ length: statement.count }, (_, index) => body.readUInt16LE(reader.at + 2 * index));
    reader.at += 2 * statement.count;
  }
  return statement.types.map((type, index) => (nulls[index >> 3]! & (1 << (index & 7)) ? null : readValue(reader, type)));
}

function readValue(reader: { readonly body: Buffer; at: number }, type: number): Value {
  const { body } = reader;
  const take = (bytes: number): number => {
    reader.at += bytes;
    return reader.at - bytes;
  };
  switch (type & 0xff) {
    case 1:
      return body.readInt8(take(1));
    case 2:
      return body.readInt16LE(take(2));
    case 3:
      return body.readInt32LE(take(4));
    case 5:
      return body.readDoubleLE(take(8));
    case 8:
      return body.readBigInt64LE(take(8));
    case 7:
    case 10:
    case 12:
      return readTime(body, take(1 + body[reader.at]!));
    default: {
      const first = body[take(1)]!;
      const size = first < 251 ? first : first === 0xfc ? body.readUInt16LE(take(2)) : body.readUIntLE(take(3), 3);
      return body.toString("utf8", take(size), reader.at);
    }
  }
}

/** A date as COM_STMT_EXECUTE sends it: its length, then as many fields as are not zero at the end. */
function readTime(body: Buffer, at: number): string {
  const size = body[at]!;
  const field = (offset: number): string => String(size >= offset ? body[at + offset] : 0).padStart(2, "0");
  const date = `${String(size >= 2 ? body.readUInt16LE(at + 1) : 0).padStart(4, "0")}-${field(3)}-${field(4)}`;
  const micros = size >= 11 ? body.readUInt32LE(at + 8) : 0;
  const fraction = micros > 0 ? `.${String(micros).padStart(6, "0")}` : "";
  return size <= 4 ? date : `${date} ${field(5)}:${field(6)}:${field(7)}${fraction}`;
}
