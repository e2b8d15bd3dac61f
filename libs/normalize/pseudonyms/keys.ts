import { hkdfSync } from 'node:crypto';
import { errors } from '../errors.ts';

/** A secret from which an epoch's keys are derived. */
export interface PseudonymKey {
  /** 1 to 4095. */
  readonly version: number;
  /** At least 32 bytes. */
  readonly secret: Uint8Array;
  /** From epochs on that begin then or later, epoch milliseconds; -Infinity: from all. */
  readonly from: number;
}

const entry = /^(\d{1,4}):([A-Za-z0-9+/_-]{1,1024}={0,2})(?:@(\d{4}-\d{2}-\d{2}))?$/;
const mostVersion = 4095;
const leastBytes = 32;

/**
 * Reads keys: `VERSION:BASE64`, or `VERSION:BASE64@2026-12-01` for one that counts from the first epoch on that begins
 * that day (UTC) or later. Parted by white space or commas; `#` begins a comment.
 *
 * @param place where the text is from, for people; the text itself is never told
 * @throws PSEUDONYM_KEYS_INVALID
 */
export function parsePseudonymKeys(text: string, place: string): readonly PseudonymKey[] {
  const entries = text
    .replace(/#.*$/gm, '')
    .split(/[\s,]+/)
    .filter((each) => each !== '');
  const invalid = (problem: string) => errors.PSEUDONYM_KEYS_INVALID({ place, problem });
  const keys = entries.map((each, i): PseudonymKey => {
    const nth = `entry ${i + 1}`;
    const match = entry.exec(each);
    if (match === null) throw invalid(`${nth} is not VERSION:BASE64 or VERSION:BASE64@DATE`);
    const [, digits = '', encoded = '', date] = match;
    const version = Number(digits);
    if (version < 1 || version > mostVersion)
      throw invalid(`the version of ${nth} is not 1 to ${mostVersion}`);
    const secret = Buffer.from(encoded, 'base64');
    if (secret.length < leastBytes) throw invalid(`the key of ${nth} has fewer than ${leastBytes} bytes`);
    const from = date === undefined ? Number.NEGATIVE_INFINITY : Date.parse(date);
    if (Number.isNaN(from)) throw invalid(`the date of ${nth} is none`);
    return { version, secret, from };
  });
  if (keys.length === 0) throw invalid('it holds no key');
  if (new Set(keys.map(({ version }) => version)).size < keys.length)
    throw invalid('it gives one version twice');
  if (!keys.some(({ from }) => from === Number.NEGATIVE_INFINITY))
    throw invalid('each of its keys counts from a later day only; one has to have no date');
  return keys;
}

/** The newest key that counts in an epoch. @param begins of the epoch, epoch milliseconds */
export function keyAt(keys: readonly PseudonymKey[], begins: number): PseudonymKey {
  const [newest] = keys.filter(({ from }) => from <= begins).sort((a, b) => b.version - a.version);
  if (newest === undefined) throw new TypeError('No key counts from the beginning.');
  return newest;
}

/** 32 bytes for one purpose alone (HKDF with SHA-256, RFC 5869). */
export const derive = (secret: Uint8Array, purpose: string, salt: Uint8Array = new Uint8Array()): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, salt, `tidewatch ${purpose}`, 32));
