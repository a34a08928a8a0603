import { tryFaults } from "../../support/try-faults.ts";
import { DATABASES_FAULTS } from "./databases-faults.ts";

tryFaults("databases", DATABASES_FAULTS);
