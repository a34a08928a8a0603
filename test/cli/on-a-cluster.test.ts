import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { afterEach, describe, test } from "node:test";
import { scopesFound } from "../../src/adapters/slack/slack-check.ts";
import type { Checked } from "../../src/app/check-up/check-up.ts";
import { checkUp, ok, rolesFound } from "../../src/app/check-up/check-up.ts";
import { runDoctor } from "../../src/cli/doctor.ts";
import { runPlan } from "../../src/cli/plan.ts";
import { startOnRealClusters } from "../../src/demo/demo.ts";
import { someSettings } from "../support/engine.ts";
import { listen, type RealCluster, startRealCluster } from "../support/real-cluster.ts";

let cluster: RealCluster | null = null;
afterEach(async () => {
  await cluster?.stop();
  cluster = null;
});
const writesIn = ({ stage }: RealCluster) => stage.dm.calls.filter(({ method }) => method !== "GET");

describe("medic doctor", () => {
  const ask = async (file: string): Promise<{ code: number; wrong: string[]; notes: string[]; all: Checked[]; text: string }> => {
    const { heard, print, complain } = listen();
    const code = await runDoctor({ config: file, json: true, colour: false, print, complain });
    const { checks } = JSON.parse(heard.out) as { checks: Checked[] };
    const named = (verdict: Checked["verdict"]) => checks.filter((one) => one.verdict === verdict).map(({ what }) => what);
    return { code, wrong: named("wrong"), notes: named("note"), all: checks, text: heard.out };
  };

  test("finds nothing wrong where everything is there, changes nothing and shows no secret", async () => {
    cluster = await startRealCluster("bad-connection");
    const { code, wrong, all, text } = await ask(cluster.file);

    assert.deepEqual(wrong, []);
    assert.equal(code, 0);
    assert.ok(all.length >= 10);
    assert.deepEqual(writesIn(cluster), []);
    assert.ok(cluster.slack.calls.every(({ method }) => !method.startsWith("chat.")));
    for (const secret of [cluster.slack.botToken, cluster.slack.appToken, "probe-secret", "task-secret"])
      assert.ok(!text.includes(secret), "a secret was shown");
  });

  test("names each thing that is missing, and none hides another", async () => {
    cluster = await startRealCluster("invalid-connection", (content) => {
      const [one] = content.clusters as Record<string, unknown>[];
      const { taskPassword: _, ...rest } = one!;
      const downstream = { ...(one!.downstream as object), user: "nobody" };
      const masters = [...(one!.masters as string[]), "http://127.0.0.1:9"];
      return { ...content, clusters: [{ ...rest, downstream, masters, tasks: {} }], store: { sqlite: "./bot/x.db" } };
    });
    cluster.slack.faults.next({ kind: "error", error: "invalid_auth" }, "auth.test");
    const { code, wrong } = await ask(cluster.file);

    assert.equal(code, 1);
    assert.deepEqual(wrong, ["store", "token and scopes", "master 127.0.0.1:9", "task YAML", "downstream probe"]);
  });

  test("says in words what was found and what would mend it", async () => {
    cluster = await startRealCluster("bad-connection");
    cluster.slack.faults.isDown = true;
    const { heard, print, complain } = listen();
    assert.equal(await runDoctor({ config: cluster.file, json: false, colour: false, print, complain }), 1);
    assert.match(heard.out, /✘ token and scopes: .+\n {6}→ check slack\.botToken/);
    assert.match(heard.out, /medic manifest --command/);
    assert.match(heard.out, /\d+ ok, \d+ to know, [1-9]\d* wrong\n$/);
  });

  test("a scope that was not granted is named; a header that is not there is no fault", () => {
    assert.equal(scopesFound(["chat:write", "commands"], "@x").verdict, "wrong");
    assert.match(scopesFound(["chat:write", "commands"], "@x").said, /usergroups:read/);
    assert.equal(scopesFound(null, "@x").verdict, "note");
  });

  test("roles that leave a vote to nobody are told", () => {
    const [settings] = someSettings().clusters;
    const none = { users: [], groups: [] };
    const roles = { viewer: none, operator: none, approver: none, admin: none };
    assert.equal(rolesFound({ ...settings!, roles }).verdict, "wrong");
    assert.match(rolesFound({ ...settings!, roles: { ...roles, operator: { users: ["U1"], groups: [] } } }).said, /disruptive/);
    assert.equal(rolesFound({ ...settings!, roles: { ...roles, approver: { users: ["U1"], groups: [] } } }).verdict, "note");
  });

  test("what hangs is given up and what throws is told, in the order asked", async () => {
    const never = new Promise<never>(() => {});
    const checked = await checkUp(
      [
        { about: "a", what: "hangs", ask: () => never },
        { about: "a", what: "throws", ask: async () => Promise.reject(new Error("broken")) },
        { about: "a", what: "works", ask: async () => ok("yes") },
      ],
      50,
    );
    assert.deepEqual(
      checked.map(({ what, verdict }) => [what, verdict]),
      [
        ["hangs", "wrong"],
        ["throws", "wrong"],
        ["works", "ok"],
      ],
    );
  });
});

