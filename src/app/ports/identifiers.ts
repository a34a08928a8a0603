/** Hashing and randomness stay outside the domain; these are what it is given. */
export interface Hashing {
  /** sha-256, hex. */
  sha256(text: string): string;
}

export interface HeadSigner {
  readonly keyId: string;
  /** SPKI PEM, so that an export can be checked alone. */
  readonly publicKeyPem: string;
  /** Ed25519, base64. */
  sign(text: string): string;
}

/** Keeps what must be kept but not read (a task's YAML with its password) under a key that is not in the store. */
export interface Seal {
  seal(text: string): string;
  /** Throws when the text was changed or the key is another. */
  open(sealed: string): string;
}
