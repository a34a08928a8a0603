import { type Person, type Role, roleOf } from "../domain/approval/people.ts";
import type { Chat } from "./ports/chat.ts";
import type { Settings } from "./ports/settings.ts";

export interface Authority {
  /** The person's role in a cluster. `fresh`: user groups are asked for anew, and the answer is `not-known` when Slack does not give it. */
  roleOf(person: Person, cluster: string, fresh: boolean): Promise<Role | null | "not-known">;
  /** The highest role in any cluster, from the cache: for help and read-only answers. */
  bestRole(person: Person): Promise<Role | null>;
}

const CACHED_FOR_MS = 5 * 60_000;
const ORDER = ["viewer", "operator", "approver", "admin"] as const;

export function createAuthority({ settings, chat }: { readonly settings: Settings; readonly chat: Chat }): Authority {
  async function roleIn(person: Person, cluster: string, fresh: boolean): Promise<Role | null | "not-known"> {
    const roles = settings.clusters.find((candidate) => candidate.name === cluster)?.roles;
    if (!roles) return null;
    const groups = [...new Set(Object.values(roles).flatMap((assigned) => assigned.groups))];
    const members = new Map(
      await Promise.all(groups.map(async (group) => [group, await chat.groupMembers(group, fresh ? 0 : CACHED_FOR_MS)] as const)),
    );
    if (fresh && [...members.values()].includes("not-known")) return "not-known";
    return roleOf(person.id, roles, (group) => members.get(group) ?? "not-known");
  }
  return {
    roleOf: roleIn,
    async bestRole(person) {
      const roles = await Promise.all(settings.clusters.map(({ name }) => roleIn(person, name, false)));
      return ORDER.findLast((role) => roles.includes(role)) ?? null;
    },
  };
}
