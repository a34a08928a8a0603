import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { SERVICES, type Service } from "./services.ts";

/**
 * `npm test [-- --no-install] [paths]`: checks, then provides the services that the tests need, then every test. The last line is
 * `N passed, N failed, N skipped`; a run that executed no test fails.
 */
const root = new URL("../..", import.meta.url).pathname;
const given = process.argv.slice(2);
const mayInstall = !given.includes("--no-install");
const paths = given.filter((word) => !word.startsWith("--"));
const PER_FILE_MS = 180_000;

function isThere(command: string): boolean {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const missing = (): Service[] =>
  (Object.keys(SERVICES) as Service[]).filter((service) => !SERVICES[service].commands.every(isThere));

function provide(): Service[] {
  const wanted = missing();
  if (wanted.length === 0) return [];
  const packages = wanted.map((service) => SERVICES[service].package);
  const line = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(" ")}`;
  if (!mayInstall || process.getuid?.() !== 0 || !isThere("apt-get")) {
    console.log(`Not installed: ${packages.join(", ")}. Their tests are skipped. To have them: ${line}`);
    return wanted;
  }
  console.log(`Installing what the tests need: ${packages.join(", ")} (nothing is started by it) …`);
  install(line);
  return missing();
}

/** Debian asks this file whether a package may start its daemon: no. An existing one is left as it is. */
function install(line: string): void {
  const policy = "/usr/sbin/policy-rc.d";
  let made = false;
  try {
    writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755, flag: "wx" });
    made = true;
  } catch {}
  const { status, stdout, stderr } = spawnSync("sh", ["-c", line], {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (made) rmSync(policy, { force: true });
  if (status !== 0) console.log(`${stdout}${stderr}`.slice(-3_000));
}

function testFiles(): string[] {
  const all = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join("test", name));
  return all.filter((file) => paths.length === 0 || paths.some((path) => file.startsWith(path.replace(/\/$/, "")))).sort();
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Node's own runner with its own summary, two files at a time; what it counted is read from its last lines. */
function runTests(files: readonly string[], services: readonly Service[], folder: string): Promise<Counts> {
  const parameters = [
    "--disable-warning=ExperimentalWarning",
    "--test",
    "--test-concurrency=2",
    `--test-timeout=${PER_FILE_MS}`,
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    ...files,
  ];
  const child = spawn(process.execPath, parameters, {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, DM_MEDIC_SERVICES: services.join(","), TMPDIR: folder },
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
    process.stdout.write(chunk);
  });
  const countOf = (name: string): number => Number(new RegExp(`^ℹ ${name} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
  return new Promise((resolve) => {
    child.on("close", (code) => {
      const failed = countOf("fail") + countOf("cancelled");
      resolve({
        passed: countOf("pass"),
        failed: failed === 0 && code !== 0 ? 1 : failed,
        skipped: countOf("skipped") + countOf("todo"),
      });
    });
  });
}

const checked =
  paths.length > 0 ||
  spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", "test/support/run-checks.ts"], {
    cwd: root,
    stdio: "inherit",
  }).status === 0;
const absent = provide();
const folder = mkdtempSync(join(tmpdir(), "dm-medic-tests-"));
const services = (Object.keys(SERVICES) as Service[]).filter((service) => !absent.includes(service));
const { passed, failed, skipped } = await runTests(testFiles(), services, folder);
rmSync(folder, { recursive: true, force: true });
const problems = (checked ? 0 : 1) + (process.env.CI === "true" ? absent.length : 0) + (passed + failed === 0 ? 1 : 0);
if (!checked) console.log("✘ npm run check found something (see above)");
if (process.env.CI === "true" && absent.length > 0) console.log(`✘ missing in CI: ${absent.join(", ")}`);
console.log(`${passed} passed, ${failed + problems} failed, ${skipped} skipped`);
process.exitCode = failed + problems === 0 ? 0 : 1;
