export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

/** One text per key and language; a key without its text in either does not compile. */
export type Texts<Key extends string> = Readonly<Record<Language, Readonly<Record<Key, string>>>>;
