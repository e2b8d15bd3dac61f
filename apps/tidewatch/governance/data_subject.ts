import { bareName, createPseudonyms, epochAt, parsePseudonymKeys } from '@tidewatch/normalize/pseudonyms';
import { type DataClasses, longestPartition } from '@tidewatch/store';
import type { Config } from '../config/schema.ts';
import { startErrors } from '../errors.ts';
import { readKeyFile } from './key_file.ts';

type PseudonymsConfig = NonNullable<Config['pseudonyms']>;

/**
 * Every pseudonym that a name, mail address, id or address has in events that may still be kept, by epochs of the length
 * configured now, the newest first; made here, so that the name goes to no server. Empty where it names nobody, and so has none.
 *
 * @param now epoch milliseconds
 * @throws PSEUDONYM_KEYS_UNREADABLE, PSEUDONYM_KEYS_EXPOSED, PSEUDONYM_KEYS_INVALID
 */
export async function pseudonymsOf(
  name: string,
  configured: PseudonymsConfig,
  { all }: DataClasses,
  now: number,
): Promise<readonly string[]> {
  const keys = parsePseudonymKeys(await readKeys(configured), placeOfKeys(configured));
  const { at } = createPseudonyms({ keys, epoch: configured.epoch, overlapMs: 0 });
  const first = now - Math.max(...all.map(({ ttlMs }) => ttlMs + longestPartition(ttlMs)));
  const found: string[] = [];
  for (let time = now; time >= first; time = epochAt(time, configured.epoch).begins - 1) {
    const pseudonym = at(time).now.of(name);
    if (pseudonym === name) return [];
    found.push(bareName(pseudonym));
  }
  return found;
}

export const placeOfKeys = ({ file, env }: PseudonymsConfig): string =>
  file ?? `the environment variable ${env}`;

/** @throws PSEUDONYM_KEYS_UNREADABLE, PSEUDONYM_KEYS_EXPOSED */
export async function readKeys(configured: PseudonymsConfig): Promise<string> {
  const { file, env = '' } = configured;
  if (file !== undefined) return readKeyFile(file);
  const text = process.env[env];
  if (text !== undefined) return text;
  throw startErrors.PSEUDONYM_KEYS_UNREADABLE({ place: placeOfKeys(configured), reason: 'it is not set' });
}
