import type { Hashing } from "../../app/ports/identifiers.ts";
import type { Store } from "../../app/ports/store.ts";
import { type MysqlStoreOptions, openMysqlStore } from "./mysql-store.ts";
import { openSqliteStore } from "./sqlite-store.ts";

export type StoreChoice =
  | { readonly kind: "sqlite"; readonly file: string }
  | ({ readonly kind: "mysql" } & Omit<MysqlStoreOptions, "hashing">);

/** The store that the configuration names. Throws when it cannot be opened. */
export function openStore(choice: StoreChoice, hashing: Hashing): Promise<Store> {
  if (choice.kind === "sqlite") return openSqliteStore({ file: choice.file, hashing });
  const { kind: _, ...connection } = choice;
  return openMysqlStore({ ...connection, hashing });
}
