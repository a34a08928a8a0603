/** The people, groups and channels of the stand-in workspace. */
export const PEOPLE = [
  { id: "U0ANA", name: "ana", realName: "Ana Sousa", title: "On call · operator: may ask for plans and approve safe ones" },
  { id: "U0BO", name: "bo", realName: "Bo Lindqvist", title: "DBA · approver: may approve disruptive plans" },
  { id: "U0CHEN", name: "chen", realName: "Chen Wei 陈伟", title: "DBA · admin: may break the glass" },
  { id: "U0KIM", name: "kim", realName: "Kim Park", title: "Developer · viewer: may look" },
] as const;

export const GROUPS = [{ id: "S0ONCALL", handle: "dba-oncall", name: "DBA on call", users: ["U0ANA"] }] as const;

export const CHANNELS = [
  { id: "C0ALERTS", name: "dm-alerts", topic: "One card for each incident, updated in place; plans and runs in its thread" },
  { id: "C0AUDIT", name: "dm-audit", topic: "Signed heads of the audit record" },
] as const;

export const BOT = { userId: "U0MEDIC", botId: "B0MEDIC", appId: "A0MEDIC", name: "dm-medic" } as const;
