import { parse, stringify } from "yaml";
import type { Source, SourceConfig } from "./model.ts";

/** A source's YAML as people write it; throws what the YAML reader says when it is none. */
export function readSource(yaml: string): { readonly id: string; readonly config: SourceConfig } {
  const content = parse(yaml) as Record<string, unknown>;
  const from = (content.from ?? {}) as Record<string, unknown>;
  const checker = (content.checker ?? {}) as Record<string, unknown>;
  if (typeof content["source-id"] !== "string") throw new Error("source-id is missing");
  return {
    id: content["source-id"],
    config: {
      ...defaultConfig(),
      checkEnable: checker["check-enable"] !== false,
      backoffMaxSeconds: seconds(String(checker["backoff-max"] ?? "5m")),
      enableGtid: content["enable-gtid"] === true,
      enableRelay: content["enable-relay"] === true,
      flavor: String(content.flavor ?? "mariadb"),
      host: String(from.host ?? "127.0.0.1"),
      port: Number(from.port ?? 3306),
      user: String(from.user ?? "dm"),
      password: String(from.password ?? ""),
    },
  };
}

export const defaultConfig = (): SourceConfig => ({
  checkEnable: true,
  backoffMaxSeconds: 300,
  enableGtid: false,
  enableRelay: false,
  enable: true,
  flavor: "mariadb",
  host: "127.0.0.1",
  port: 3306,
  user: "dm",
  password: "dm",
});

/** Go's way to write a time: `5m0s`, `30s`. */
function seconds(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit!] ?? 1), 0) || 300;
}

/** The copy that DM hands out (`type=4`): complete, the password masked. */
export function copyOfSource({ id, config }: Source): string {
  return stringify({
    enable: config.enable,
    "enable-gtid": config.enableGtid,
    "auto-fix-gtid": false,
    "relay-dir": "relay-dir",
    "meta-dir": "",
    flavor: config.flavor,
    charset: "",
    "enable-relay": config.enableRelay,
    "relay-binlog-name": "",
    "relay-binlog-gtid": "",
    "source-id": id,
    from: {
      host: config.host,
      port: config.port,
      user: config.user,
      password: "******",
      "max-allowed-packet": null,
      session: {},
      security: null,
    },
    purge: { interval: 3600, expires: 0, "remain-space": 15 },
    checker: {
      "check-enable": config.checkEnable,
      "backoff-rollback": "5m0s",
      "backoff-max": goTime(config.backoffMaxSeconds),
      "check-interval": "5s",
      "backoff-min": "1s",
      "backoff-jitter": true,
      "backoff-factor": 2,
    },
    "server-id": 429507020,
    tracer: {},
    "case-sensitive": false,
    filters: [],
  });
}

function goTime(all: number): string {
  const minutes = Math.floor(all / 60);
  return minutes > 0 ? `${minutes}m${all % 60}s` : `${all}s`;
}
