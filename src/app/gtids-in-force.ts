import { streamsReadByPosition } from "../domain/binlog/streams.ts";
import { databasesOf, type FactSources } from "./fact-sources.ts";

export interface GtidsInForce {
  /** `enable-gtid` of the source; null: not known. */
  readonly setting: boolean | null;
  /**
   * How it reads indeed. A setting that was only updated is not in force before the source is bound anew (over-4gib-lab), and the
   * upstream's streams show that where they differ (MySQL); elsewhere the setting is all that is known.
   */
  readonly readsByGtid: boolean | null;
}

export async function gtidsInForce(
  facts: FactSources,
  cluster: string,
  source: string,
  signal: AbortSignal,
): Promise<GtidsInForce> {
  const config = await facts.clusters.get(cluster)!.sourceConfig(source, signal);
  // v1.0 hands out no source's settings; it reads by position unless its own file says otherwise.
  if (config.kind === "not-offered") return { setting: false, readsByGtid: false };
  const read = config.kind === "config" ? facts.yaml.readSource(config.yaml) : null;
  if (!read?.enableGtid) return { setting: read?.enableGtid ?? null, readsByGtid: read?.enableGtid ?? null };
  const streams = await databasesOf(facts, cluster).upstreams.get(source)?.dumpStreams(signal);
  const isByPosition = streams?.kind === "known" && streamsReadByPosition(streams.value, read.login.user);
  return { setting: true, readsByGtid: !isByPosition };
}
