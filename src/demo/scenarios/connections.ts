import type { Scenario } from "./scenario.ts";

/** Connections, workers and people: what a resume, a stop and start, or waiting mends. */
export const CONNECTION_SCENARIOS = {
  "bad-connection": {
    title: "DM v1.0 lost its connection and will not recover by itself: stop and start, with an approver's vote",
    version: "v1.0.7",
    sources: ["mysql-orders-01", "mysql-orders-02"],
    tasks: ["orders-sync"],
    async play({ dm, tell, wait }) {
      tell(
        "Everything is well. In a few seconds two subtasks of orders-sync will lose their connection to TiDB, and a card appears here.",
      );
      await wait(6);
      dm.world.breakConnections("bad-connection", "stop-start");
      tell("Two subtasks of orders-sync stopped with “driver: bad connection”. DM v1.0 does not mend that by itself.");
    },
  },
  "invalid-connection": {
    title: "DM v8.1 retries by itself first; after its longest gap a resume is offered",
    version: "v8.1.0",
    sources: ["mysql-orders-01"],
    tasks: ["orders-sync", "customers-sync"],
    async play({ dm, tell, wait }) {
      tell("Everything is well. In a few seconds orders-sync will lose its connection, and a card appears here.");
      await wait(6);
      dm.world.breakConnections("invalid-connection", "resume", (subtask) => subtask.task === "orders-sync");
      tell(
        "orders-sync lost its connection. DM retries by itself and fails each time; the card says from when a resume is offered.",
      );
    },
  },
  "resume-is-not-enough": {
    title: "A resume does not hold, so stop and start is offered next",
    version: "v8.1.0",
    sources: ["mysql-orders-01"],
    tasks: ["orders-sync"],
    checkEnable: false,
    async play({ dm, tell, wait }) {
      tell(
        "Everything is well, but DM's own retries are switched off for this source. In a few seconds its connection breaks, and a card appears here.",
      );
      await wait(5);
      dm.world.breakConnections("invalid-connection", "stop-start");
      tell("The connection broke in a way that a resume does not mend: after two that did not hold, stop and start is offered.");
    },
  },
  "downstream-down": {
    title: "TiDB is down: ten subtasks, one incident, nothing to press; it heals when TiDB is back",
    version: "v8.1.0",
    sources: ["mysql-01", "mysql-02", "mysql-03", "mysql-04", "mysql-05"],
    tasks: ["orders-sync", "stock-sync"],
    async play({ downstream, tell, wait }) {
      tell("Everything is well. In a few seconds TiDB goes down.");
      await wait(6);
      await downstream.die();
      tell("TiDB is down for 40 seconds. One card holds all ten subtasks.");
      await wait(40);
      await downstream.comeBack();
      tell("TiDB is back. DM resumes by itself; the card turns green after three good polls.");
    },
  },
  "worker-offline": {
    title: "A DM-worker dies and comes back",
    version: "v8.1.0",
    sources: ["mysql-orders-01", "mysql-orders-02"],
    tasks: ["orders-sync"],
    async play({ dm, tell, wait }) {
      tell("Everything is well. In a few seconds a DM-worker crashes, and a card appears here.");
      await wait(6);
      dm.world.crashWorker("worker1");
      tell("worker1 crashed; it comes back 40 seconds later.");
      await wait(40);
      await dm.world.returnWorker("worker1");
      tell("worker1 is back; the card turns green after three good polls.");
    },
  },
  "paused-by-person": {
    title: "A colleague pauses a task: no incident",
    version: "v8.1.0",
    sources: ["mysql-orders-01"],
    tasks: ["orders-sync"],
    async play({ dm, tell, wait }) {
      tell("Everything is well. In a few seconds a colleague pauses orders-sync.");
      await wait(5);
      for (const subtask of dm.world.subtasks.values()) await dm.world.pause(subtask);
      tell("A colleague paused orders-sync on purpose: that is no incident, so no card appears. Type /dm list to see it.");
    },
  },
  "precheck-refusal": {
    askFor: "/dm plan orders-sync stop-start",
    title: "After the stop DM refuses the start: the task is gone, and the bot says so loudly",
    version: "v8.1.0",
    sources: ["mysql-orders-01"],
    tasks: ["orders-sync"],
    checkEnable: false,
    async play({ dm, tell, wait }) {
      tell("Everything is well. In a few seconds orders-sync loses its connection, and a card appears here.");
      await wait(5);
      dm.world.refuseNextStart("check of the upstream's binlog failed");
      dm.world.breakConnections("invalid-connection", "stop-start");
      tell(
        "The connection broke. DM will refuse to start this task again: see what the bot does when a stopped task does not come back.",
      );
    },
  },
} as const satisfies Readonly<Record<string, Scenario>>;
