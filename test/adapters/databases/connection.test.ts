import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { rowsOf, withConnection } from "../../../src/adapters/databases/connection.ts";
import { tryLogin } from "../../../src/adapters/databases/try-login.ts";
import type { DatabaseLogin } from "../../../src/app/ports/databases.ts";
import { type MariaDb, startMariaDb } from "../../support/mariadb.ts";
import { skipWithout } from "../../support/services.ts";

const signal = new AbortController().signal;

const skip = skipWithout("mariadb") || skipWithout("openssl");

describe("a connection to a real MariaDB", { skip, timeout: 120_000 }, () => {
  let folder: string;
  let database: MariaDb;
  let login: DatabaseLogin;
  let ca: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "dm-medic-tls-"));
    ca = makeAuthority(folder, "ca");
    makeAuthority(folder, "other-ca");
    makeCertificate(folder, "localhost");
    database = await startMariaDb({
      serverOptions: [`--ssl-cert=${join(folder, "server.pem")}`, `--ssl-key=${join(folder, "server.key")}`],
    });
    login = await database.user("asker", ["GRANT PROCESS ON *.*"]);
  });
  after(async () => {
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const ask = (sql: string, timeoutMs = 3_000, whose = login, until = signal) =>
    withConnection(whose, timeoutMs, until, (connection) => rowsOf(connection, timeoutMs, sql));
  const connectionsNow = async (): Promise<number> => {
    const rows = await database.asRoot("SELECT COUNT(*) AS n FROM information_schema.processlist WHERE user = 'asker'");
    return (rows as { n: number }[])[0]!.n;
  };
  const untilNobodyIsThere = async (atMostMs: number): Promise<number> => {
    const began = performance.now();
    while ((await connectionsNow()) > 0 && performance.now() - began < atMostMs);
    return performance.now() - began;
  };

  test("figures keep their last digit, times come in UTC as text, JSON as text", async () => {
    const asked = await ask(
      "SELECT 9007199254740993 AS big, 4823460526 AS size, NOW() - INTERVAL 0 SECOND AS now, UTC_TIMESTAMP() AS utc",
    );

    assert.equal(asked.kind, "answered", JSON.stringify(asked));
    if (asked.kind !== "answered") return;
    const [row] = asked.value;
    assert.deepEqual([row?.big, row?.size], ["9007199254740993", 4_823_460_526]);
    assert.equal(row?.now, row?.utc);
  });

  test("a statement that takes too long is ended by the server itself, before nobody waits for it any more", async () => {
    const began = performance.now();
    const asked = await ask("SELECT SLEEP(30)", 1_000);

    assert.ok(performance.now() - began < 3_000);
    assert.deepEqual([asked.kind, asked.kind === "failed" && asked.number], ["failed", 1969]);
    assert.ok((await untilNobodyIsThere(5_000)) < 5_000);
  });

  test("a signal ends the wait at once, and the connection is gone", async () => {
    const began = performance.now();
    const asked = await ask("SELECT SLEEP(2)", 3_000, login, AbortSignal.timeout(100));

    assert.ok(performance.now() - began < 1_500);
    assert.match(asked.kind === "failed" ? asked.why : "", /given up/);
    assert.equal((await ask("SELECT 1", 3_000, login, AbortSignal.abort())).kind, "failed");
    assert.ok((await untilNobodyIsThere(10_000)) < 10_000);
  });

  test("work that throws is an answer too, and leaves no connection behind", async () => {
    const asked = await withConnection(login, 3_000, signal, () => Promise.reject(new Error("too many")));

    assert.deepEqual(asked, { kind: "failed", number: 0, why: "too many" });
    assert.ok((await untilNobodyIsThere(5_000)) < 5_000);
  });

  test("what fails never tells the password", async () => {
    const password = "S3cret-in-no-word";
    const failed = await Promise.all([
      ask("SELECT 1", 500, { ...login, password }),
      ask("SELECT 1", 500, { ...login, password, port: 1 }),
      ask("SELECT 1", 500, { ...login, password, host: "no-such-host.invalid" }),
      ask("SELECT 1", 500, { ...login, password, ca: "no certificate" }),
    ]);

    for (const asked of failed) {
      assert.equal(asked.kind, "failed");
      assert.ok(!JSON.stringify(asked).includes(password), JSON.stringify(asked));
    }
  });

  test("where the login names an authority the connection is encrypted, and to nobody else", async () => {
    const strict = await database.user("strict", []);
    await database.asRoot("ALTER USER strict REQUIRE SSL");

    assert.equal((await tryLogin(strict, 3_000, signal)).kind, "refused");
    assert.deepEqual(await tryLogin({ ...strict, ca }, 3_000, signal), { kind: "works" });
    assert.deepEqual(await tryLogin({ ...strict, ca, host: "localhost" }, 3_000, signal), { kind: "works" });
    const other = await tryLogin({ ...strict, ca: readFileSync(join(folder, "other-ca.pem"), "utf8") }, 3_000, signal);
    assert.equal(other.kind, "unreachable", JSON.stringify(other));
    assert.match(other.kind === "unreachable" ? other.why : "", /certificate/i);
  });

  test("a certificate for another name is not taken", async () => {
    makeCertificate(folder, "elsewhere.example");
    await database.restart();

    const answer = await tryLogin({ ...login, ca, host: "localhost" }, 3_000, signal);

    assert.equal(answer.kind, "unreachable", JSON.stringify(answer));
    assert.match(answer.kind === "unreachable" ? answer.why : "", /altnames|does not match/i);
  });
});

function openssl(folder: string, parameters: readonly string[]): void {
  const { status, stderr } = spawnSync("openssl", parameters, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl ${parameters[0]}: ${stderr}`);
}

function makeAuthority(folder: string, name: string): string {
  openssl(folder, [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...["-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.pem`],
  ]);
  return readFileSync(join(folder, `${name}.pem`), "utf8");
}

/** `server.pem`, signed by `ca`. */
function makeCertificate(folder: string, host: string): void {
  writeFileSync(join(folder, "names"), `subjectAltName=DNS:${host}\n`);
  openssl(folder, [
    ...["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-subj", `/CN=${host}`, "-keyout", "server.key", "-out", "server.csr"],
  ]);
  openssl(folder, [
    ...["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"],
    ...["-extfile", "names", "-out", "server.pem"],
  ]);
}
