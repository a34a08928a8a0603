import { tryFaults } from "../../support/try-faults.ts";
import { PEOPLE_FAULTS } from "./people-faults.ts";

tryFaults("people", PEOPLE_FAULTS);
