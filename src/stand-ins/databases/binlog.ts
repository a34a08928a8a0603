import type { Value } from "./wire.ts";

/** One row as it was before and as it is after; the names are the table's columns, in their order. */
export type Row = Readonly<Record<string, Value>>;
export type RowChange = {
  readonly schema: string;
  readonly table: string;
} & (
  | { readonly kind: "insert"; readonly after: Row }
  | { readonly kind: "update"; readonly before: Row; readonly after: Row }
  | { readonly kind: "delete"; readonly before: Row }
);

/** What stands in a transaction. `bytes`: rows of tables that nobody looks at, only their weight. */
export type Content =
  | { readonly kind: "row"; readonly change: RowChange }
  | { readonly kind: "bytes"; readonly bytes: number }
  | DdlContent;
export interface DdlContent {
  readonly kind: "ddl";
  readonly sql: string;
  readonly schema: string;
  /** null: it is about the schema. */
  readonly table: string | null;
  /** The table's columns after it; null where there is none or nobody looked. */
  readonly columns: readonly string[] | null;
  /** DM's own schema tracker refuses it. */
  readonly isRefused: boolean;
}
/** An event ends where the next begins: bytes from the file's start, past 2^32 in a huge file. */
export type BinlogEvent = Content & { readonly end: number };

export interface Transaction {
  /** Its number in the server's one line of GTIDs. */
  readonly gtid: number;
  readonly file: number;
  readonly start: number;
  readonly end: number;
  readonly events: readonly BinlogEvent[];
}

export interface BinlogFile {
  readonly number: number;
  sizeBytes: number;
  /** The last GTID before the file; 0: none. */
  readonly previousGtid: number;
}

export type Flavor = "mariadb" | "mysql";
export interface BinlogOptions {
  readonly flavor?: Flavor;
  readonly domain?: number;
  readonly serverId?: number;
  readonly uuid?: string;
  readonly hasGtids?: boolean;
}

export const ORDINARY_FILE_BYTES = 1_073_742_024;
export const HUGE_FILE_BYTES = 4_823_460_526;
const UUID = "3f1c2a58-9d5e-11ee-a1b2-0242ac110002";
const HEAD_BYTES = { mariadb: 342, mysql: 197 } as const;
const BEGIN_BYTES = 42;
const COMMIT_BYTES = 31;
const ROTATE_BYTES = 47;

/** The binary logs of one server: files, transactions with their GTIDs, and the rows in them. */
export class Binlog {
  readonly flavor: Flavor;
  readonly serverId: number;
  readonly uuid: string;
  readonly hasGtids: boolean;
  readonly files: BinlogFile[] = [];
  readonly transactions: Transaction[] = [];
  readonly #domain: number;
  #gtid = 0;

  constructor({ flavor = "mariadb", domain = 0, serverId = 101, uuid = UUID, hasGtids = true }: BinlogOptions = {}) {
    this.flavor = flavor;
    this.serverId = serverId;
    this.uuid = uuid;
    this.hasGtids = hasGtids;
    this.#domain = domain;
    this.files.push({ number: 1, sizeBytes: HEAD_BYTES[flavor], previousGtid: 0 });
  }

