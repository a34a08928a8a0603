import { test } from "node:test";
import { killAtEveryWrite } from "../support/kill-journey.ts";

test(
  "kill -9 of the whole bot in a run, right after each of its writes, with the call that the write announces not made: another start ends it rightly and does nothing twice",
  {
    timeout: 170_000,
  },
  () => killAtEveryWrite("after"),
);
