import type { Downstream } from "../../stand-ins/databases/downstream.ts";
import type { DmStandIn } from "../../stand-ins/dm/dm-stand-in.ts";
import type { Version } from "../../stand-ins/dm/model.ts";

export interface Stage {
  readonly dm: DmStandIn;
  readonly downstream: Downstream;
  /** Says on the page what is happening behind it. */
  readonly tell: (text: string) => void;
  readonly wait: (seconds: number) => Promise<void>;
  /** An alert as Alertmanager would send it, to whoever listens. */
  readonly alert: (labels: Readonly<Record<string, string>>) => Promise<void>;
}

/** One row of `shop.orders` that the page follows on both sides. */
export interface WatchedRow {
  readonly id: number;
  readonly name: string;
}

/** What the bot may ask besides DM: both databases with accounts that read and write, and the workers' hosts. */
export interface DatabaseAccess {
  readonly flavor: "mariadb" | "mysql";
  readonly relay: boolean;
  /** Bytes a second; a file over 4 GiB takes a sync unit some ten seconds, that nobody has to wait a minute. */
  readonly syncBytesPerSecond: number;
  readonly relayBytesPerSecond: number;
  readonly watched: readonly WatchedRow[];
}

export interface Scenario {
  readonly title: string;
  readonly version: Version;
  readonly sources: readonly string[];
  readonly tasks: readonly string[];
  readonly checkEnable?: boolean;
  /** Without it the bot knows DM and the downstream's checkpoints alone. */
  readonly databases?: DatabaseAccess;
  /** What to type in this scenario instead of pressing the card's button. */
  readonly askFor?: string;
  /** What there is to see when it is over; without it the audit record and the bot's Home. */
  readonly afterwards?: string;
  /** The guide keeps silent until the script is played: what is offered before is not what it is about. */
  readonly holdsGuide?: boolean;
  /** What happened before the bot came. */
  readonly before?: (stage: Stage) => Promise<void>;
  readonly play: (stage: Stage) => Promise<void>;
}
