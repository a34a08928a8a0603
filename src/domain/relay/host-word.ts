/**
 * sshd hands the words of a command to a login shell, joined by spaces. So a word that goes to a host is made of characters that no
 * shell reads as anything but themselves: no space, quote, `$`, `;`, `~`, `*`, bracket, backslash or newline.
 */
const HOST_WORD = /^[A-Za-z0-9_.,/:@+=-]{1,1024}$/;
const PATH = /^(?:\/[A-Za-z0-9_.,:@+-]+)+$/;
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.,:@+-]{0,254}$/;
const BINLOG = /^[A-Za-z0-9_][A-Za-z0-9_.,:@+-]{0,230}\.\d{1,20}$/;

export const isHostWord = (word: string): boolean => HOST_WORD.test(word);

/** An absolute path without `.` and `..` among its parts. */
export const isHostPath = (path: string): boolean =>
  path.length <= 1_000 && PATH.test(path) && !path.split("/").some((part) => part === "." || part === "..");

/** The name of one file or folder, without a path. */
export const isHostName = (name: string): boolean => NAME.test(name) && name !== "..";

/** `mysql-bin.004451`: DM takes a name with a number at its end for a binlog file, and no other. */
export const isBinlogName = (name: string): boolean => BINLOG.test(name);
