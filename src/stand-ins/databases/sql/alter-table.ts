import { checked, readColumn, readKey } from "./read-table.ts";
import type { ColumnDefinition, ForeignKey, KeyDefinition, TableDefinition } from "./table-definition.ts";
import { SqlRefusal, type TokenReader } from "./tokens.ts";

interface Draft {
  name: string;
  columns: ColumnDefinition[];
  keys: KeyDefinition[];
  foreignKeys: ForeignKey[];
}

/** What becomes of a table; `from`: for every column of the new one the old one's name, null where it is new. */
export interface Altered {
  readonly table: TableDefinition;
  readonly from: ReadonlyMap<string, string | null>;
}

/** The actions of ALTER TABLE, one after another. Throws MySQL's refusals; what it does not know is bad syntax. */
export function alterTable(reader: TokenReader, table: TableDefinition): Altered {
  const draft: Draft = {
    name: table.name,
    columns: [...table.columns],
    keys: [...table.keys],
    foreignKeys: [...table.foreignKeys],
  };
  const from = new Map<string, string | null>(table.columns.map(({ name }) => [name, name]));
  do action(reader, draft, from);
  while (reader.skipSymbol(","));
  return { table: { ...table, name: draft.name, ...checked(draft) }, from };
}

function action(reader: TokenReader, draft: Draft, from: Map<string, string | null>): void {
  if (reader.skip("add")) return void add(reader, draft, from);
  if (reader.skip("drop")) return void drop(reader, draft, from);
  if (reader.skip("modify")) {
    reader.skip("column");
    return void change(reader, draft, from, null);
  }
  if (reader.skip("change")) {
    reader.skip("column");
    return void change(reader, draft, from, reader.name());
  }
  if (reader.skip("rename")) {
    if (!reader.skip("to")) reader.skip("as");
    draft.name = reader.name();
    return;
  }
  reader.refuse();
}

function add(reader: TokenReader, draft: Draft, from: Map<string, string | null>): void {
  const constraint = reader.skip("constraint") ? reader.name() : null;
  const key = readKey(reader, draft, constraint);
  if (key) {
    if (draft.keys.some(({ name }) => name === key.name))
      throw key.name === "PRIMARY"
        ? new SqlRefusal(1068, "42000", "Multiple primary key defined")
        : new SqlRefusal(1061, "42000", `Duplicate key name '${key.name}'`);
    draft.keys.push(key);
    return;
  }
  reader.skip("column");
  const { columns, keys } = { columns: [] as ColumnDefinition[], keys: [] as KeyDefinition[] };
  readColumn(reader, { columns, keys });
  const column = columns[0]!;
  if (indexOf(draft, column.name) !== -1) throw new SqlRefusal(1060, "42S21", `Duplicate column name '${column.name}'`);
  draft.columns.push(column);
  draft.keys.push(...keys);
  from.set(column.name, null);
  place(reader, draft, column.name);
}

/** `FIRST` and `AFTER x`. */
function place(reader: TokenReader, draft: Draft, name: string): void {
  const first = reader.skip("first");
  const after = !first && reader.skip("after") ? reader.name() : null;
  if (!first && after === null) return;
  const [column] = draft.columns.splice(indexOf(draft, name), 1);
  draft.columns.splice(first ? 0 : known(draft, after!) + 1, 0, column!);
}

function drop(reader: TokenReader, draft: Draft, from: Map<string, string | null>): void {
  if (reader.skip("primary", "key")) return void dropKey(draft, "PRIMARY");
  if (reader.skip("index") || reader.skip("key")) return void dropKey(draft, reader.name());
  if (reader.skip("foreign", "key")) {
    const name = reader.name();
    draft.foreignKeys = draft.foreignKeys.filter((key) => key.name !== name);
    return;
  }
  reader.skip("column");
  const name = reader.name();
  const index = indexOf(draft, name);
  if (index === -1) throw cannotDrop(name);
  const [column] = draft.columns.splice(index, 1);
  from.delete(column!.name);
  draft.keys = draft.keys
    .map((key) => ({ ...key, columns: key.columns.filter((of) => of.toLowerCase() !== name.toLowerCase()) }))
    .filter(({ columns }) => columns.length > 0);
}

function dropKey(draft: Draft, name: string): void {
  const rest = draft.keys.filter((key) => key.name.toLowerCase() !== name.toLowerCase());
  if (rest.length === draft.keys.length) throw cannotDrop(name);
  draft.keys = rest;
}

const cannotDrop = (name: string): SqlRefusal =>
  new SqlRefusal(1091, "42000", `Can't DROP '${name}'; check that column/key exists`);

function change(reader: TokenReader, draft: Draft, from: Map<string, string | null>, old: string | null): void {
  const { columns, keys } = { columns: [] as ColumnDefinition[], keys: [] as KeyDefinition[] };
  readColumn(reader, { columns, keys });
  const column = columns[0]!;
  const index = known(draft, old ?? column.name);
  const before = draft.columns[index]!.name;
  draft.columns[index] = column;
  draft.keys = [
    ...draft.keys.map((key) => ({ ...key, columns: key.columns.map((name) => (name === before ? column.name : name)) })),
    ...keys,
  ];
  const origin = from.get(before) ?? null;
  from.delete(before);
  from.set(column.name, origin);
  place(reader, draft, column.name);
}

const indexOf = ({ columns }: Draft, name: string): number =>
  columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());

function known(draft: Draft, name: string): number {
  const index = indexOf(draft, name);
  if (index === -1) throw new SqlRefusal(1054, "42S22", `Unknown column '${name}' in table`);
  return index;
}
