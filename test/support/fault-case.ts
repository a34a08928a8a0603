import type { ProposeRequest } from "../../src/app/propose.ts";
import type { ClusterConnection } from "../../src/config/config.ts";
import type { PlaybookId } from "../../src/domain/diagnosis/finding.ts";
import { NO_OPTIONS } from "../../src/domain/plan/plan.ts";
import type { StepAction } from "../../src/domain/plan/step-action.ts";
import type { LeftBehind, Run, RunState, StepState } from "../../src/domain/run/run.ts";
import { type CuttingProxy, startCuttingProxy } from "./cutting-proxy.ts";
import type { StoreFault } from "./failing-store.ts";
import { type RowsBench, type RowsBenchOptions, startRowsBench } from "./rows-bench.ts";
import { makeWorkerDisk, type WorkerDisk } from "./worker-disk.ts";

/** One row of docs/reliability.md's table: a fault, and what must hold then. */
export interface FaultRow {
  readonly id: string;
  /** What happens. */
  readonly happens: string;
  /** What holds. */
  readonly holds: string;
}

/** A fault in an approved run. */
export interface RunFault extends FaultRow {
  readonly trouble: keyof typeof TROUBLES;
  /** Another playbook than the trouble's own. */
  readonly playbook?: PlaybookId;
  readonly options?: FaultStageOptions;
  /** Brings the fault about, after the approval and before the first step. */
  fault?(stage: FaultStage): unknown;
  /** Brings it about when that step of the run is in that state, before the run goes on. */
  readonly at?: {
    readonly step: StepAction["kind"];
    readonly is: StepState["kind"];
    happen(stage: FaultStage, run: Run): unknown;
  };
  /** The store's own fault, in the process that carries the run first; another goes on with it. */
  readonly store?: StoreFault;
  readonly ends: Ending;
  /** A person mends what is wrong and answers. */
  readonly afterwards?: { mend?(stage: FaultStage): unknown; readonly answer: "go-on" | "put-back"; readonly ends: Ending };
  /** Every write that DM got from the approval on. */
  readonly calls: readonly string[];
  /** The rows below at the end; without it, all that are above. */
  readonly rows?: readonly number[];
  /** Stage of the subtask at the end; without it, Running. */
  readonly task?: "Running" | "Paused" | "absent";
  /** What else must hold. */
  check?(stage: FaultStage, run: Run): unknown;
}

export interface Ending {
  readonly as: Exclude<RunState["kind"], "running">;
  readonly left?: LeftBehind;
  /** The message of the run, as people read it. */
  readonly says: RegExp;
}

/** A fault outside a run's steps: the row brings it about and asserts by itself. */
export interface OwnFault extends FaultRow {
  readonly options?: FaultStageOptions;
  try(stage: FaultStage): Promise<void>;
}
export type FaultCase = RunFault | OwnFault;

/** The bench with a way that can be cut between the bot and each database. */
export interface FaultStage extends RowsBench {
  readonly probeWay: CuttingProxy;
  readonly metaWay: CuttingProxy;
  readonly rowsWay: CuttingProxy;
  readonly upstreamWay: CuttingProxy;
  /** The worker's disk and host. */
  readonly disk: WorkerDisk;
}

const ABOUT_FILE = { options: { ...NO_OPTIONS, file: "mysql-bin.000002" } };
const passTheFile = async (bench: RowsBench): Promise<void> => {
  await bench.writeHuge();
  await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
};

/** DM would resume by itself, and the fault would meet a task that runs. */
const NO_HELP: RowsBenchOptions = { checkEnable: false };

