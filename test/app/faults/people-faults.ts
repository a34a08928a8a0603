import assert from "node:assert/strict";
import type { Decision } from "../../../src/app/decide.ts";
import type { StoredClick } from "../../../src/app/ports/store.ts";
import type { Person } from "../../../src/domain/approval/people.ts";
import type { Plan } from "../../../src/domain/plan/plan.ts";
import { ADMIN, APPROVER, OPERATOR, person } from "../../support/engine.ts";
import { type FaultCase, type FaultStage, TROUBLES } from "../../support/fault-case.ts";
import { textOf } from "../../support/try-faults.ts";

const STOP_AND_START = ["PUT tasks 7", "POST tasks"];
const SWITCH = ["PUT tasks 7", "PUT sources 3", "PUT sources 1", "POST tasks", ...STOP_AND_START];
const UNTOUCHED = { as: "failed", left: "task-untouched", says: /Nothing was changed/ } as const;
const LOST = [1, 2, 200, 202];
const HELD = TROUBLES.connection.bench;

const voteOn = ({ id, digest }: Plan, by: Person): Decision => ({
  ...{ plan: id, digest, person: by, reason: "it is needed", at: Date.now() },
  verdict: "approve",
});
const planOf = async (stage: FaultStage, trouble: "connection" | "lost-row"): Promise<Plan> => {
  const { playbook, request, prepare } = TROUBLES[trouble];
  await prepare(stage);
  return stage.plan(playbook, request);
};
const events = async ({ store }: FaultStage, kind: string): Promise<number> =>
  (await store.audit.read(1, 10_000)).filter((event) => event.kind === kind).length;
const press = (action: string, value: string, by: Person, id: string, at = Date.now()): StoredClick => ({
  ...{ id, action, value, channel: "C1", messageTs: "1.1", responseUrl: null, reason: "it is needed", at },
  person: { ...by, identity: "slack" },
});
/** What a group's members are, until somebody asks Slack. */
const group = (members: () => readonly string[] | "not-known") => ({
  ...{ nameOf: async () => null, sendFile: async () => ({ kind: "not-sent" as const, why: "" }) },
  groupMembers: async () => members(),
});
let inGroup: readonly string[] | "not-known" = "not-known";

