import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { openMysqlStore } from "../../src/adapters/store/mysql-store.ts";
import type { Store } from "../../src/app/ports/store.ts";
import { type BotStage, startBotStage } from "../support/bot-stage.ts";
import { type MariaDb, startMariaDb } from "../support/mariadb.ts";
import { skipWithout } from "../support/services.ts";

describe("two copies of the bot on one MariaDB", { skip: skipWithout("mariadb"), timeout: 170_000 }, () => {
  let mariadb: MariaDb;
  before(async () => {
    mariadb = await startMariaDb();
  });
  after(() => mariadb.stop());

  async function stage(name: string): Promise<{ set: BotStage; store: Store; end: () => Promise<void> }> {
    const { password, ...login } = await mariadb.freshDatabase(name);
    process.env.STORE_PASSWORD = password;
    const mysql = { ...login, password: "${STORE_PASSWORD}" };
    const set = await startBotStage((content) => ({ ...content, store: { mysql } }));
    const store = await openMysqlStore({ ...login, password, hashing: sha256 });
    return {
      set,
      store,
      async end() {
        await store.close();
        await set.end();
      },
    };
  }
  /** Asks for the lease that somebody holds, and learns who. */
  async function holderOf(store: Store): Promise<string> {
    const answer = await store.leases.take("active", "the test", 1);
    return answer.kind === "other" ? answer.owner : assert.fail("nobody is active");
  }

  test("one card and one run, also when the press reaches the copy that stands by", async () => {
    const { set, store, end } = await stage("both");
    try {
      await set.bot();
      await set.bot();
      const plan = await set.troubleWithPlan();
      // The stand-in takes its sockets in turn: of two presses one reaches each copy.
      await set.slack.act.press("ana", "C0ALERTS", plan.ts, "Approve");
      await set.find(
        "the refusal",
        ({ ephemeralTo, blocks }) => ephemeralTo === "U0ANA" && /needs the role approver/.test(JSON.stringify(blocks)),
      );
      await set.slack.act.press("bo", "C0ALERTS", plan.ts, "Approve");
      await set.find("the run's end", ({ text }) => /R-1.*(?:proved|did not|WAITS)/.test(text), 40_000);

      assert.deepEqual(set.writes(), ["PUT", "POST"]);
      assert.equal((await store.runs.get("R-1"))?.state.kind, "succeeded");
      assert.equal(
        set.slack.workspace.messages.filter(({ text, threadTs }) => threadTs === null && text.includes("I-1")).length,
        1,
      );
      assert.deepEqual(await store.clicks.waiting(10), []);
    } finally {
      await end();
    }
  });

  test("the active one freezes in a call and another takes over; what woke up writes nothing more", async () => {
    const { set, store, end } = await stage("frozen");
    try {
      const first = await set.bot();
      const plan = await set.troubleWithPlan();
      const before = await holderOf(store);
      await set.bot();
      set.dm.faultNext({ matches: ({ method }) => method === "PUT", what: { kind: "delay", milliseconds: 1_500 } });
      void set.slack.act.press("bo", "C0ALERTS", plan.ts, "Approve");
      while (set.writes().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      first.kill("SIGSTOP");
      await set.find("the run's end", ({ text }) => /R-1.*(?:proved|did not|WAITS)/.test(text), 60_000);
      const atTheEnd = set.writes();
      assert.notEqual(await holderOf(store), before);

      first.kill("SIGCONT");
      // Long enough for the woken one to renew its lease twice and to work on what it held.
      await new Promise((resolve) => setTimeout(resolve, 5_000));

      assert.deepEqual(atTheEnd, ["PUT", "POST"]);
      assert.deepEqual(set.writes(), atTheEnd);
      assert.equal((await store.runs.get("R-1"))?.state.kind, "succeeded");
      assert.notEqual(await holderOf(store), before);
      assert.deepEqual(await store.runs.locks(), []);
      assert.equal(
        set.slack.workspace.messages.filter(({ text, threadTs }) => threadTs === null && text.includes("I-1")).length,
        1,
      );
    } finally {
      await end();
    }
  });

  test("the active one dies in a run: the other takes over within the lease, nothing twice", async () => {
    const { set, store, end } = await stage("dead");
    try {
      const first = await set.bot(7);
      const plan = await set.troubleWithPlan();
      await set.bot();
      const died = once(first, "exit");
      void set.slack.act.press("bo", "C0ALERTS", plan.ts, "Approve");
      await died;
      const dead = performance.now();
      await set.find("the run's end", ({ text }) => /R-1.*(?:proved|did not|WAITS)/.test(text), 60_000);

      assert.ok(performance.now() - dead > 1_000, "the lease was waited for");
      assert.deepEqual(set.writes(), ["PUT", "POST"]);
      assert.equal((await store.runs.get("R-1"))?.state.kind, "succeeded");
      const events = await store.audit.about({}, 200);
      assert.ok(events.some(({ kind }) => kind === "run-taken-over"));
    } finally {
      await end();
    }
  });
});