describe("medic plan", () => {
  const plan = async (file: string, options: { task?: string; words?: string[]; json?: boolean } = {}) => {
    const { heard, print, complain } = listen();
    const code = await runPlan({
      ...{ task: options.task ?? "orders-sync", words: options.words ?? [], config: file, cluster: undefined },
      ...{ json: options.json ?? false, lang: "en", colour: false, print, complain },
    });
    return { code, ...heard };
  };

  test("prints every step with its call, and touches nothing", async () => {
    cluster = await startRealCluster("bad-connection");
    cluster.stage.dm.world.breakConnections("bad-connection", "stop-start");
    const before = readdirSync(cluster.stage.folder);
    const { code, out } = await plan(cluster.file);

    assert.equal(code, 0);
    assert.match(out, /PUT \/apis\/v1alpha1\/tasks\/orders-sync/);
    assert.match(out, /POST \/apis\/v1alpha1\/tasks/);
    assert.doesNotMatch(out, /task-secret/);
    assert.deepEqual(writesIn(cluster), []);
    assert.deepEqual(readdirSync(cluster.stage.folder), before);
    assert.equal(cluster.slack.calls.length, 0);
  });

  test("as JSON it is bound to a digest and names its gates", async () => {
    cluster = await startRealCluster("bad-connection");
    cluster.stage.dm.world.breakConnections("bad-connection", "stop-start");
    const { out } = await plan(cluster.file, { json: true });
    const told = JSON.parse(out) as { plan: { playbook: string; digest: string; gates: object[]; steps: object[] } };

    assert.equal(told.plan.playbook, "stop-start-task");
    assert.match(told.plan.digest, /^[0-9a-f]{64}$/);
    assert.ok(told.plan.gates.length >= 4 && told.plan.steps.length >= 4);
  });

  test("says why there is none", async () => {
    cluster = await startRealCluster("bad-connection");
    const healthy = await plan(cluster.file);
    assert.equal(healthy.code, 1);
    assert.match(healthy.out, /\S/);
  });

  test("takes the words of /dm plan, and says which one it does not understand", async () => {
    cluster = await startRealCluster("bad-connection");
    const asked = async (...words: string[]) => plan(cluster!.file, { words });
    const pause = await asked("pause");
    assert.equal(pause.code, 0);
    assert.match(pause.out, /"op":2/);
    assert.match((await asked("compare", "--table", "orders_db.orders")).out, /downstream|upstream/);
    for (const [words, said] of [
      [["resum"], /does not read from resum/],
      [["resume", "--fast"], /do not understand “--fast”/],
      [["resume", "stop"], /several plans: resume-task, stop-task/],
      [["resume", "mysql-bin.000004"], /no use for “mysql-bin.000004”.*rewind-sync-checkpoint/],
      [["copy", "C-4"], /Ask in Slack: \/dm plan orders-sync copy C-4 --dry-run/],
    ] as const) {
      const { code, out, complaints } = await asked(...words);
      assert.match(out + complaints, said);
      assert.equal(code, complaints === "" ? 1 : 2);
    }
    assert.deepEqual(writesIn(cluster), []);
  });
});

describe("medic demo --config", () => {
  const onCard = /I-1/;
  const cardButtons = (slack: Awaited<ReturnType<typeof started>>["slack"]) => slack.workspace.messages[0]!;
  async function started(allowWrites: boolean) {
    cluster = await startRealCluster("bad-connection", ({ slack: _, ...content }) => content);
    const on = await startOnRealClusters(cluster.file, {}, { allowWrites });
    assert.equal(on.kind, "started");
    return on.kind === "started" ? on.rehearsal : assert.fail();
  }

  for (const allowWrites of [false, true])
    test(`on a real cluster it ${allowWrites ? "carries an approved plan out with --allow-writes" : "plans, and nobody can approve"}`, {
      timeout: 60_000,
    }, async () => {
      const rehearsal = await started(allowWrites);
      const { slack } = rehearsal;
      try {
        cluster!.stage.dm.world.breakConnections("bad-connection", "stop-start");
        await slack.workspace.waitFor("the card", () => slack.workspace.messages.find(({ text }) => onCard.test(text)), 20_000);
        await slack.act.press("ana", "C0ALERTS", cardButtons(slack).ts, "Show plan");
        const plan = await slack.workspace.waitFor(
          "the plan",
          () => slack.workspace.messages.find(({ text, threadTs }) => threadTs !== null && /P-1/.test(text)),
          20_000,
        );
        const hasApprove = JSON.stringify(plan.blocks).includes(`"Approve"`);
        assert.equal(hasApprove, allowWrites);
        if (allowWrites) {
          await slack.act.press("bo", "C0ALERTS", plan.ts, "Approve");
          await slack.workspace.waitFor("the stop and the start", () => writesIn(cluster!).length >= 2, 20_000);
        } else {
          assert.match(JSON.stringify(plan.blocks), /refuses writes/);
          assert.deepEqual(writesIn(cluster!), []);
        }
        const events = await rehearsal.medic.store.audit.about({}, 100);
        assert.ok(events.some(({ kind, actor }) => kind === "plan-made" && actor.identity === "stand-in"));
      } finally {
        await rehearsal.stop();
      }
      assert.ok(!existsSync(`${cluster!.stage.folder}/dm-medic.db`), "the real store was not touched");
    });
});
