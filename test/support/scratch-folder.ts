import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own for one test file, gone with the file's process. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `dm-medic-${name}-`));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
