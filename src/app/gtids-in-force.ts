import { streamsReadByPosition } from "../domain/binlog/streams.ts";
import { databasesOf, type FactSources } from "./fact-sources.ts";
import type { SourceFacts } from "./ports/yaml.ts";

export interface GtidsInForce {
  /** The source's settings; null: DM does not tell them (v1.0), or not now. */
  readonly settings: SourceFacts | null;
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
  if (config.kind === "not-offered") return { settings: null, setting: false, readsByGtid: false };
  const settings = config.kind === "config" ? facts.yaml.readSource(config.yaml) : null;
  const setting = settings?.enableGtid ?? null;
  if (!settings || !setting) return { settings, setting, readsByGtid: setting };
  const streams = await databasesOf(facts, cluster).upstreams.get(source)?.dumpStreams(signal);
  const isByPosition = streams?.kind === "known" && streamsReadByPosition(streams.value, settings.login.user);
  return { settings, setting, readsByGtid: !isByPosition };
}
