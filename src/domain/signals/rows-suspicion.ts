/** A task passed a file over 4 GiB while it read by position: DM is green, and rows may be gone (over-4gib-lab). It outlives the file. */
export interface RowsSuspicion {
  readonly cluster: string;
  readonly task: string;
  readonly source: string;
  /** The server whose file it was; null: it did not tell. */
  readonly server: string | null;
  readonly file: string;
  readonly sizeBytes: number;
  readonly since: number;
  /** We saw it before the file and after it. false: it was past the file when we first looked, or a repair replayed it by position. */
  readonly wasSeenPassing: boolean;
  /** What a comparison counted, where it found differences. */
  readonly found: RowsFound | null;
  readonly closed: RowsClosed | null;
}

export interface RowsFound {
  readonly comparison: string;
  readonly at: number;
  readonly missing: number;
  readonly differing: number;
  readonly extra: number;
}

/** Only a clean comparison or a person's recorded acceptance closes it. */
export type RowsClosed =
  | { readonly kind: "equal"; readonly at: number; readonly comparison: string }
  | { readonly kind: "accepted"; readonly at: number; readonly by: string; readonly reason: string };

export const suspicionName = ({
  cluster,
  task,
  source,
  server,
  file,
}: Pick<RowsSuspicion, "cluster" | "task" | "source" | "server" | "file">): string =>
  JSON.stringify([cluster, task, source, ...(server === null ? [] : [server]), file]);
