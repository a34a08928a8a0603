import { after, before, describe } from "node:test";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { openMysqlStore } from "../../src/adapters/store/mysql-store.ts";
import { type MariaDb, startMariaDb } from "../support/mariadb.ts";
import { skipWithout } from "../support/services.ts";
import { storeContract } from "./store.ts";

describe("on a real MariaDB", { skip: skipWithout("mariadb") }, () => {
  let server: MariaDb;
  let connection: Awaited<ReturnType<MariaDb["freshDatabase"]>>;
  before(async () => {
    server = await startMariaDb();
    connection = await server.freshDatabase("medic");
  });
  after(() => server.stop());

  storeContract("MySQL", () => openMysqlStore({ ...connection, hashing: sha256 }));
});
