import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelErrors } from './errors.ts';

/** Ed25519 over the bytes of `manifest.yml`, which has the hashes of all other files; Base64. @see RFC 8032 */
export const signatureFile = 'manifest.sig';

/**
 * Signs a model's folder.
 *
 * Rejects with MODEL_REFUSED where the key is none of Ed25519, or there is no manifest.
 *
 * @param key private key, PEM
 */
export async function signModelFolder(folder: string, key: string): Promise<void> {
  const refuse = (file: string, reason: string) => modelErrors.MODEL_REFUSED({ folder, file, reason });
  const secret = keyOf(
    () => createPrivateKey(key),
    (reason) => refuse(signatureFile, reason),
  );
  const manifest = await readFile(join(folder, 'manifest.yml')).catch((error: Error) => {
    throw refuse('manifest.yml', error.message);
  });
  await writeFile(join(folder, signatureFile), `${sign(null, manifest, secret).toString('base64')}\n`);
}

/**
 * @param signature what {@link signatureFile} holds
 * @param keys public keys, PEM, of which one must have signed
 * @throws what `refuse` makes of the reason
 */
export function checkSignature(
  manifest: Buffer,
  signature: string,
  keys: readonly string[],
  refuse: (reason: string) => Error,
): void {
  const bytes = Buffer.from(signature.trim(), 'base64');
  const isSigned = keys.some((key) =>
    verify(
      null,
      manifest,
      keyOf(() => createPublicKey(key), refuse),
      bytes,
    ),
  );
  if (!isSigned) throw refuse('no trusted key signed this manifest');
}

function keyOf(make: () => KeyObject, refuse: (reason: string) => Error): KeyObject {
  let key: KeyObject;
  try {
    key = make();
  } catch (error) {
    throw refuse(`a key cannot be read: ${(error as Error).message}`);
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw refuse(`a key is of ${key.asymmetricKeyType}, not of ed25519`);
  return key;
}
