import { writeCall } from "./calls.ts";
import type { Inserted, SqlContext, Translating } from "./expressions.ts";
import { writeQuery } from "./query.ts";
import { writeDelete, writeInsert, writeUpdate } from "./row-writes.ts";
import type { TableDefinition } from "./table-definition.ts";
import { type Token, TokenReader, tokensOf } from "./tokens.ts";

/** A statement that reads or writes rows, for SQLite. */
export interface Translation {
  readonly text: string;
  /** Tables whose rows it reads FOR UPDATE, as SQLite names them. */
  readonly locks: readonly string[];
  /** It reads information_schema, which must be filled first. */
  readonly readsSchema: boolean;
  /** The table that it writes. */
  readonly writes: TableDefinition | null;
  readonly inserted: Inserted | null;
}

/** Throws a refusal in MySQL's words for everything that it does not know how to say. */
export function translate(sql: string, context: SqlContext): Translation {
  const reader = new TokenReader(tokensOf(sql));
  const state = { locks: [] as string[], writes: null as TableDefinition | null };
  const of: Translating = {
    reader,
    context,
    out: [],
    tables: tablesIn(reader.tokens, context),
    inConflict: false,
    inserted: null,
    call: writeCall,
    query: (inner) => writeQuery(inner, state.locks, null),
  };
  const verb = reader.peek()?.text.toLowerCase();
  if (verb === "select") writeQuery(of, state.locks, sql);
  else if (verb === "insert" || verb === "replace") state.writes = writeInsert(of);
  else if (verb === "update") state.writes = writeUpdate(of);
  else if (verb === "delete") state.writes = writeDelete(of);
  else reader.refuse();
  reader.end();
  return {
    text: of.out.join(" "),
    locks: state.locks,
    writes: state.writes,
    inserted: of.inserted,
    readsSchema: /\binformation_schema\b/i.test(sql),
  };
}

/** What a statement names where a table may stand; names that are none are left out. */
function tablesIn(tokens: readonly Token[], { catalog, database }: SqlContext): TableDefinition[] {
  const found: TableDefinition[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "word" && token.kind !== "name") continue;
    const second = tokens[index + 1]?.text === "." ? tokens[index + 2] : undefined;
    const table = second ? catalog.find(token.text, second.text) : database === null ? null : catalog.find(database, token.text);
    if (table && !found.includes(table)) found.push(table);
  }
  return found;
}
