import type { TableName } from "./replication-rules.ts";

/** What one side's information_schema says about a table. */
export interface TableShape extends TableName {
  readonly columns: readonly ColumnShape[];
  /** Primary key first, then by name. */
  readonly indexes: readonly IndexShape[];
}

export interface ColumnShape {
  readonly name: string;
  /** Lower case, without length: `varchar`, `bigint`, `datetime`. */
  readonly dataType: string;
  /** As declared, lower case: `bigint(20) unsigned zerofill`. */
  readonly columnType: string;
  readonly nullable: boolean;
  readonly charset: string | null;
  readonly collation: string | null;
  /** Digits behind the second of a time, behind the point of a number. */
  readonly fraction: number;
  readonly isGenerated: boolean;
}

export interface IndexShape {
  readonly name: string;
  readonly isPrimary: boolean;
  readonly isUnique: boolean;
  /** null for a part that is a prefix or an expression: it is no whole column. */
  readonly columns: readonly (string | null)[];
}

export type Family =
  | "integer"
  | "bit"
  | "decimal"
  | "float"
  | "double"
  | "date"
  | "datetime"
  | "time"
  | "text"
  | "bytes"
  | "json"
  | "other";

const FAMILIES: Readonly<Record<string, Family>> = {
  tinyint: "integer",
  smallint: "integer",
  mediumint: "integer",
  int: "integer",
  integer: "integer",
  bigint: "integer",
  year: "bit",
  bit: "bit",
  decimal: "decimal",
  numeric: "decimal",
  float: "float",
  double: "double",
  real: "double",
  date: "date",
  datetime: "datetime",
  timestamp: "datetime",
  time: "time",
  char: "text",
  varchar: "text",
  tinytext: "text",
  text: "text",
  mediumtext: "text",
  longtext: "text",
  enum: "text",
  set: "text",
  binary: "bytes",
  varbinary: "bytes",
  tinyblob: "bytes",
  blob: "bytes",
  mediumblob: "bytes",
  longblob: "bytes",
  json: "json",
};

export const familyOf = ({ dataType }: ColumnShape): Family => FAMILIES[dataType] ?? "other";

const UTF8: ReadonlySet<string> = new Set(["utf8mb4", "utf8mb3", "utf8", "ascii"]);

/** Its bytes are the bytes of the same text in utf8mb4. */
export const isUtf8 = ({ charset }: ColumnShape): boolean => charset !== null && UTF8.has(charset.toLowerCase());

export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
