/** The original YAML of tasks, from the configured folder or files. */
export interface TaskFiles {
  yamlOf(cluster: string, task: string): Promise<TaskFile>;
  /** The password that stands for `******` in the gateway's copy, from its reference in the configuration; null where none is given. */
  downstreamPassword(cluster: string): string | null;
  /** The same for a source's own YAML. */
  sourcePassword(cluster: string, source: string): string | null;
}

export type TaskFile =
  | { readonly kind: "file"; readonly path: string; readonly text: string }
  | { readonly kind: "none" }
  | { readonly kind: "several"; readonly paths: readonly string[] }
  | { readonly kind: "unreadable"; readonly path: string; readonly why: string };
