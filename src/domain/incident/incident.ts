import type { Finding, Kind } from "../diagnosis/finding.ts";
import type { BinlogPosition } from "../observation/observation.ts";

/** One trouble with one root. It keeps its number while the error text changes and members come and go. */
export interface Incident {
  /** `I-17`. */
  readonly id: string;
  readonly cluster: string;
  readonly root: Root;
  readonly state: "open" | "closed";
  /** Kind of the finding that leads; may change, the identity does not. */
  readonly kind: Kind;
  readonly severity: "critical" | "warning";
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly members: readonly Member[];
  /** The finding that leads, for the card and for plans. */
  readonly finding: Finding;
  readonly acknowledged: { readonly by: string; readonly at: number } | null;
  /** Silent until then, broken by anything worse. */
  readonly silenced: {
    readonly by: string;
    readonly until: number;
    readonly severity: "critical" | "warning";
    readonly members: number;
  } | null;
  /** When the on-call group was last mentioned. */
  readonly mentionedAt: number | null;
  readonly mentions: number;
  /** Alerts that woke it or were heard meanwhile, by fingerprint, newest last, at most 20. */
  readonly alerts: readonly {
    readonly fingerprint: string;
    readonly name: string;
    readonly status: "firing" | "resolved";
    readonly at: number;
  }[];
  /** What was tried on it, by playbook. */
  readonly treatments: Readonly<Record<string, Treatment>>;
  /** The incident that this one is the return of. */
  readonly relapseOf: string | null;
  /** Rises with every stored change; a store refuses an older one. */
  readonly version: number;
}

/** What was tried on an incident with one playbook. */
export interface Treatment {
  /** Runs that ended without lasting effect: the playbook's budget. */
  readonly ineffective: number;
  /** Runs that ended well. Should the trouble come back soon, their effect did not last either. */
  readonly effective: number;
  /** Not offered again before, epoch ms: what was done must have time to show. */
  readonly restsUntil: number;
}

export type Root =
  | { readonly kind: "downstream" }
  | { readonly kind: "upstream"; readonly source: string }
  | { readonly kind: "source"; readonly source: string }
  | { readonly kind: "relay"; readonly source: string }
  | { readonly kind: "worker"; readonly worker: string }
  | { readonly kind: "subtask"; readonly task: string; readonly source: string }
  | { readonly kind: "masters" }
  /** Rows that DM's status says nothing of. */
  | { readonly kind: "rows"; readonly task: string; readonly source: string }
  /** Files of the upstream that DM has not reached yet. */
  | { readonly kind: "binlog"; readonly source: string }
  /** An alert that DM's status could not be asked about, or that maps to nothing known. */
  | { readonly kind: "alert"; readonly name: string };

/** A subtask, relay or component that the incident holds. */
export interface Member {
  /** `subjectKey` of the finding. */
  readonly key: string;
  readonly finding: Finding;
  readonly firstFailedAt: number;
  readonly lastFailedAt: number;
  /** Consecutive polls that showed it well. */
  readonly wellPolls: number;
  /** Where it stood when it was first seen failing, to know that it moved since. */
  readonly positionAtFailure: BinlogPosition | null;
  readonly recoveredAt: number | null;
}

export function rootKey(root: Root): string {
  switch (root.kind) {
    case "downstream":
    case "masters":
      return root.kind;
    case "upstream":
    case "source":
    case "relay":
      return `${root.kind}:${JSON.stringify(root.source)}`;
    case "worker":
      return `worker:${JSON.stringify(root.worker)}`;
    case "subtask":
    case "rows":
      return `${root.kind}:${JSON.stringify([root.task, root.source])}`;
    case "binlog":
      return `binlog:${JSON.stringify(root.source)}`;
    case "alert":
      return `alert:${JSON.stringify(root.name)}`;
    default:
      return root satisfies never;
  }
}
