import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { NO_OPTIONS } from "../../src/domain/plan/plan.ts";
import { type RowsBench, startRowsBench } from "../support/rows-bench.ts";

let bench: RowsBench;
afterEach(() => bench.end());
const ABOUT = { options: { ...NO_OPTIONS, file: "mysql-bin.000002" } };
const openIncident = async (kind: string) =>
  (await bench.store.incidents.open("shop")).find((incident) => incident.members.some(({ finding }) => finding.kind === kind));

describe("a repair that is asked for by name", { timeout: 60_000 }, () => {
  test("belongs to the incident whose trouble it mends, not to any other of the task", async () => {
    bench = await startRowsBench();
    await bench.writeHuge();
    await bench.until("the file is passed", () => bench.isPast(2));
    await bench.write("CREATE TABLE shop.more (id INT NOT NULL PRIMARY KEY)", "INSERT INTO shop.more VALUES (1)");
    await bench.until("the row arrives", async () =>
      bench.db.query("SELECT 1 FROM shop.more").then(
        ([rows]) => (rows as []).length > 0,
        () => false,
      ),
    );
    await bench.db.query("DROP TABLE shop.more");
    await bench.write("INSERT INTO shop.more VALUES (2)");
    await bench.until("DM stops at it", () => bench.subtask()?.stage === "Paused");
    for (let poll = 0; poll < 3; poll++) await bench.poll();
    const [rows, table] = [await openIncident("rows-may-be-missing"), await openIncident("missing-table")];
    assert.ok(rows && table && rows.id !== table.id, "two incidents are open");

    const [rewind, gtid] = [await bench.plan("rewind-sync-checkpoint", ABOUT), await bench.plan("switch-to-gtid", ABOUT)];
    const resume = await bench.plan("resume-task");

    assert.deepEqual([rewind.incident, gtid.incident, resume.incident], [rows.id, rows.id, table.id]);
    assert.deepEqual([rewind.kind, resume.kind], ["rows-may-be-missing", "missing-table"]);
  });

  test("counts on that incident's budget, and is refused when it is used up", async () => {
    bench = await startRowsBench({ policy: { ineffectiveRunsAtMost: 1 } });
    await bench.writeHuge();
    await bench.until("the file is passed", () => bench.isPast(2));
    await bench.poll();
    const run = await bench.finish(await bench.approvedRun("rewind-sync-checkpoint", ABOUT));
    assert.equal(run.state.kind, "failed", "a rewind by position brings no row back");

    assert.match((await bench.why("rewind-sync-checkpoint", ABOUT)).join(" "), /1 times on this without lasting effect/);
  });

  test("of a source's own trouble is found by the task's name, and touches no other source", async () => {
    bench = await startRowsBench({ relay: true });
    await bench.writeHuge();
    await bench.until("a row arrives", async () => (await bench.ids()).includes(2));
    await bench.poll();
    const ahead = await openIncident("binlog-over-4gib-ahead");

    const plan = await bench.plan("switch-to-gtid");

    assert.equal(plan.incident, ahead?.id);
    assert.ok(plan.incident !== null);
    assert.deepEqual(
      plan.targets.map(({ task, source }) => [task, source]),
      [
        ["orders", "replica-1"],
        [null, "replica-1"],
      ],
    );
  });

  test("and what could be done for a task is also asked of its source's trouble", async () => {
    bench = await startRowsBench({ relay: true });
    await bench.writeHuge();
    await bench.until("a row arrives", async () => (await bench.ids()).includes(2));
    await bench.watch.pollAnew("shop", bench.signal);
    const ahead = await openIncident("binlog-over-4gib-ahead");

    const made = await bench.propose({ ...bench.request("resume-task"), playbook: null }, bench.signal);

    assert.ok(made.kind === "plan", JSON.stringify(made));
    assert.deepEqual([made.plan.playbook, made.plan.incident], ["switch-to-gtid", ahead?.id]);
  });

  for (const playbook of ["rewind-sync-checkpoint", "switch-to-gtid", "replace-relay-file"] as const)
    test(`is refused in words where the trouble is not there: ${playbook}`, async () => {
      bench = await startRowsBench();
      await bench.poll();

      assert.match(
        (await bench.why(playbook)).join(" "),
        new RegExp(`${playbook} mends .* orders shows neither now \\(it shows: healthy\\)`),
      );
    });
});
