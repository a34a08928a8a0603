import { tryFaults } from "../../support/try-faults.ts";
import { CLOCK_FAULTS } from "./clock-faults.ts";

tryFaults("clock", CLOCK_FAULTS);
