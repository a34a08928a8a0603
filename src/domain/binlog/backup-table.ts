/** MySQL, MariaDB and TiDB take no longer names. */
const NAME_AT_MOST = 64;
/** Room for the store's four digits and a run's number behind the prefix: `5f0c_r1234567`. */
const RUN_AT_MOST = 13;
const WORDS = "_syncer_checkpoint_bak_";

/**
 * What the backup of a task's checkpoint rows is called, up to the run's number: `orders_syncer_checkpoint_bak_`. A long task is cut
 * and told from others that begin alike by a checksum: two tasks of one source in one backup table would mix their images up.
 */
export function backupPrefixOf(task: string): string {
  const room = NAME_AT_MOST - RUN_AT_MOST - WORDS.length;
  if (task.length <= room) return `${task}${WORDS}`;
  const checksum = checksumOf(task);
  return `${task.slice(0, room - checksum.length - 1)}_${checksum}${WORDS}`;
}

/** FNV-1a, eight hex digits: for telling apart, not for secrets. */
function checksumOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
