import { INSTALLATION } from "../ports/store.ts";
import type { StepContext } from "./step-action.ts";

/** The numbers of runs, and of a lease's owners, begin anew with a new store: names outside must not be taken for those of an old one. */
async function installationOf({ store }: Pick<StepContext, "store">): Promise<string> {
  const installation = await store.kept.get(INSTALLATION);
  if (installation === null) throw new Error("the store does not say which one it is");
  return installation;
}

/** The row of the fence in the downstream's meta schema. */
export async function fenceName(context: Pick<StepContext, "store" | "run">): Promise<string> {
  return `dm-medic ${context.run.plan.cluster} ${await installationOf(context)}`;
}

/** `prefix` ends in `_`: `orders_syncer_checkpoint_bak_5f0c_r12`. */
export async function backupName(context: Pick<StepContext, "store" | "run">, prefix: string): Promise<string> {
  const installation = await installationOf(context);
  return `${prefix}${installation.slice(0, 4)}_${context.run.id.toLowerCase().replace("-", "")}`;
}
