import type { ClusterRoles } from "../../domain/approval/people.ts";
import type { Risk } from "../../domain/diagnosis/finding.ts";
import type { Language } from "../../domain/wording/language.ts";

/** What the use cases need of the configuration, already checked; times in seconds unless named otherwise. */
export interface Settings {
  readonly clusters: readonly ClusterSettings[];
  /** For alerts that map to nothing and as the fallback of a channel that cannot be posted to. */
  readonly defaultChannel: string;
  readonly auditChannel: string;
  readonly policy: Policy;
  /** `stand-in` when people are not who they say they are. */
  readonly identity: "slack" | "stand-in";
}

export interface ClusterSettings {
  readonly name: string;
  readonly channel: string;
  readonly language: Language;
  readonly roles: ClusterRoles;
  /** Mentioned by a new card; null: nobody. */
  readonly onCallGroup: { readonly critical: string | null; readonly warning: string | null };
  readonly pollSeconds: number;
  /** An alert belongs to this cluster when any of these label=value pairs matches. */
  readonly alertLabels: readonly { readonly label: string; readonly value: string }[];
  /** Which plans may be carried out here; plans are made and shown in any case. */
  readonly writes: "allowed" | "except-data" | "refused";
  /** No new run starts here, whatever people say in Slack. */
  readonly isFrozen: boolean;
  /** Shown in commands for a person: `dmctl --master-addr …`. */
  readonly masterAddress: string;
  /** The checker settings where the source config cannot be read. */
  readonly defaultBackoffSeconds: number;
}

export interface Policy {
  readonly planExpirySeconds: number;
  readonly runDeadlineSeconds: number;
  /** Polls that must show a member well before it counts as recovered. */
  readonly wellPollsToClose: number;
  readonly remindAfterSeconds: number;
  readonly remindAtMost: number;
  /** Risks whose Approve and Reject ask for a reason. */
  readonly reasonRequired: { readonly approve: readonly Risk[]; readonly reject: readonly Risk[] };
  /** A playbook that ran so often without lasting effect on one incident is switched off there. */
  readonly ineffectiveRunsAtMost: number;
  /** After a run its playbook is not offered again for so long. */
  readonly coolDownSeconds: number;
  /** The same trouble again within so long of its end is the old one come back: what was tried counts on. */
  readonly relapseSeconds: number;
  readonly waitUntilGoneSeconds: number;
  readonly verifySeconds: number;
  readonly leaseSeconds: number;
  /** How long a replay of one file may take. */
  readonly passFileSeconds: number;
  /** How long a comparison of a task's rows may take, and at which rate it reads each side. */
  readonly compareSeconds: number;
  readonly compareRowsPerSecond: number;
  /** A relay that was on before a switch to GTIDs is switched on again. */
  readonly relayAfterSwitch: boolean;
  /** How often the upstreams' binlog files are looked at. */
  readonly lookAtBinlogsSeconds: number;
  /** A task that DM does not list any more counts as forgotten after so long. */
  readonly forgottenAfterSeconds: number;
}