/** What is wrong before the plan is asked for, and the plan that it calls for. */
export const TROUBLES = {
  /** Only a stop and a start bring it back. */
  connection: {
    bench: NO_HELP,
    playbook: "stop-start-task",
    request: {},
    prepare: async (bench: RowsBench) => bench.world.breakConnections("invalid-connection", "stop-start"),
  },
  /** A resume brings it back. */
  moment: {
    bench: NO_HELP,
    playbook: "resume-task",
    request: {},
    prepare: async (bench: RowsBench) => bench.world.breakConnections("invalid-connection", "resume"),
  },
  /** DM is past a binlog file over 4 GiB, and row 201 is gone. */
  "lost-row": { bench: {}, playbook: "switch-to-gtid", request: ABOUT_FILE, prepare: passTheFile },
  /** The same, and a comparison has named the row. */
  "named-row": {
    bench: {},
    playbook: "copy-missing-rows",
    request: {},
    prepare: async (bench: RowsBench) => {
      await passTheFile(bench);
      await bench.finish(await bench.approvedRun("compare-rows"));
    },
  },
  /** The row was copied, and is to be taken back. */
  "copied-row": {
    bench: {},
    playbook: "undo",
    request: { task: null, options: { ...NO_OPTIONS, run: "R-2" } },
    prepare: async (bench: RowsBench) => {
      await passTheFile(bench);
      await bench.finish(await bench.approvedRun("compare-rows"));
      await bench.finish(await bench.approvedRun("copy-missing-rows"));
    },
  },
  /** A relay that somebody wants made anew. */
  "old-relay": {
    bench: { relay: true },
    playbook: "reset-relay",
    request: {},
    prepare: async (bench: RowsBench) => bench.poll(),
  },
  /** A DDL that DM does not take, with a row behind it. */
  "refused-ddl": {
    bench: {},
    playbook: "skip-or-replace-statement",
    request: {},
    prepare: async (bench: RowsBench) => {
      await bench.world.writeRefusedDdl("replica-1");
      await bench.write("INSERT INTO shop.orders VALUES (3, 'three')");
      await bench.until("DM stops at it", () => bench.subtask()?.stage === "Paused");
      await bench.poll();
    },
  },
  /** The relay turns on such a file. */
  relay: {
    bench: { relay: true },
    playbook: "replace-relay-file",
    request: {},
    prepare: async (bench: RowsBench) => {
      await bench.writeHuge();
      await bench.until("what lies within 4 GiB arrives", async () => (await bench.ids()).includes(200));
      await bench.poll();
    },
  },
} as const satisfies Record<
  string,
  { bench: RowsBenchOptions; playbook: PlaybookId; request: Partial<ProposeRequest>; prepare(bench: RowsBench): Promise<unknown> }
>;

export interface FaultStageOptions extends RowsBenchOptions {
  /** What the way to the worker's host has besides. */
  readonly onHost?: Partial<ClusterConnection["workerHosts"][number]>;
}

export async function startFaultStage({
  connection = (whole) => whole,
  onHost = {},
  ...options
}: FaultStageOptions = {}): Promise<FaultStage> {
  const ports = { downstream: 0, upstream: 0 };
  const [probeWay, metaWay, rowsWay] = await Promise.all([1, 2, 3].map(() => startCuttingProxy(() => ports.downstream)));
  const upstreamWay = await startCuttingProxy(() => ports.upstream);
  const ways = [probeWay!, metaWay!, rowsWay!, upstreamWay];
  const disk = makeWorkerDisk(null, (host) => ({ ...host, ...onHost }));
  const onDisk = options.relay ? disk.bench({ ...options, connection }) : { ...options, connection };
  const bench = await startRowsBench({
    ...{ speed: 400, pollMs: 8 },
    ...onDisk,
    connection(whole) {
      const source = whole.sources.get("replica-1")!;
      Object.assign(ports, { downstream: whole.downstream!.port, upstream: source.upstream!.port });
      return onDisk.connection({
        ...whole,
        downstream: { ...whole.downstream!, port: probeWay!.port },
        metaWriter: { ...whole.metaWriter!, port: metaWay!.port },
        rowWriter: { ...whole.rowWriter!, port: rowsWay!.port },
        sources: new Map([["replica-1", { ...source, upstream: { ...source.upstream!, port: upstreamWay.port } }]]),
      });
    },
  });
  return {
    ...bench,
    ...{ probeWay: probeWay!, metaWay: metaWay!, rowsWay: rowsWay!, upstreamWay, disk },
    async end() {
      await bench.end();
      disk.end();
      for (const way of ways) await way.stop();
    },
  };
}
