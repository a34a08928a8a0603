import { keyId } from "../../domain/comparison/key.ts";
import { type CopiedRow, type RowCopy, undoable, withRows } from "../../domain/comparison/row-copy.ts";
import type { RowFence, RowWriter, WriteEnd } from "../ports/rows.ts";

export interface UndoParts {
  readonly writer: RowWriter;
  readonly fence: RowFence | null;
  readonly signal: AbortSignal;
  keep(copy: RowCopy): Promise<void>;
}

const ROWS_AT_ONCE = 50;
/** A row that is not there may have been deleted by an earlier attempt whose answer was lost, or by somebody else. */
const STATES = { deleted: "undone", gone: "gone-since", changed: "not-undone" } as const;

/**
 * Deletes exactly the rows that the copy inserted, while they are unchanged; may be called again after a crash. What was changed is
 * left; that, and what is gone already, is told. Resolves with the copy as it is now, and with what ended the undo early.
 */
export async function undoCopiedRows(
  parts: UndoParts,
  begun: RowCopy,
): Promise<{ readonly copy: RowCopy; readonly stoppedBy: WriteEnd | { readonly kind: "aborted" } | null }> {
  let copy = begun;
  for (const [at, entry] of begun.tables.entries()) {
    const ours = undoable(entry);
    for (let from = 0; from < ours.length; from += ROWS_AT_ONCE) {
      if (parts.signal.aborted) return { copy, stoppedBy: { kind: "aborted" } };
      const rows = ours.slice(from, from + ROWS_AT_ONCE);
      const { compared, plan } = entry.table;
      const outcome = await parts.writer.deleteUnchanged(
        { table: compared.target, plan: plan!, rows, fence: parts.fence },
        parts.signal,
      );
      if (outcome.kind !== "committed") return { copy, stoppedBy: outcome };
      const now = new Map(
        rows.map(({ key }, index): readonly [string, CopiedRow] => {
          const row = copy.tables[at]!.rows.find((candidate) => keyId(candidate.key) === keyId(key))!;
          return [keyId(key), { ...row, state: { kind: STATES[outcome.rows[index]!] } }];
        }),
      );
      copy = withRows(copy, at, now);
      await parts.keep(copy);
    }
  }
  return { copy, stoppedBy: null };
}
