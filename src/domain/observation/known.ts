/** Something that was asked outside. `lacks`: the right that is missing, in the database's own word, where that is the reason. */
export type Known<T> =
  | { readonly kind: "known"; readonly value: T }
  | { readonly kind: "not-known"; readonly why: string; readonly lacks: string | null };

export const known = <T>(value: T): Known<T> => ({ kind: "known", value });
export const notKnown = (why: string, lacks: string | null = null): Known<never> => ({ kind: "not-known", why, lacks });
