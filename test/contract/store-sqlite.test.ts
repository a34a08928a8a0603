import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { storeContract } from "./store.ts";

const file = join(mkdtempSync(join(tmpdir(), "dm-medic-sqlite-")), "store.db");
storeContract("SQLite", () => openSqliteStore({ file, hashing: sha256 }));
