import assert from "node:assert/strict";
import type { FaultKind } from "../../../src/stand-ins/slack/faults.ts";
import { type FaultCase, type FaultStage, TROUBLES } from "../../support/fault-case.ts";
import { type SlackEnd, startSlackEnd } from "../../support/slack-end.ts";

const OPTIONS = TROUBLES.connection.bench;
/** What people read at the end: the incident's card, its plan, its run, each once. */
const EACH_ONCE = [/I-1/, /P-1/, /R-1.*proved: it runs again/];

/** A whole run with that Slack; the run does not wait for it. */
async function runBeside(
  stage: FaultStage,
  slack: (end: SlackEnd) => Promise<void>,
  finallyIn: (end: SlackEnd) => Promise<void>,
) {
  const end = await startSlackEnd(stage.store);
  try {
    await TROUBLES.connection.prepare(stage);
    const id = await stage.approvedRun("stop-start-task");
    await slack(end);
    const run = await stage.finish(id);
    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.deepEqual(stage.writes(), ["PUT tasks 7", "POST tasks"]);
    await finallyIn(end);
    assert.equal(await end.waiting(), 0, "every wish was sent");
  } finally {
    await end.stop();
  }
}
const onceEach = (texts: readonly string[]): void => {
  for (const wanted of EACH_ONCE)
    assert.equal(texts.filter((text) => wanted.test(text)).length, 1, `${wanted}: ${texts.join(" | ")}`);
  assert.equal(texts.length, EACH_ONCE.length, texts.join(" | "));
};
const next =
  (...faults: readonly FaultKind[]) =>
  async ({ slack, send }: SlackEnd): Promise<void> => {
    for (const fault of faults) slack.faults.next(fault, "chat.postMessage");
    await send(1);
  };

export const SLACK_FAULTS: readonly FaultCase[] = [
  {
    id: "slack-away-in-run",
    happens: "Slack is away from the vote to the run's end",
    holds: "the run ends as it would have; its messages arrive later, once, as they stand then",
    options: OPTIONS,
    async try(stage) {
      await runBeside(
        stage,
        async (end) => {
          end.slack.faults.isDown = true;
          await end.send(3);
          assert.deepEqual(end.texts(), []);
        },
        async (end) => {
          end.slack.faults.isDown = false;
          end.pass(300);
          await end.send(12);
          onceEach(end.texts());
        },
      );
    },
  },
  {
    id: "slack-429",
    happens: "Slack asks for half a minute of silence (429)",
    holds: "nothing is sent in it, nothing is lost, each message arrives once",
    options: OPTIONS,
    async try(stage) {
      await runBeside(stage, next({ kind: "429", retryAfterSeconds: 30 }), async (end) => {
        await end.send(3);
        assert.deepEqual(end.texts(), [], "not before the time that Slack said");
        end.pass(31);
        await end.send(12);
        onceEach(end.texts());
      });
    },
  },
  {
    id: "slack-500",
    happens: "Slack answers 503 to a message",
    holds: "it is tried again later, and arrives once",
    options: OPTIONS,
    async try(stage) {
      await runBeside(stage, next({ kind: "http", status: 503 }), async (end) => {
        end.pass(300);
        await end.send(12);
        assert.ok(
          end.texts().some((text) => EACH_ONCE[2]!.test(text)),
          end.texts().join(" | "),
        );
      });
    },
  },
  {
    id: "slack-reply-lost",
    happens: "Slack posts a message and the reply is lost",
    holds: "it is sent again at most once, marked as a repeat; the others arrive once",
    options: OPTIONS,
    async try(stage) {
      await runBeside(stage, next({ kind: "lost-reply" }), async (end) => {
        end.pass(300);
        await end.send(12);
        const repeats = end.texts().filter((text) => text.includes("Sent again"));
        assert.equal(repeats.length, 1, end.texts().join(" | "));
        assert.equal(end.texts().length, EACH_ONCE.length + 1);
      });
    },
  },
  {
    id: "slack-rejects-message",
    happens: "Slack finds a message too long, and then its blocks invalid",
    holds: "it goes again smaller, at last as its headline alone: people read what it is about",
    options: OPTIONS,
    async try(stage) {
      const refusals = [
        { kind: "error", error: "msg_blocks_too_long" },
        { kind: "error", error: "invalid_blocks" },
      ] as const;
      await runBeside(stage, next(...refusals), async (end) => {
        end.pass(300);
        await end.send(14);
        onceEach(end.texts());
      });
    },
  },
  {
    id: "slack-token-revoked",
    happens: "Slack takes the token for revoked",
    holds: "every message is kept for the day on which it is right, and arrives once",
    options: OPTIONS,
    async try(stage) {
      await runBeside(stage, next({ kind: "error", error: "token_revoked" }), async (end) => {
        end.pass(1_000);
        await end.send(12);
        onceEach(end.texts());
      });
    },
  },
];
