import { join } from "node:path";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { storeContract } from "./store.ts";

const file = join(scratchFolder("sqlite"), "store.db");
storeContract("SQLite", () => openSqliteStore({ file, hashing: sha256 }));
