import { tryFaults } from "../../support/try-faults.ts";
import { WORKER_HOST_FAULTS } from "./worker-host-faults.ts";

tryFaults("worker host", WORKER_HOST_FAULTS);
