/** One alert of an Alertmanager webhook (payload version 4), as it is stored before the webhook is answered. */
export interface Alert {
  readonly fingerprint: string;
  readonly status: "firing" | "resolved";
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly generatorUrl: string;
  readonly receivedAt: number;
}

/** Where an alert belongs. `unmapped` is posted to the default channel with its labels, never dropped. */
export type AlertTarget =
  | {
      readonly kind: "mapped";
      readonly cluster: string;
      readonly task: string | null;
      readonly source: string | null;
      readonly worker: string | null;
    }
  | { readonly kind: "unmapped"; readonly why: "no-cluster-label" | "unknown-cluster" | "not-dm" };
