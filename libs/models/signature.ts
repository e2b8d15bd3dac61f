import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelErrors } from './errors.ts';

/** Ed25519 over the bytes of `manifest.yml`, which has the hashes of all other files; Base64. */
const signatureFile = 'manifest.sig';

/**
 * Signs a model's folder.
 *
 * @param key private key, PEM
 */
export async function signModelFolder(folder: string, key: string): Promise<void> {
  const manifest = await readFile(join(folder, 'manifest.yml'));
  const refuse = (reason: string) => modelErrors.MODEL_REFUSED({ folder, file: signatureFile, reason });
  let signature: Buffer;
  try {
    const secret = createPrivateKey(key);
    if (secret.asymmetricKeyType !== 'ed25519')
      throw new Error(`it is of ${secret.asymmetricKeyType}, not of Ed25519`);
    signature = sign(null, manifest, secret);
  } catch (error) {
    throw refuse(`the key cannot be used: ${(error as Error).message}`);
  }
  await writeFile(join(folder, signatureFile), `${signature.toString('base64')}\n`);
}

/**
 * Rejects with MODEL_REFUSED for a folder that none of the keys signed.
 *
 * @param keys public keys, PEM
 */
export async function checkSignature(folder: string, keys: readonly string[]): Promise<void> {
  const refuse = (reason: string) => modelErrors.MODEL_REFUSED({ folder, file: signatureFile, reason });
  const text = await readFile(join(folder, signatureFile), 'utf8').catch(() => {
    throw refuse('nobody signed it, and only what a trusted key signed is run');
  });
  const manifest = await readFile(join(folder, 'manifest.yml'));
  const signature = Buffer.from(text.trim(), 'base64');
  if (!keys.some((key) => verify(null, manifest, createPublicKey(key), signature)))
    throw refuse('no trusted key signed this manifest');
}
