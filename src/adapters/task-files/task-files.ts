import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import type { TaskFile, TaskFiles } from "../../app/ports/task-files.ts";

export interface TaskFilesOptions {
  /** By cluster: the folder to look through, or the files themselves, and the password for DM's masked copy. */
  readonly clusters: ReadonlyMap<
    string,
    {
      readonly folder: string | null;
      readonly files: readonly string[];
      readonly downstreamPassword: string | null;
      /** By source id, for DM's masked copy of a source's YAML. */
      readonly sourcePasswords?: ReadonlyMap<string, string>;
    }
  >;
}

/** Finds a task's original YAML by its `name`, read anew each time: files are edited while the bot runs. */
export function createTaskFiles({ clusters }: TaskFilesOptions): TaskFiles {
  return {
    downstreamPassword: (cluster) => clusters.get(cluster)?.downstreamPassword ?? null,
    sourcePassword: (cluster, source) => clusters.get(cluster)?.sourcePasswords?.get(source) ?? null,
    async yamlOf(cluster, task) {
      const where = clusters.get(cluster);
      if (!where) return { kind: "none" };
      const listed = await listFiles(where.folder);
      if (!Array.isArray(listed)) return listed;
      const texts = await Promise.all([...where.files, ...listed].map(readOne));
      const matching = texts.filter((text) => text.name === task);
      const broken = texts.find((text) => text.why !== null);
      if (matching.length > 1) return { kind: "several", paths: matching.map(({ path }) => path) };
      if (matching[0]) return { kind: "file", path: matching[0].path, text: matching[0].text };
      return broken ? { kind: "unreadable", path: broken.path, why: broken.why ?? "" } : { kind: "none" };
    },
  };
}

async function listFiles(folder: string | null): Promise<string[] | TaskFile> {
  if (folder === null) return [];
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    return { kind: "unreadable", path: folder, why: messageOf(error) };
  }
}

async function readOne(path: string): Promise<{ path: string; text: string; name: string | null; why: string | null }> {
  try {
    const text = await readFile(path, "utf8");
    const content: unknown = parse(text, { merge: true, maxAliasCount: 100 });
    const named = content !== null && typeof content === "object" && "name" in content ? content.name : null;
    // DM reads `name: 7` as a text.
    const name = typeof named === "string" || typeof named === "number" ? String(named) : null;
    return { path, text, name, why: null };
  } catch (error) {
    return { path, text: "", name: null, why: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.split("\n")[0]! : String(error);
}
