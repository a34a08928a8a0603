import { tryFaults } from "../../support/try-faults.ts";
import { DM_FAULTS } from "./dm-faults.ts";

tryFaults("DM", DM_FAULTS);
