import { tryFaults } from "../../support/try-faults.ts";
import { SLACK_FAULTS } from "./slack-faults.ts";

tryFaults("Slack", SLACK_FAULTS);
