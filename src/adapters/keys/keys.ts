import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hashing, HeadSigner, Seal } from "../../app/ports/identifiers.ts";

export const sha256: Hashing = { sha256: (text) => createHash("sha256").update(text, "utf8").digest("hex") };

/** The audit key and the sealing key, outside the store; made at the first start, readable by their owner alone. */
export function openKeys(folder: string): { readonly signer: HeadSigner; readonly seal: Seal } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const privateKey = createPrivateKey(
    readOrMake(join(folder, "audit-key.pem"), () =>
      generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    ),
  );
  const sealingKey = Buffer.from(
    readOrMake(join(folder, "seal-key"), () => randomBytes(32).toString("base64")),
    "base64",
  );
  return { signer: signerOf(privateKey), seal: sealWith(sealingKey) };
}

function readOrMake(file: string, make: () => string): string {
  try {
    // `wx` fails when the file is there: two copies that start at once agree on the first one's key.
    writeFileSync(file, make(), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(file, "utf8");
}

function signerOf(privateKey: KeyObject): HeadSigner {
  const publicKey = createPublicKey(privateKey);
  return {
    keyId: keyIdOf(publicKey),
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString("base64"),
  };
}

export function keyIdOf(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex")
    .slice(0, 16);
}

/** false also for a signature or key that cannot be read. */
export function verifySignature(text: string, signature: string, publicKeyPem: string): boolean {
  try {
    return verify(null, Buffer.from(text), createPublicKey(publicKeyPem), Buffer.from(signature, "base64"));
  } catch {
    return false;
  }
}

/** AES-256-GCM with a fresh nonce each: `v1.<nonce>.<tag>.<text>` in base64url. */
function sealWith(key: Buffer): Seal {
  return {
    seal(text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return ["v1", ...[nonce, cipher.getAuthTag(), sealed].map((part) => part.toString("base64url"))].join(".");
    },
    open(sealed) {
      const [version, nonce, tag, text] = sealed.split(".");
      if (version !== "v1" || !nonce || !tag || text === undefined)
        throw new Error("a kept text has no form that this dm-medic knows");
      const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64url"));
      decipher.setAuthTag(Buffer.from(tag, "base64url"));
      return Buffer.concat([decipher.update(Buffer.from(text, "base64url")), decipher.final()]).toString("utf8");
    },
  };
}
