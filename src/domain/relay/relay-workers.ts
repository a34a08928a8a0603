/** What DM shows of a source's relay. */
export interface RelayShown {
  /** `enable-relay` of the source's configuration; null: not known. */
  readonly enableRelay: boolean | null;
  /** As DM says it, `v5.3.0`; null: it does not. */
  readonly version: string | null;
  /** Workers that tell of a relay of the source. */
  readonly pullers: readonly string[];
  /** Workers that DM lists as pulling for it without being bound. */
  readonly relayOnly: readonly string[];
  /** null: the source is not bound. */
  readonly bound: string | null;
}

/**
 * Workers that somebody named for the source's relay (`start-relay -s source worker…`, OpenAPI). DM refuses to stop a source that has
 * such (46023), so they are switched off before and named again afterwards. A relay that the source's setting switched on follows the
 * bound worker and names none; DM refuses to mix both.
 */
export function namedRelayWorkers({ enableRelay, version, pullers, relayOnly, bound }: RelayShown): readonly string[] {
  const all = [...new Set([...pullers, ...relayOnly])].toSorted();
  if (!settingCounts(version)) return all;
  if (enableRelay === true) return [];
  // Without the setting only a worker that pulls without being bound is known to be named.
  return enableRelay === false ? all : all.filter((worker) => worker !== bound);
}

/** Whose files the sync units read: the bound worker's where it pulls, else the first one's; and who pulls besides. */
export function relayReader(
  entries: readonly { readonly worker: string | null; readonly pulls: boolean; readonly holdsTasks: boolean }[],
): { readonly worker: string | null; readonly others: readonly string[] } {
  const pullers = entries.filter(({ pulls }) => pulls);
  const { worker = null } = pullers.find(({ holdsTasks }) => holdsTasks) ?? pullers[0] ?? entries[0] ?? {};
  return { worker, others: pullers.flatMap((one) => (one.worker === null || one.worker === worker ? [] : [one.worker])) };
}

/** v2.0.2 to v5.3 know `start-relay` with workers alone and overlook `enable-relay` (dm-facts §5). A DM that does not tell is taken for newer. */
function settingCounts(version: string | null): boolean {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version ?? "") ?? [];
  if (major === undefined) return true;
  const [a, b, c] = [Number(major), Number(minor), Number(patch)];
  if (a === 2) return b === 0 && c < 2;
  return a !== 5 || b >= 4;
}
