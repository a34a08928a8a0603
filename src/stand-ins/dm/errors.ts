import type { DmErrorModel } from "./model.ts";

const database = (
  code: number,
  scope: DmErrorModel["scope"],
  message: string,
  rawCause: string,
  workaround = "",
): DmErrorModel => ({ code, class: "database", scope, level: "high", message, rawCause, workaround });

/** Errors shaped as DM's own are: where the words stand, not what they say, is what a reader must cope with. */
export const invalidConnection = (): DmErrorModel =>
  database(
    10006,
    "not-set",
    "startLocation: [position: (mysql-bin.000003, 3591), gtid-set: 0-101-12], endLocation: [position: (mysql-bin.000003, 3681), gtid-set: 0-101-12]: execute statement failed: begin",
    "invalid connection",
  );
export const badConnection = (): DmErrorModel => ({
  ...database(10002, "downstream", "database driver", "driver: bad connection"),
  level: "high",
});
export const connectionRefused = (port: number): DmErrorModel =>
  database(
    10001,
    "downstream",
    "database driver error",
    `dial tcp 127.0.0.1:${port}: connect: connection refused`,
    "Look at the database and its configuration.",
  );
export const accessDenied = (user: string): DmErrorModel =>
  database(
    10001,
    "downstream",
    "fail to initial unit Sync of subtask: database driver error",
    `Error 1045 (28000): Access denied for user '${user}'@'127.0.0.1' (using password: YES)`,
  );
export const ddlUnsupported = (): DmErrorModel => ({
  code: 44006,
  class: "schema-tracker",
  scope: "internal",
  level: "high",
  message:
    "startLocation: [position: (mysql-bin.000003, 1543), gtid-set: 0-101-7], origin SQL: [alter table shop.orders drop primary key]: cannot track DDL: ALTER TABLE `shop`.`orders` DROP PRIMARY KEY",
  rawCause: "[ddl:8200]Unsupported drop primary key when the table is using clustered index",
  workaround: "",
});
export const relayOver4gib = (): DmErrorModel => ({
  code: 30029,
  class: "relay-unit",
  scope: "internal",
  level: "high",
  message:
    "handle a potential duplicate event in mysql-bin.000003: event from 216889 in /data/dm/relay/mysql-bin.000003 diff from passed-in event &{Timestamp:1795435792 EventType:WriteRowsEventV1 LogPos:1216931}",
  rawCause: "",
  workaround: "",
});

/** Errors whose raw cause DM's checker leaves alone, as far as this stand-in makes them. */
export function isResumable(error: DmErrorModel): boolean {
  return !/Unsupported|Error 1062|Error 1366|Error 1406/i.test(error.rawCause);
}

export function asText(error: DmErrorModel): string {
  const parts = [
    `[code=${error.code}:class=${error.class}:scope=${error.scope}:level=${error.level}]`,
    `Message: ${error.message}`,
  ];
  if (error.rawCause) parts.push(`RawCause: ${error.rawCause}`);
  if (error.workaround) parts.push(`Workaround: ${error.workaround}`);
  return parts.join(", ");
}
