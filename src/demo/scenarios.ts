import { CONNECTION_SCENARIOS } from "./scenarios/connections.ts";
import { LARGE_FILE_SCENARIOS } from "./scenarios/large-files.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { STATEMENT_SCENARIOS } from "./scenarios/statements.ts";

/** Scripted incidents by name; the first one is played when none is asked for. DM's longest retry gap is 10 s here, so nobody waits five minutes. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  ...CONNECTION_SCENARIOS,
  ...LARGE_FILE_SCENARIOS,
  ...STATEMENT_SCENARIOS,
};
export const DEFAULT_SCENARIO = "bad-connection";
