/** A table as MySQL knows it; SQLite only keeps its rows. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: ColumnType;
  readonly isNullable: boolean;
  readonly fallback: ColumnDefault;
  readonly updatesToNow: boolean;
  readonly isAutoIncrement: boolean;
  /** null: the server's own. */
  readonly collation: string | null;
  readonly comment: string;
}

export type ColumnDefault =
  | { readonly kind: "none" }
  | { readonly kind: "now" }
  | { readonly kind: "value"; readonly text: string | null };

export interface ColumnType {
  /** Lower case, without what stands in brackets: `int`, `decimal`, `varchar`. */
  readonly base: string;
  readonly bracket: readonly string[];
  readonly isUnsigned: boolean;
}

export interface KeyDefinition {
  readonly name: string;
  readonly isUnique: boolean;
  readonly columns: readonly string[];
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly toSchema: string;
  readonly toTable: string;
  readonly toColumns: readonly string[];
}

export interface TableDefinition {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  readonly keys: readonly KeyDefinition[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly comment: string;
}

const WHOLE = new Set(["tinyint", "smallint", "mediumint", "int", "integer", "bigint", "bool", "boolean", "year", "bit"]);
const EXACT = new Set(["decimal", "numeric", "dec", "fixed"]);
const FLOATING = new Set(["float", "double", "real"]);
const BYTES = new Set(["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"]);
const TEXTS = new Set(["char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"]);
const OTHERS = new Set(["date", "datetime", "timestamp", "time", "json"]);

export type Sort = "whole" | "exact" | "floating" | "bytes" | "text" | "other";
export function sortOf({ base }: ColumnType): Sort | null {
  if (WHOLE.has(base)) return "whole";
  if (EXACT.has(base)) return "exact";
  if (FLOATING.has(base)) return "floating";
  if (BYTES.has(base)) return "bytes";
  if (TEXTS.has(base)) return "text";
  return OTHERS.has(base) ? "other" : null;
}

/** How many digits behind the point a DECIMAL shows. */
export const scaleOf = ({ bracket }: ColumnType): number => Number(bracket[1] ?? 0);

export function typeText({ base, bracket, isUnsigned }: ColumnType): string {
  const quotes = base === "enum" || base === "set";
  const inside = bracket.map((part) => (quotes ? `'${part.replaceAll("'", "''")}'` : part)).join(",");
  return `${base}${bracket.length > 0 ? `(${inside})` : ""}${isUnsigned ? " unsigned" : ""}`;
}

export const quoted = (name: string): string => `\`${name.replaceAll("`", "``")}\``;
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** The column that SQLite counts up by itself: a primary key of one whole number with AUTO_INCREMENT. */
export function countedColumn({ columns, keys }: TableDefinition): string | null {
  const primary = keys.find(({ name }) => name === "PRIMARY");
  const only = primary?.columns.length === 1 ? columns.find(({ name }) => name === primary.columns[0]) : undefined;
  return only?.isAutoIncrement ? only.name : null;
}

/** The same table for SQLite. `ci`: what the server's own collation does; keys follow it. */
export function sqliteTable(table: TableDefinition, { isCaseless }: { readonly isCaseless: boolean }): string {
  const counted = countedColumn(table);
  const columns = table.columns.map((column) => sqliteColumn(column, column.name === counted, isCaseless));
  const keys = table.keys
    .filter(({ isUnique, name }) => isUnique && !(name === "PRIMARY" && counted !== null))
    .map(({ name, columns: of }) => `${name === "PRIMARY" ? "PRIMARY KEY" : "UNIQUE"} (${of.map(quoted).join(", ")})`);
  return `CREATE TABLE ${quoted(table.schema)}.${quoted(table.name)} (${[...columns, ...keys].join(", ")})`;
}

/** Wrong kinds and lengths are refused by constraints whose names carry MySQL's number. */
function sqliteColumn(column: ColumnDefinition, isCounted: boolean, isCaseless: boolean): string {
  const { name, type, isNullable, fallback } = column;
  if (isCounted) return `${quoted(name)} INTEGER PRIMARY KEY AUTOINCREMENT`;
  const parts = [quoted(name), sqliteType(type)];
  if (!isNullable) parts.push("NOT NULL");
  if (fallback.kind === "now") parts.push("DEFAULT CURRENT_TIMESTAMP");
  if (fallback.kind === "value" && fallback.text !== null) parts.push(`DEFAULT ${text(fallback.text)}`);
  const sort = sortOf(type);
  if (sort === "text" && (column.collation === null ? isCaseless : /_ci$/i.test(column.collation))) parts.push("COLLATE NOCASE");
  if (sort === "whole") parts.push(`CONSTRAINT ${quoted(`1366 ${name}`)} CHECK (typeof(${quoted(name)}) IN ('integer', 'null'))`);
  if (sort === "exact" || sort === "floating")
    parts.push(`CONSTRAINT ${quoted(`1366 ${name}`)} CHECK (typeof(${quoted(name)}) <> 'text')`);
  if ((type.base === "varchar" || type.base === "char") && type.bracket[0])
    parts.push(`CONSTRAINT ${quoted(`1406 ${name}`)} CHECK (length(${quoted(name)}) <= ${Number(type.bracket[0])})`);
  return parts.join(" ");
}

/** Affinities: whole numbers and decimals compare as numbers, all else as text or bytes. */
function sqliteType(type: ColumnType): string {
  switch (sortOf(type)) {
    case "whole":
      return "BIGINT";
    case "exact":
      return `DECIMAL(${type.bracket[0] ?? 10}, ${scaleOf(type)})`;
    case "floating":
      return "DOUBLE";
    case "bytes":
      return "BLOB";
    default:
      return "TEXT";
  }
}

/** `SHOW CREATE TABLE`. */
export function createText(table: TableDefinition, charset: string): string {
  const columns = table.columns.map((column) => {
    const { name, type, isNullable, fallback, updatesToNow, isAutoIncrement, collation, comment } = column;
    const value =
      fallback.kind === "now"
        ? "DEFAULT CURRENT_TIMESTAMP"
        : fallback.kind === "value"
          ? `DEFAULT ${fallback.text === null ? "NULL" : text(fallback.text)}`
          : isNullable
            ? "DEFAULT NULL"
            : "";
    return [
      quoted(name),
      typeText(type),
      collation ? `COLLATE ${collation}` : "",
      isNullable ? "" : "NOT NULL",
      value,
      updatesToNow ? "ON UPDATE CURRENT_TIMESTAMP" : "",
      isAutoIncrement ? "AUTO_INCREMENT" : "",
      comment ? `COMMENT ${text(comment)}` : "",
    ]
      .filter(Boolean)
      .join(" ");
  });
  const keys = table.keys.map(({ name, isUnique, columns: of }) => {
    const list = `(${of.map(quoted).join(",")})`;
    return name === "PRIMARY" ? `PRIMARY KEY ${list}` : `${isUnique ? "UNIQUE KEY" : "KEY"} ${quoted(name)} ${list}`;
  });
  const foreign = table.foreignKeys.map(
    ({ name, columns: of, toTable, toColumns }) =>
      `CONSTRAINT ${quoted(name)} FOREIGN KEY (${of.map(quoted).join(",")}) REFERENCES ${quoted(toTable)} (${toColumns.map(quoted).join(",")})`,
  );
  const inside = [...columns, ...keys, ...foreign].map((line) => `  ${line}`).join(",\n");
  return `CREATE TABLE ${quoted(table.name)} (\n${inside}\n) ENGINE=InnoDB DEFAULT CHARSET=${charset}${table.comment ? ` COMMENT=${text(table.comment)}` : ""}`;
}
