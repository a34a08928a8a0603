/** What an upstream says of itself. */
export interface BinlogFile {
  readonly name: string;
  /** The number at the end of the name. */
  readonly number: number;
  readonly sizeBytes: number;
  /** The server writes to it: the last of the list. */
  readonly isActive: boolean;
}

export interface GtidState {
  readonly flavor: "mysql" | "mariadb";
  /** As the server says it: `8.0.36`, `10.11.14-MariaDB`. */
  readonly version: string;
  /** MySQL: gtid_mode is ON. MariaDB: always. */
  readonly isOn: boolean;
  readonly executed: string;
  /** MySQL: gtid_purged. MariaDB: null, it keeps none; the head of the oldest file tells instead. */
  readonly purged: string | null;
}

export interface DumpStream {
  readonly user: string;
  readonly host: string;
  /** `not-told`: the server shows no difference (MariaDB). */
  readonly reads: "by-gtid" | "by-position" | "not-told";
}

export interface TableName {
  readonly schema: string;
  readonly table: string;
}
