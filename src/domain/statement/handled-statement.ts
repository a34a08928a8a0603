/** One line of the ledger: a statement that was skipped or replaced, and what became of what the downstream misses. */
export interface HandledStatement {
  readonly cluster: string;
  readonly task: string;
  readonly source: string;
  readonly how: "skip" | "replace";
  readonly position: string | null;
  readonly statement: string;
  readonly instead: readonly string[];
  readonly run: string;
  readonly at: number;
  readonly followUp:
    | { readonly kind: "open" }
    /** Taken back while that still worked. */
    | { readonly kind: "reverted"; readonly at: number; readonly run: string }
    | { readonly kind: "done"; readonly at: number; readonly by: string; readonly note: string };
}

export const handledName = ({ run, task, source }: Pick<HandledStatement, "run" | "task" | "source">): string =>
  JSON.stringify([run, task, source]);