const VOTES: readonly FaultCase[] = [
  {
    id: "people-two-approve-at-once",
    happens: "the two approvers of a plan that changes data press in the same moment",
    holds: "both votes count, one run starts, it is carried out once",
    async try(stage) {
      const plan = await planOf(stage, "lost-row");

      const outcomes = await Promise.all([APPROVER, ADMIN].map((by) => stage.decide.decide(voteOn(plan, by))));

      assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ["counted", "started"]);
      assert.equal((await stage.finish("R-1")).state.kind, "succeeded");
      assert.deepEqual(stage.writes(), SWITCH);
      assert.deepEqual([await events(stage, "run-started"), await events(stage, "vote-counted")], [1, 2]);
    },
  },
  {
    id: "people-one-votes-twice",
    happens: "one approver presses twice where two people are needed",
    holds: "the second press is refused with that word; no run starts",
    async try(stage) {
      const plan = await planOf(stage, "lost-row");

      const first = await stage.decide.decide(voteOn(plan, APPROVER));
      const second = await stage.decide.decide(voteOn(plan, APPROVER));

      assert.deepEqual(first, { kind: "counted", missing: 1 });
      assert.equal(second.kind === "refused" && second.why.key, "voted-already");
      assert.deepEqual([await stage.store.runs.unfinished(), stage.writes()], [[], []]);
      assert.equal(await events(stage, "vote-refused"), 1);
    },
  },
  {
    id: "people-double-click",
    happens: "Slack delivers one press of Approve twice",
    holds: "it is stored and worked on once",
    options: HELD,
    async try(stage) {
      const plan = await planOf(stage, "connection");
      const click = press("approve", `${plan.id}|${plan.digest}`, APPROVER, "trigger-1");

      const stored = [await stage.store.clicks.put(click), await stage.store.clicks.put(click)];
      for (const waiting of await stage.store.clicks.waiting(10)) await stage.clicks().handle(waiting, stage.signal);

      assert.deepEqual(stored, [true, false]);
      assert.deepEqual(await stage.store.clicks.waiting(10), []);
      assert.equal((await stage.finish("R-1")).state.kind, "succeeded");
      assert.deepEqual([stage.writes(), await events(stage, "run-started")], [STOP_AND_START, 1]);
    },
  },
  {
    id: "people-late-click",
    happens: "somebody presses Approve after the plan has expired",
    holds: "the press is answered: expired, and what to do; nothing starts",
    options: HELD,
    async try(stage) {
      const plan = await planOf(stage, "connection");
      const click = press("approve", `${plan.id}|${plan.digest}`, APPROVER, "trigger-1", plan.expiresAt + 1);

      await stage.store.clicks.put(click);
      const answer = await stage.clicks().handle(click, stage.signal);

      assert.match(textOf(answer), /expired.*Ask for a new one/);
      assert.deepEqual([await stage.store.runs.unfinished(), await events(stage, "vote-refused")], [[], 1]);
      assert.notEqual((await stage.store.clicks.get("trigger-1"))?.outcome, null);
    },
  },
  {
    id: "people-old-button",
    happens: "somebody presses Approve on the message of a plan that was carried out",
    holds: "the press is answered: which run carried it out; nothing starts",
    options: HELD,
    async try(stage) {
      const plan = await planOf(stage, "connection");
      await stage.decide.decide(voteOn(plan, APPROVER));
      await stage.finish("R-1");
      const click = press("approve", `${plan.id}|${plan.digest}`, ADMIN, "trigger-2");

      await stage.store.clicks.put(click);
      const answer = await stage.clicks().handle(click, stage.signal);

      assert.match(textOf(answer), /approved already; R-1/);
      assert.deepEqual([stage.writes(), await events(stage, "run-started")], [STOP_AND_START, 1]);
    },
  },
  {
    id: "people-approver-removed",
    happens: "an approver is taken out of the roles before the press",
    holds: "the role counts as it is at the press: refused, with the role that is needed",
    options: HELD,
    async try(stage) {
      const plan = await planOf(stage, "connection");
      Object.assign(stage.settings.clusters[0]!.roles, { approver: { users: [], groups: [] } });

      const outcome = await stage.decide.decide(voteOn(plan, APPROVER));

      assert.equal(outcome.kind === "refused" && outcome.why.key, "role-none");
      assert.deepEqual([await stage.store.runs.unfinished(), await events(stage, "vote-refused")], [[], 1]);
    },
  },
  {
    id: "people-group-not-told",
    happens: "Slack does not tell who is in the approvers' group when a vote on data comes",
    holds: "the vote does not count, and says why; when Slack tells it, the next press does",
    options: { chat: group(() => inGroup) },
    async try(stage) {
      Object.assign(stage.settings.clusters[0]!.roles, { approver: { users: ["UAPP"], groups: ["S0DBA"] } });
      const plan = await planOf(stage, "lost-row");
      const dba = person("UDBA");

      inGroup = "not-known";
      const closed = await stage.decide.decide(voteOn(plan, dba));
      inGroup = ["UDBA"];
      const open = await stage.decide.decide(voteOn(plan, dba));

      assert.equal(closed.kind === "refused" && closed.why.key, "groups-not-known");
      assert.deepEqual(open, { kind: "counted", missing: 1 });
      assert.deepEqual(await stage.store.runs.unfinished(), []);
    },
  },
  {
    id: "people-two-answers-at-once",
    happens: "two people answer a waiting run in the same moment, one Go on, one Put back",
    holds: "one answer is taken, the other told so; the task is started once",
    options: HELD,
    async try(stage) {
      const plan = await planOf(stage, "connection");
      stage.world.refuseNextStart("GTID state purged");
      await stage.decide.decide(voteOn(plan, APPROVER));
      assert.equal((await stage.finish("R-1")).state.kind, "needs-person");

      const answers = await Promise.all([
        stage.executor.byPerson("R-1", APPROVER, "go-on"),
        stage.executor.byPerson("R-1", OPERATOR, "put-back"),
      ]);

      assert.deepEqual(answers.map(({ kind }) => kind).sort(), ["done", "refused"]);
      assert.notEqual((await stage.finish("R-1")).state.kind, "needs-person");
      assert.deepEqual(stage.writes(), [...STOP_AND_START, "POST tasks"]);
    },
  },
];

