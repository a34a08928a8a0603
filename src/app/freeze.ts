import type { Phrase } from "../domain/plan/plan.ts";
import { phrase } from "../domain/wording/phrases.ts";
import type { Freeze } from "./ports/records.ts";
import type { Settings } from "./ports/settings.ts";
import type { Store } from "./ports/store.ts";

export const freezeName = (cluster: string | null): string => cluster ?? "(every cluster)";

export const frozenPhrase = ({ by, reason }: Freeze): Phrase => phrase("frozen", { by: by.name ?? by.id, reason });

/** What keeps new runs from starting in this cluster: somebody's freeze, or the configuration's. null: nothing. */
export async function freezeOf(
  { store, settings }: { readonly store: Pick<Store, "records">; readonly settings: Settings },
  cluster: string,
): Promise<Freeze | null> {
  if (settings.clusters.find(({ name }) => name === cluster)?.isFrozen)
    return {
      cluster,
      by: { id: "configuration", name: "the configuration", identity: "system" },
      at: 0,
      reason: "clusters[].frozen is set",
    };
  return (await store.records.get("freeze", freezeName(null))) ?? (await store.records.get("freeze", freezeName(cluster)));
}