  get active(): BinlogFile {
    return this.files.at(-1)!;
  }
  /** Where the next transaction begins. */
  get end(): { readonly file: number; readonly position: number; readonly gtid: number } {
    return { file: this.active.number, position: this.active.sizeBytes, gtid: this.#gtid };
  }
  file(number: number): BinlogFile | null {
    return this.files.find((file) => file.number === number) ?? null;
  }
  headBytes(): number {
    return HEAD_BYTES[this.flavor];
  }

  /** The set of all GTIDs up to this number, in the server's words; empty for none. */
  gtidText(last: number): string {
    if (last === 0 || !this.hasGtids) return "";
    return this.flavor === "mariadb" ? `${this.#domain}-${this.serverId}-${last}` : `${this.uuid}:1-${last}`;
  }
  /** How a relay log's folder begins: `0-101`, or the server's UUID. */
  get serverName(): string {
    return this.flavor === "mariadb" ? `${this.#domain}-${this.serverId}` : this.uuid;
  }

  /** One transaction at the end. `told.end`: where the server says that it ends; without it each event has a size of its own. */
  append(contents: readonly Content[], told: { readonly end?: number; readonly gtid?: number } = {}): Transaction {
    const file = this.active;
    const start = file.sizeBytes;
    let at = start + BEGIN_BYTES;
    const sized = contents.map((content) => {
      at += weight(content);
      return { ...content, end: at };
    });
    const end = told.end ?? at + COMMIT_BYTES;
    // A real server's own sizes are not known event by event: they are spread.
    const events =
      told.end !== undefined ? sized.map((event, index) => ({ ...event, end: spread(start, end, index, sized.length) })) : sized;
    this.#gtid = told.gtid ?? this.#gtid + 1;
    const transaction = { gtid: this.#gtid, file: file.number, start, end, events };
    file.sizeBytes = end;
    this.transactions.push(transaction);
    return transaction;
  }
  /** The file is closed; the next one begins. `sizeBytes`: as large as the closed one shall be. */
  rotate({
    sizeBytes = this.active.sizeBytes + ROTATE_BYTES,
    to = this.active.number + 1,
    headBytes = this.headBytes(),
  } = {}): void {
    this.active.sizeBytes = sizeBytes;
    this.files.push({ number: to, sizeBytes: headBytes, previousGtid: this.#gtid });
  }
  /** Files before this one are gone, and what was in them. */
  purgeBefore(file: number): void {
    this.files.splice(
      0,
      this.files.findIndex(({ number }) => number >= file),
    );
    const kept = this.transactions.filter((transaction) => transaction.file >= file);
    this.transactions.splice(0, this.transactions.length, ...kept);
  }
  /** A history without rows: closed files of ordinary size or over 4 GiB, the last one written up to a position. */
  pretend({ file, position, gtid, hugeFiles = new Set() }: Pretended): void {
    const first = this.files[0]!.number;
    this.transactions.length = 0;
    this.files.length = 0;
    this.#gtid = gtid;
    for (let number = Math.min(first, file); number <= file; number++) {
      const sizeBytes = number === file ? position : hugeFiles.has(number) ? HUGE_FILE_BYTES : ORDINARY_FILE_BYTES;
      const previousGtid = number === 1 ? 0 : Math.max(0, gtid - (file - number + 1) * 10);
      this.files.push({ number, sizeBytes, previousGtid });
    }
  }
  /** A real server's files as it lists them. */
  mirror(files: readonly BinlogFile[], gtid: number): void {
    this.files.splice(0, this.files.length, ...files.map((file) => ({ ...file })));
    this.#gtid = gtid;
    const first = this.files[0]?.number ?? 1;
    const kept = this.transactions.filter(({ file }) => file >= first);
    if (kept.length < this.transactions.length) this.transactions.splice(0, this.transactions.length, ...kept);
  }
}

export interface Pretended {
  readonly file: number;
  readonly position: number;
  readonly gtid: number;
  /** Files over 4 GiB. */
  readonly hugeFiles?: ReadonlySet<number>;
}

const spread = (start: number, end: number, index: number, count: number): number =>
  Math.round(start + ((end - COMMIT_BYTES - start) * (index + 1)) / count);

function weight(content: Content): number {
  switch (content.kind) {
    case "bytes":
      return content.bytes;
    case "ddl":
      return 60 + content.sql.length;
    case "row":
      return 90 + sizeOf(content.change.kind === "delete" ? content.change.before : content.change.after);
    default:
      return content satisfies never;
  }
}

const sizeOf = (row: Row): number => Object.values(row).reduce<number>((sum, value) => sum + String(value ?? "").length, 0);

export const binlogName = (file: number): string => `mysql-bin.${String(file).padStart(6, "0")}`;
