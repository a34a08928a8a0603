import type { BinlogPosition } from "../../domain/observation/observation.ts";

const SHAPE = /^\(?\s*([^,()|\s]+?)(?:\|(\d{6}))?\.(\d+)\s*,\s*(\d+)\s*\)?$/;

/**
 * Reads `(mysql-bin|000001.000006, 4)`. null for what names no place in a binlog: empty text, `(, 0)`, a position that is no uint32.
 * The suffix is the relay's sub-directory (dm-facts §2.2); it is kept apart so that files compare by name.
 */
export function readPosition(text: unknown): BinlogPosition | null {
  if (typeof text !== "string" || text.length > 512) return null;
  const parts = SHAPE.exec(text.trim());
  if (!parts) return null;
  const position = Number(parts[4]);
  const fileNumber = Number(parts[3]);
  if (!Number.isSafeInteger(fileNumber) || position > 0xffff_ffff) return null;
  return { file: `${parts[1]}.${parts[3]}`, relaySuffix: parts[2] ?? null, fileNumber, position };
}
