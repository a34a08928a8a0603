import { tryFaults } from "../../support/try-faults.ts";
import { STORE_FAULTS } from "./store-faults.ts";

tryFaults("store", STORE_FAULTS);
