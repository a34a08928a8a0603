import type { Kysely, RawBuilder } from "kysely";
import type { Tables } from "./tables.ts";

/** A database or a transaction of it: the repositories do not care which. */
export type Db = Kysely<Tables>;

/** What the two engines do differently, in one place. */
export interface Engine {
  readonly name: "sqlite" | "mysql";
  /** Appended to a SELECT that must keep others out until the transaction ends; SQLite has one writer anyway. */
  readonly forUpdate: RawBuilder<unknown>;
  /** Milliseconds since the epoch on the store's own clock. */
  now(db: Db): Promise<number>;
  /** Whether an insert failed because its unique key is there already. */
  isDuplicate(error: unknown): boolean;
}
