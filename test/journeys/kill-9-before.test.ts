import { test } from "node:test";
import { killAtEveryWrite } from "../support/kill-journey.ts";

test(
  "kill -9 of the whole bot in a run, right before each of its writes that tells of a call, with that call made: another start ends it rightly and does nothing twice",
  {
    timeout: 170_000,
  },
  () => killAtEveryWrite("before"),
);
