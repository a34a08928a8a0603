import { type Incident, rootKey, type Treatment } from "./incident.ts";

const NONE: Treatment = { ineffective: 0, effective: 0, restsUntil: 0 };

export const treatmentWith = (incident: Pick<Incident, "treatments">, playbook: string): Treatment =>
  incident.treatments[playbook] ?? NONE;

/** The incident after a run that changed something has ended on it. */
export function treated(
  incident: Incident,
  playbook: string,
  outcome: "effective" | "ineffective",
  restsUntil: number,
): Incident {
  const before = treatmentWith(incident, playbook);
  const after = { ...before, [outcome]: before[outcome] + 1, restsUntil };
  return { ...incident, treatments: { ...incident.treatments, [playbook]: after } };
}

/**
 * A new incident that is an old one come back: same root, same kind, closed at most `withinMs` ago. It takes over what was tried, and
 * what had ended well has not lasted. `closed`: incidents of the same cluster, in any order.
 */
export function asRelapse(fresh: Incident, closed: readonly Incident[], withinMs: number): Incident {
  const before = closed
    .filter(
      ({ root, kind, closedAt }) =>
        rootKey(root) === rootKey(fresh.root) &&
        kind === fresh.kind &&
        closedAt !== null &&
        fresh.openedAt - closedAt <= withinMs,
    )
    .toSorted((a, b) => b.closedAt! - a.closedAt!)[0];
  if (!before) return fresh;
  const treatments = Object.fromEntries(
    Object.entries(before.treatments).map(([playbook, { ineffective, effective, restsUntil }]) => [
      playbook,
      { ineffective: ineffective + effective, effective: 0, restsUntil },
    ]),
  );
  return { ...fresh, treatments, relapseOf: before.id };
}
