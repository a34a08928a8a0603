import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { auditDraft, SYSTEM } from "../../src/app/audit-draft.ts";
import { ChangedMeanwhile, type Store } from "../../src/app/ports/store.ts";
import { eventText } from "../../src/domain/audit/canonical.ts";
import { newRun } from "../../src/domain/run/new-run.ts";
import { document } from "../../src/domain/wording/document.ts";
import { anAlert, anIncident, aPlan } from "../support/samples.ts";

/** What every store must do. `open` opens another handle on the same data, as a second copy of the bot would. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`the ${name} store`, () => {
    let store: Store;
    let other: Store;
    before(async () => {
      [store, other] = await Promise.all([open(), open()]);
    });
    after(async () => {
      await store.close();
      await other.close();
    });

    test("stores an alert once by fingerprint, start and status", async () => {
      const alert = anAlert("f1");

      const first = await store.inbox.put([alert, anAlert("f2")]);
      const second = await other.inbox.put([alert, { ...alert, status: "resolved" }]);

      assert.equal(first, 2);
      assert.equal(second, 1);
      const waiting = await store.inbox.waiting(10);
      assert.deepEqual(
        waiting.map((entry) => [entry.alert.fingerprint, entry.alert.status]),
        [
          ["f1", "firing"],
          ["f2", "firing"],
          ["f1", "resolved"],
        ],
      );
      await store.inbox.handled(
        waiting.map(({ id }) => id),
        5,
      );
      assert.equal(await other.inbox.countWaiting(), 0);
    });

    test("refuses an older version of an incident, and keeps every character", async () => {
      const incident = anIncident("I-1", { kind: "subtask", task: "t-ß-漢-😀", source: "s'`\\" });
      await store.incidents.insert(incident);

      const first = await store.incidents.update({ ...incident, severity: "warning" });
      const second = await other.incidents.update({ ...incident, severity: "critical" });

      assert.deepEqual([first, second], ["stored", "changed-meanwhile"]);
      const read = await other.incidents.get("I-1");
      assert.deepEqual(read?.root, incident.root);
      assert.equal(read?.version, incident.version + 1);
      assert.equal(read?.severity, "warning");
    });

    test("runs a transaction again whose work says that what it read has changed, so that no change of two is lost", async () => {
      const incident = anIncident("I-2");
      await store.incidents.insert(incident);
      const mention = (copy: Store) =>
        copy.transaction(async (tx) => {
          const read = (await tx.incidents.get("I-2"))!;
          const changed = { ...read, mentions: read.mentions + 1 };
          if ((await tx.incidents.update(changed)) !== "stored") throw new ChangedMeanwhile("I-2");
        });

      await Promise.all([mention(store), mention(other), mention(store), mention(other)]);

      assert.equal((await other.incidents.get("I-2"))?.mentions, incident.mentions + 4);
    });

    test("takes the first wish of one message, and the first form of one kept text, from two copies at once", async () => {
      const wish = (copy: Store, headline: string) =>
        copy.transaction((tx) =>
          tx.outbox.wish({
            ...{ key: "at-once", channel: "C9", threadOf: null, document: document(headline, "info", []) },
            ...{ urgency: 1 as const, at: 1 },
          }),
        );

      await Promise.all(["a", "b", "c", "d"].map((headline, index) => wish(index % 2 === 0 ? store : other, headline)));
      await Promise.all([store, other, store, other].map((copy, index) => copy.kept.put("at-once", String(index))));

      const message = await store.outbox.get("at-once");
      assert.equal(message?.wish, 4);
      assert.match((await store.kept.get("at-once")) ?? "", /^[0-3]$/);
      await store.outbox.failed("at-once", "done with it");
    });

    test("gives numbers without doubles to two copies at once", async () => {
      const numbers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store : other).nextNumber("plan")),
      );

      assert.equal(new Set(numbers).size, 20);
    });

    test("lets one of two runs have a source, and says who holds it", async () => {
      const locks = [{ cluster: "shop", what: "source", name: "s1" }] as const;
      await store.plans.insert(aPlan("P-1"));
      await store.plans.insert(aPlan("P-2"));

      const outcomes = await Promise.all([
        store
          .transaction((tx) => tx.runs.insert(newRun("R-1", aPlan("P-1"), 1, 60), locks))
          .catch(() => ({ kind: "blocked" as const, by: { run: "R-2" } })),
        other
          .transaction((tx) => tx.runs.insert(newRun("R-2", aPlan("P-2"), 1, 60), locks))
          .catch(() => ({ kind: "blocked" as const, by: { run: "R-1" } })),
      ]);

      assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ["blocked", "inserted"]);
      const winner = outcomes[0]!.kind === "inserted" ? "R-1" : "R-2";
      assert.deepEqual(
        (await store.runs.locks()).map(({ run }) => run),
        [winner],
      );
      await store.runs.releaseLocks(winner);
      assert.deepEqual(await other.runs.locks(), []);
    });

    test("fences off the writes of a copy that lost the lease", async () => {
      const run = newRun("R-9", aPlan("P-9"), 1, 60);
      await store.transaction((tx) => tx.runs.insert(run, []));
      const first = await store.leases.take("active", "a", 30);
      await store.leases.giveUp("active", "a");
      const second = await other.leases.take("active", "b", 30);

      assert.equal(first.kind, "held");
      assert.equal(second.kind, "held");
      const [oldFence, newFence] = [first, second].map((answer) => (answer.kind === "held" ? answer.fence : 0));
      assert.ok(newFence! > oldFence!);
      assert.equal(await store.runs.update(run, oldFence!), "fenced-off");
      assert.equal(await other.runs.update(run, newFence!), "stored");
      assert.deepEqual(await store.leases.take("active", "a", 30), { kind: "other", owner: "b" });
      const fences = [first, second].map((taken) => (taken.kind === "held" ? taken.fence : 0));
      assert.deepEqual(
        await store.transaction(async (tx) => [
          await tx.leases.isNewest("active", fences[0]!),
          await tx.leases.isNewest("active", fences[1]!),
          await tx.leases.isNewest("nobody's", 1),
        ]),
        [false, true, false],
      );
    });

    test("chains audit events written by two copies at once without a gap", async () => {
      const draft = (index: number) => auditDraft(index, "plan-made", SYSTEM, { task: "t", details: { index } });

      await Promise.all(Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? store : other).audit.append(draft(index))));

      const events = await store.audit.read(1, 1_000);
      assert.deepEqual(
        events.map(({ sequence }) => sequence),
        Array.from({ length: events.length }, (_, index) => index + 1),
      );
      for (const [index, event] of events.entries()) {
        assert.equal(event.previousHash, events[index - 1]?.hash ?? "0".repeat(64));
        assert.equal(event.hash, sha256.sha256(eventText(event, event.sequence, event.previousHash)));
      }
      assert.equal((await other.audit.about({ task: "t" }, 5)).length, 5);
    });

    test("undoes everything of a transaction that throws", async () => {
      const before = await store.audit.count();

      await assert.rejects(
        store.transaction(async (tx) => {
          await tx.incidents.insert(anIncident("I-undone"));
          await tx.audit.append(auditDraft(1, "incident-opened", SYSTEM, {}));
          throw new Error("on purpose");
        }),
        /on purpose/,
      );

      assert.equal(await other.incidents.get("I-undone"), null);
      assert.equal(await other.audit.count(), before);
    });

    test("merges the wishes of one message and never drops a new one", async () => {
      const wish = (key: string, headline: string, threadOf: string | null = null) =>
        store.outbox.wish({ key, channel: "C1", threadOf, document: document(headline, "info", []), urgency: 1, at: 1 });
      await wish("card", "one");
      await wish("card", "two");
      await wish("reply", "in the thread", "card");

      const due = await other.outbox.due(10, 10);

      assert.deepEqual(
        due.map(({ key, document: words, wish: number }) => [key, words.headline, number]),
        [["card", "two", 2]],
      );
      await store.outbox.sent("card", 2, "C1", "1.1", 10);
      assert.deepEqual(
        (await store.outbox.due(10, 10)).map(({ key }) => key),
        ["reply"],
      );
      assert.equal((await other.outbox.byAddress("C1", "1.1"))?.key, "card");
    });

    test("marks a first post whose reply was lost, and counts the repeat", async () => {
      await store.outbox.wish({
        key: "lost",
        channel: "C2",
        threadOf: null,
        document: document("x", "info", []),
        urgency: 0,
        at: 1,
      });
      await store.outbox.sending("lost", 1);

      await store.outbox.retry("lost", 100, "no answer", true);

      const message = await other.outbox.get("lost");
      assert.deepEqual([message?.uncertain, message?.repeated, message?.notBefore, message?.state], [true, true, 100, "waiting"]);
      assert.equal(
        (await store.outbox.due(50, 10)).some(({ key }) => key === "lost"),
        false,
      );
    });

    test("takes a click once", async () => {
      const click = {
        id: "c1",
        action: "approve",
        value: "P-1|d",
        person: { id: "U1", name: null, identity: "slack" as const },
        channel: "C1",
        messageTs: "1.1",
        responseUrl: null,
        at: 5,
        reason: "",
      };

      const stored = await Promise.all([store.clicks.put(click), other.clicks.put(click)]);

      assert.deepEqual(stored.sort(), [false, true]);
      await store.clicks.answered("c1", 6, "done");
      assert.deepEqual(await other.clicks.waiting(5), []);
      assert.equal((await other.clicks.get("c1"))?.outcome, "done");
    });
  });
}
