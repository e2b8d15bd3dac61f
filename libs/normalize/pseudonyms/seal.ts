import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { derive } from './keys.ts';

/** A key that something is sealed under, and what finds it again: letters, digits and hyphens. */
export interface SealKey {
  readonly id: string;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

/** Seals under one key. */
export interface Sealer {
  /** @param context what it belongs to: opening needs the same. Never empty */
  readonly seal: (clear: Uint8Array, context: string) => string;
}

const begins = 'sealed.';
const [saltBytes, nonceBytes, tagBytes] = [12, 12, 16];
/** NIST SP 800-38D takes up to 2^32 random nonces under one key: each process and stretch has a key of its own. */
const mostUnderOne = 2 ** 30;

/** Random bytes in stock: to ask for twelve costs nearly as much as for thousands. */
const pool = { bytes: Buffer.alloc(0), used: 0 };
const poolBytes = 6_000;

function nextNonce(): Buffer {
  if (pool.used + nonceBytes > pool.bytes.length) {
    pool.bytes = randomBytes(poolBytes);
    pool.used = 0;
  }
  const nonce = Buffer.from(pool.bytes.subarray(pool.used, pool.used + nonceBytes));
  pool.used += nonceBytes;
  return nonce;
}

/**
 * AES-256-GCM with a random nonce and the whole tag. The text is `sealed.`, the key's id, a dot, and base64url of salt,
 * nonce, tag and ciphertext.
 */
export function createSealer({ id, secret }: SealKey): Sealer {
  let salt = randomBytes(saltBytes);
  let key = derive(secret, 'seal', salt);
  let used = 0;
  return {
    seal(clear, context) {
      if (used++ >= mostUnderOne) {
        salt = randomBytes(saltBytes);
        key = derive(secret, 'seal', salt);
        used = 1;
      }
      const nonce = nextNonce();
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(Buffer.from(context));
      const sealed = [cipher.update(clear), cipher.final()];
      return `${begins}${id}.${Buffer.concat([salt, nonce, cipher.getAuthTag(), ...sealed]).toString('base64url')}`;
    },
  };
}

const sealedText = /^sealed\.([\w-]{1,100})\.([\w-]+)$/;

/** The id of the key that a text is sealed under; undefined where it is not sealed. */
export const sealedUnder = (text: string): string | undefined => sealedText.exec(text)?.[1];

/** What was sealed; undefined where the key or the context is another, or the text was changed. */
export function openSealed(text: string, secret: Uint8Array, context: string): Buffer | undefined {
  const [, , encoded] = sealedText.exec(text) ?? [];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64url');
  const at = saltBytes + nonceBytes;
  if (bytes.length < at + tagBytes) return undefined;
  const key = derive(secret, 'seal', bytes.subarray(0, saltBytes));
  const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(saltBytes, at), {
    authTagLength: tagBytes,
  });
  cipher.setAAD(Buffer.from(context));
  cipher.setAuthTag(bytes.subarray(at, at + tagBytes));
  try {
    return Buffer.concat([cipher.update(bytes.subarray(at + tagBytes)), cipher.final()]);
  } catch {
    // What GCM refuses says no more than this.
    return undefined;
  }
}
