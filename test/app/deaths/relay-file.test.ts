import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { afterEach, describe, test } from "node:test";
import { NO_OPTIONS } from "../../../src/domain/plan/plan.ts";
import { dieEverywhere, type Mortal } from "../../support/death.ts";
import { type MortalHost, makeMortalHost } from "../../support/mortal-host.ts";
import { type RowsBench, took } from "../../support/rows-bench.ts";

const ABOUT = { options: { ...NO_OPTIONS, file: "mysql-bin.000002" } };

describe("wherever their processes die, a relay's file is replaced once", { timeout: 170_000 }, () => {
  const hosts: MortalHost[] = [];
  const newHost = (change?: Parameters<typeof makeMortalHost>[0]): MortalHost => {
    const host = makeMortalHost(change);
    hosts.push(host);
    return host;
  };
  async function relayFails(bench: RowsBench): Promise<void> {
    await bench.writeHuge();
    await bench.until("the relay has failed", () => bench.source().relay?.stage === "Paused");
    await bench.poll();
  }
  const replacing = (host: MortalHost): Pick<Mortal, "options" | "outside"> => ({
    options: host.bench({ policy: { passFileSeconds: 12 } }),
    outside: (facts, _, life) => host.reachedBy(facts, life),
  });
  afterEach(() => {
    for (const host of hosts.splice(0)) host.end();
  });

  test("replace-relay-file, on a host by commands", async () => {
    await dieEverywhere(() => {
      const host = newHost();
      return {
        ...replacing(host),
        async begin(bench) {
          await relayFails(bench);
          return bench.approvedRun("replace-relay-file", ABOUT);
        },
        seen: host.changes,
        // v8.1's sync unit turns there for ever: the watch ends with its time. A folder that has the right owner is not given it again.
        spared: / watch-past-file |ch(?:own|mod) \S+ dm-medic-R-1 /,
        async check(bench, run) {
          assert.ok(run.state.kind === "failed" && /not past mysql-bin\.000002/.test(run.state.why), JSON.stringify(run.state));
          assert.ok(
            took(run)
              .slice(0, 7)
              .every((step) => step.endsWith(" done")),
            took(run).join(", "),
          );
          assert.equal(host.bytesOf("mysql-bin.000002"), bench.source().side.binlog.file(2)?.sizeBytes);
          assert.match(host.meta(), /mysql-bin\.000003/);
        },
      };
    });
  });

  test("replace-relay-file, by people who type what they are told", async () => {
    await dieEverywhere(() => {
      const host = newHost((options) => ({ ...options, form: "by-hand", status: null }));
      const typed: string[] = [];
      return {
        options: host.bench({ policy: { passFileSeconds: 12 } }),
        async begin(bench) {
          await relayFails(bench);
          return bench.approvedRun("replace-relay-file", ABOUT);
        },
        seen: () => typed,
        async person(_, { steps }) {
          const state = steps.find((step) => step.state.kind === "by-hand")?.state;
          if (state?.kind !== "by-hand") return false;
          typed.push(state.commands.replaceAll(host.folder, ""));
          await type(state.commands);
          return true;
        },
        spared: / watch-past-file /,
        async check(bench, run) {
          assert.ok(run.state.kind === "failed" && /not past mysql-bin\.000002/.test(run.state.why), JSON.stringify(run.state));
          assert.equal(host.bytesOf("mysql-bin.000002"), bench.source().side.binlog.file(2)?.sizeBytes);
          assert.match(host.meta(), /mysql-bin\.000003/);
          assert.equal(typed.length, 5);
        },
      };
    });
  });
});

/** In a shell, as a person does it. */
async function type(commands: string): Promise<void> {
  const { code, said } = await new Promise<{ code: number | null; said: string }>((resolve) => {
    const shell = spawn("sh", ["-e", "-c", commands], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    shell.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
    });
    shell.on("close", (code) => resolve({ code, said }));
  });
  assert.equal(code, 0, `${commands}\n${said}`);
}
