import type { DatabaseSync } from "node:sqlite";
import type { Catalog } from "./catalog.ts";
import { type ColumnDefinition, scaleOf, sortOf, type TableDefinition, typeText } from "./table-definition.ts";

type Cell = string | number | null;
export interface Process {
  readonly id: number;
  readonly user: string;
  readonly host: string;
  readonly database: string | null;
  readonly command: string;
  readonly seconds: number;
  readonly state: string;
  readonly info: string | null;
}

/** In the order of the list of processes. */
export const processCells = ({ id, user, host, database, command, seconds, state, info }: Process): Cell[] => [
  id,
  user,
  host,
  database,
  command,
  seconds,
  state,
  info,
];
export interface SchemaFacts {
  readonly catalog: Catalog;
  readonly collation: string;
  readonly processes: () => readonly Process[];
  readonly variables: () => Readonly<Record<string, string | number>>;
  readonly countRows: (table: TableDefinition) => number;
}

/** The tables of information_schema that the stand-ins know: their columns, and a row for each thing. */
const TABLES: Readonly<Record<string, { readonly columns: string; readonly rows: (facts: SchemaFacts) => Cell[][] }>> = {
  schemata: {
    columns: "catalog_name schema_name default_character_set_name default_collation_name",
    rows: ({ catalog, collation }) =>
      ["information_schema", ...catalog.schemas()].map((name) => ["def", name, charsetOf(collation), collation]),
  },
  tables: {
    columns:
      "table_catalog table_schema table_name table_type engine table_rows avg_row_length data_length auto_increment table_collation table_comment",
    rows: ({ catalog, collation, countRows }) =>
      catalog.tables().map((table) => {
        const rows = countRows(table);
        return ["def", table.schema, table.name, "BASE TABLE", "InnoDB", rows, 64, rows * 64, null, collation, table.comment];
      }),
  },
  columns: {
    columns:
      "table_catalog table_schema table_name column_name ordinal_position column_default is_nullable data_type character_maximum_length numeric_precision numeric_scale datetime_precision character_set_name collation_name column_type column_key extra column_comment generation_expression",
    rows: ({ catalog, collation }) =>
      catalog.tables().flatMap((table) => table.columns.map((column, index) => columnRow(table, column, index, collation))),
  },
  statistics: {
    columns:
      "table_catalog table_schema table_name non_unique index_schema index_name seq_in_index column_name collation cardinality sub_part nullable index_type",
    rows: ({ catalog }) =>
      catalog.tables().flatMap((table) =>
        table.keys.flatMap(({ name, isUnique, columns }) =>
          columns.map((column, index) => {
            const { isNullable } = columnNamed(table, column);
            return [
              "def",
              table.schema,
              table.name,
              isUnique ? 0 : 1,
              table.schema,
              name,
              index + 1,
              column,
              "A",
              0,
              null,
              isNullable ? "YES" : "",
              "BTREE",
            ];
          }),
        ),
      ),
  },
  table_constraints: {
    columns: "constraint_catalog constraint_schema constraint_name table_schema table_name constraint_type",
    rows: ({ catalog }) =>
      catalog
        .tables()
        .flatMap(({ schema, name: table, keys, foreignKeys }) => [
          ...keys.flatMap(({ name, isUnique }) =>
            isUnique ? [["def", schema, name, schema, table, name === "PRIMARY" ? "PRIMARY KEY" : "UNIQUE"]] : [],
          ),
          ...foreignKeys.map(({ name }) => ["def", schema, name, schema, table, "FOREIGN KEY"]),
        ]),
  },
  key_column_usage: {
    columns:
      "constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name column_name ordinal_position position_in_unique_constraint referenced_table_schema referenced_table_name referenced_column_name",
    rows: ({ catalog }) =>
      catalog
        .tables()
        .flatMap(({ schema, name: table, keys, foreignKeys }) => [
          ...keys.flatMap(({ name, isUnique, columns }) =>
            isUnique
              ? columns.map((column, index) => [
                  "def",
                  schema,
                  name,
                  "def",
                  schema,
                  table,
                  column,
                  index + 1,
                  null,
                  null,
                  null,
                  null,
                ])
              : [],
          ),
          ...foreignKeys.flatMap(({ name, columns, toSchema, toTable, toColumns }) =>
            columns.map((column, index) => [
              "def",
              schema,
              name,
              "def",
              schema,
              table,
              column,
              index + 1,
              index + 1,
              toSchema,
              toTable,
              toColumns[index] ?? null,
            ]),
          ),
        ]),
  },
  referential_constraints: {
    columns: "constraint_catalog constraint_schema constraint_name table_name referenced_table_name",
    rows: ({ catalog }) =>
      catalog
        .tables()
        .flatMap(({ schema, name: table, foreignKeys }) =>
          foreignKeys.map(({ name, toTable }) => ["def", schema, name, table, toTable]),
        ),
  },
  processlist: {
    columns: "id user host db command time state info",
    rows: ({ processes }) => processes().map(processCells),
  },
  global_variables: { columns: "variable_name variable_value", rows: ({ variables }) => variableRows(variables()) },
  session_variables: { columns: "variable_name variable_value", rows: ({ variables }) => variableRows(variables()) },
};

