import type { Phrase } from "../plan/plan.ts";
import { phrase } from "../wording/phrases.ts";

export const ROLES = ["viewer", "operator", "approver", "admin"] as const;
/** Ordered: each role may do what the ones before it may. */
export type Role = (typeof ROLES)[number];

export interface Person {
  /** Slack user id (`U…`). */
  readonly id: string;
  readonly name: string | null;
  /** How we know who it is; told in every audit event. */
  readonly identity: Identity;
}
export type Identity = "slack" | "stand-in" | "system";

/** Who may do what in one cluster: Slack user ids and user group ids per role. An empty list means nobody. */
export interface RoleAssignment {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}
export type ClusterRoles = Readonly<Record<Role, RoleAssignment>>;

/** Members of every user group that the roles name; `not-known` where Slack did not answer. */
export type GroupMembership = (groupId: string) => readonly string[] | "not-known";

export function roleRank(role: Role): number {
  return ROLES.indexOf(role);
}

/** The highest role of a person; null for nobody. Groups that are not known count as not containing the person (fails closed). */
export function roleOf(personId: string, roles: ClusterRoles, membersOf: GroupMembership): Role | null {
  let highest: Role | null = null;
  for (const role of ROLES) {
    const assigned = roles[role];
    const inGroup = assigned.groups.some((group) => {
      const members = membersOf(group);
      return members !== "not-known" && members.includes(personId);
    });
    if (assigned.users.includes(personId) || inGroup) highest = role;
  }
  return highest;
}

/** Why somebody may not do what needs this role. */
export const roleMissing = (role: Role | null, needed: Role): Phrase =>
  role === null ? phrase("role-none", { needed }) : phrase("role-missing", { needed, has: role });

export function mayActAs(role: Role | null, needed: Role): boolean {
  return role !== null && roleRank(role) >= roleRank(needed);
}
