import type { TableDefinition } from "./table-definition.ts";
import { SqlRefusal } from "./tokens.ts";

/** Which tables there are, as MySQL describes them. One for a whole server; names are compared without case, as SQLite does. */
export class Catalog {
  readonly #schemas = new Map<string, { readonly name: string; readonly tables: Map<string, TableDefinition> }>();

  schemas(): string[] {
    return [...this.#schemas.values()].map(({ name }) => name);
  }
  hasSchema(name: string): boolean {
    return this.#schemas.has(name.toLowerCase());
  }
  addSchema(name: string): void {
    this.#schemas.set(name.toLowerCase(), { name, tables: new Map() });
  }
  removeSchema(name: string): void {
    this.#schemas.delete(name.toLowerCase());
  }
  tables(schema?: string): TableDefinition[] {
    const all = schema === undefined ? [...this.#schemas.values()] : [this.#schema(schema)];
    return all.flatMap(({ tables }) => [...tables.values()]);
  }
  find(schema: string, table: string): TableDefinition | null {
    return this.#schemas.get(schema.toLowerCase())?.tables.get(table.toLowerCase()) ?? null;
  }
  /** Throws 1146 when it is not there. */
  table(schema: string, table: string): TableDefinition {
    const found = this.find(schema, table);
    if (!found) throw new SqlRefusal(1146, "42S02", `Table '${schema}.${table}' doesn't exist`);
    return found;
  }
  put(table: TableDefinition): void {
    this.#schema(table.schema).tables.set(table.name.toLowerCase(), table);
  }
  remove(schema: string, table: string): void {
    this.#schema(schema).tables.delete(table.toLowerCase());
  }
  #schema(name: string): { readonly name: string; readonly tables: Map<string, TableDefinition> } {
    const found = this.#schemas.get(name.toLowerCase());
    if (!found) throw new SqlRefusal(1049, "42000", `Unknown database '${name}'`);
    return found;
  }
}
