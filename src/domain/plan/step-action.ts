/**
 * `rewind`: the FAQ's form, the global row and every row in the file or later to its start. `align`: every table row to the global
 * row, which stays. `rewind-all`: every row, for a file that DM is already past. (over-4gib-lab)
 */
export type CheckpointRewrite =
  | { readonly form: "rewind"; readonly file: string; readonly previousGtids: string | null }
  | { readonly form: "align" }
  | { readonly form: "rewind-all"; readonly file: string; readonly previousGtids: string };
