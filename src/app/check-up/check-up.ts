import { ROLES } from "../../domain/approval/people.ts";
import type { ClusterSettings } from "../ports/settings.ts";

/** What one question of a check-up found; `mend` says what would help, empty where nothing is needed. */
export interface Found {
  readonly verdict: "ok" | "note" | "wrong";
  readonly said: string;
  readonly mend: string;
}
export interface Check {
  /** Where it belongs, e.g. `cluster shop`. */
  readonly about: string;
  readonly what: string;
  /** null: nothing to say, because another check says it already. */
  readonly ask: (signal: AbortSignal) => Promise<Found | null>;
}
export type Checked = Pick<Check, "about" | "what"> & Found;

export const ok = (said: string): Found => ({ verdict: "ok", said, mend: "" });
export const note = (said: string, mend = ""): Found => ({ verdict: "note", said, mend });
export const wrong = (said: string, mend: string): Found => ({ verdict: "wrong", said, mend });

/** Asks everything at once; what hangs or throws is that check's own answer and hides no other. In the order given. */
export async function checkUp(checks: readonly Check[], timeoutMs: number): Promise<Checked[]> {
  const all = await Promise.all(
    checks.map(async ({ about, what, ask }): Promise<Checked | null> => {
      const giveUp = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<Found>((resolve) => {
        timer = setTimeout(() => {
          giveUp.abort();
          resolve(wrong(`no answer within ${timeoutMs / 1000} s`, "look whether it can be reached from this machine"));
        }, timeoutMs);
      });
      try {
        const found = await Promise.race([ask(giveUp.signal), late]);
        return found === null ? null : { about, what, ...found };
      } catch (error) {
        return { about, what, ...wrong(error instanceof Error ? error.message : String(error), "see the runbook") };
      } finally {
        clearTimeout(timer);
      }
    }),
  );
  return all.filter((one) => one !== null);
}

/** Which votes nobody can give in a cluster. */
export function rolesFound({ roles, onCallGroup }: ClusterSettings): Found {
  const holders = (least: number): number =>
    ROLES.slice(least).reduce((sum, role) => sum + roles[role].users.length + roles[role].groups.length, 0);
  if (holders(ROLES.indexOf("operator")) === 0)
    return wrong("nobody may ask for a plan or approve a safe one", "name people or groups under roles.operator");
  if (holders(ROLES.indexOf("approver")) === 0)
    return wrong("nobody may approve a disruptive plan", "name people or groups under roles.approver");
  const lone = roles.approver.users.length + roles.admin.users.length;
  const groups = roles.approver.groups.length + roles.admin.groups.length;
  if (lone < 2 && groups === 0)
    return note("only one person may approve; a data plan needs two", "name a second approver, or a group");
  return onCallGroup.critical === null
    ? note("no on-call group: a new card mentions nobody", "set onCall.critical")
    : ok("somebody may ask, approve and is called");
}