const variableRows = (variables: Readonly<Record<string, string | number>>): Cell[][] =>
  Object.entries(variables).map(([name, value]) => [name, String(value)]);
const charsetOf = (collation: string): string => collation.split("_")[0]!;
const columnNamed = ({ columns }: TableDefinition, name: string): ColumnDefinition =>
  columns.find((column) => column.name.toLowerCase() === name.toLowerCase())!;

function columnRow(table: TableDefinition, column: ColumnDefinition, index: number, collation: string): Cell[] {
  const { name, type, isNullable, fallback, updatesToNow, isAutoIncrement, comment } = column;
  const sort = sortOf(type);
  const isText = sort === "text";
  const own = isText ? (column.collation ?? collation) : null;
  const key = table.keys.find(({ columns: of }) => of[0]?.toLowerCase() === name.toLowerCase());
  const isPrimary = table.keys.some(
    (candidate) => candidate.name === "PRIMARY" && candidate.columns.some((of) => of.toLowerCase() === name.toLowerCase()),
  );
  const extra = [isAutoIncrement ? "auto_increment" : "", updatesToNow ? "on update CURRENT_TIMESTAMP" : ""]
    .filter(Boolean)
    .join(" ");
  return [
    ...["def", table.schema, table.name, name],
    index + 1,
    fallback.kind === "now" ? "CURRENT_TIMESTAMP" : fallback.kind === "value" ? fallback.text : null,
    isNullable ? "YES" : "NO",
    type.base,
    isText || sort === "bytes" ? Number(type.bracket[0] ?? 65_535) : null,
    sort === "exact" ? Number(type.bracket[0] ?? 10) : sort === "whole" ? 19 : null,
    sort === "exact" ? scaleOf(type) : sort === "whole" ? 0 : null,
    ["datetime", "timestamp", "time"].includes(type.base) ? Number(type.bracket[0] ?? 0) : null,
    own && charsetOf(own),
    own,
    typeText(type),
    isPrimary ? "PRI" : key?.isUnique && key.columns.length === 1 ? "UNI" : key ? "MUL" : "",
    ...[extra, comment],
    null,
  ];
}

/** Fills what the statement reads, anew each time: in the session's own database, where names compare without case. */
export function fillSchema(database: DatabaseSync, sql: string, facts: SchemaFacts): void {
  for (const [name, { columns, rows }] of Object.entries(TABLES)) {
    if (!new RegExp(`\\b${name}\\b`, "i").test(sql)) continue;
    const names = columns.split(" ");
    const table = `main.information_schema_${name}`;
    database.exec(
      `DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} (${names.map((column) => `${column} COLLATE NOCASE`).join(", ")})`,
    );
    const insert = database.prepare(`INSERT INTO ${table} VALUES (${names.map(() => "?").join(", ")})`);
    for (const row of rows(facts)) insert.run(...row);
  }
}