const COLLEAGUES: readonly FaultCase[] = [
  {
    id: "colleague-pauses",
    happens: "a colleague pauses the task between vote and resume",
    holds: "what a person paused is not resumed: the run ends, nothing was changed",
    trouble: "moment",
    fault: async ({ world, subtask }) => {
      Object.assign(subtask()!, { errors: [], trouble: null });
      await world.pause(subtask()!);
    },
    ...{ ends: UNTOUCHED, calls: [], task: "Paused" },
  },
  {
    id: "colleague-deletes-task",
    happens: "a colleague stops the task for good between vote and stop",
    holds: "a task that is gone is not started: the run ends, nothing was changed",
    trouble: "connection",
    fault: async ({ world, subtask, until }) => {
      await world.remove(subtask()!);
      await until("it is gone", () => subtask() === null);
    },
    ...{ ends: UNTOUCHED, calls: [], task: "absent" },
  },
  {
    id: "colleague-starts-task",
    happens: "a colleague starts the task while its checkpoint rows are to be rewritten",
    holds: "rows that a worker has read are not written; a person is called",
    trouble: "lost-row",
    at: {
      step: "start-source",
      is: "done",
      happen: async ({ world, yaml, until, subtask }) => {
        await world.startTask(yaml(), ["replica-1"]);
        await until("it runs", () => subtask()?.stage === "Running");
      },
    },
    ends: { as: "needs-person", says: /somebody started it meanwhile/ },
    ...{ calls: SWITCH.slice(0, 3), rows: LOST },
    check: async ({ checkpoint }) =>
      assert.ok((await checkpoint()).every(({ file, position }) => !(file.endsWith("000002") && position === 4))),
  },
  {
    id: "colleague-changes-source",
    happens: "a colleague changes the source's settings between vote and stop",
    holds: "the plan does not hold any more: the run ends, nothing was changed, and what changed is named",
    trouble: "connection",
    fault: ({ source }) => Object.assign(source().config, { backoffMaxSeconds: 77 }),
    ends: { ...UNTOUCHED, says: /Nothing was changed.*source settings replica-1/ },
    ...{ calls: [], task: "Paused" },
  },
  {
    id: "colleague-changes-yaml",
    happens: "a colleague starts the task with another YAML between vote and stop",
    holds: "the kept YAML would not be what runs: the run ends, nothing was changed",
    trouble: "connection",
    fault: async ({ world, subtask, yaml, until }) => {
      await world.remove(subtask()!);
      await until("it is gone", () => subtask() === null);
      await world.startTask(yaml().replace("batch: 10", "batch: 99"), ["replica-1"]);
    },
    ...{ ends: UNTOUCHED, calls: [] },
  },
  {
    id: "colleague-moves-source",
    happens: "a colleague moves the source to another worker between vote and stop",
    holds: "a stop and a start are asked of the source, wherever it is: done once",
    trouble: "connection",
    fault: ({ world, source }) => world.transferSource(source(), "worker2"),
    ...{ ends: { as: "succeeded", says: /./ }, calls: STOP_AND_START },
  },
  {
    id: "colleague-upgrades-dm",
    happens: "DM is upgraded between vote and stop, to one that takes another stop",
    holds: "the stop of the old one is refused, the other one is sent; the task is stopped and started once",
    trouble: "connection",
    options: { version: "v5.3.0" },
    fault: ({ world }) => Object.assign(world, { version: "v8.1.0" }),
    ends: { as: "succeeded", says: /proved: it runs again/ },
    calls: ["PUT tasks 1", "PUT tasks 7", "POST tasks"],
  },
  {
    id: "colleague-opens-ddl-lock",
    happens: "a shard DDL lock is opened while a file is replayed in safe mode",
    holds: "the replay counts as held up: loud, in safe mode; Go on watches again once the lock is gone",
    trouble: "lost-row",
    at: {
      step: "start-task",
      is: "done",
      happen: ({ subtask }) => Object.assign(subtask()!, { ddlLock: "orders-`shop`.`orders`" }),
    },
    ends: { as: "needs-person", left: "task-in-safe-mode", says: /safe mode.*DDL lock was opened meanwhile/ },
    afterwards: {
      mend: ({ subtask }) => Object.assign(subtask()!, { ddlLock: "" }),
      ...{ answer: "go-on", ends: { as: "succeeded", says: /proved: it runs again/ } },
    },
    calls: SWITCH,
  },
  {
    id: "colleague-changes-rewritten-row",
    happens: "a colleague changes a checkpoint row that the run has rewritten, and somebody says Put back",
    holds: "a row that is not as the run wrote it is not written over; a person is called with that word",
    trouble: "lost-row",
    fault: ({ world }) => world.refuseNextStart("the precheck does not like it"),
    ends: { as: "needs-person", left: "task-gone", says: /the precheck does not like it/ },
    afterwards: {
      mend: ({ db }) => db.query("UPDATE dm_meta.orders_syncer_checkpoint SET binlog_pos = 5 WHERE is_global = 1"),
      ...{ answer: "put-back", ends: { as: "needs-person", left: "task-gone", says: /THE TASK DOES NOT EXIST/ } },
    },
    calls: [...SWITCH.slice(0, 4), "PUT sources 3", "PUT sources 1"],
    ...{ rows: LOST, task: "absent" },
    check: async ({ checkpoint }) => assert.equal((await checkpoint())[0]?.position, 5),
  },
  {
    id: "colleague-freezes",
    happens: "an admin freezes the cluster between vote and stop",
    holds: "the run ends, nothing was changed, with the admin's reason",
    trouble: "connection",
    fault: ({ store }) =>
      store.records.put("freeze", "shop", { cluster: "shop", by: ADMIN, at: Date.now(), reason: "the night of the audit" }),
    ends: { ...UNTOUCHED, says: /Nothing was changed.*the night of the audit/ },
    ...{ calls: [], task: "Paused" },
  },
  {
    id: "colleague-deletes-checkpoint",
    happens: "a colleague deletes the checkpoint rows between vote and stop",
    holds: "a start would begin anew: the run ends, nothing was changed",
    trouble: "connection",
    fault: async ({ world, db }) => {
      world.stop();
      await world.settled();
      await db.query("DELETE FROM dm_meta.orders_syncer_checkpoint");
    },
    ...{ ends: UNTOUCHED, calls: [], task: "Paused" },
  },
];

export const PEOPLE_FAULTS: readonly FaultCase[] = [...VOTES, ...COLLEAGUES];
