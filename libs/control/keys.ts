import { randomBytes } from 'node:crypto';
import type { ApiKey, KeyRing, Role } from './contract.ts';
import type { Database } from './database.ts';
import { errors } from './errors.ts';
import { hashToken, newToken } from './token.ts';
import type { Users } from './users.ts';

/** What a secret begins with: scanners of repositories and logs find it by that. */
export const keyPrefix = 'tidewatch_';
const longestLifeMs = 366 * 24 * 3_600_000;
const touchEveryMs = 60_000;

interface KeyRow {
  readonly hash: string;
  readonly id: string;
  readonly user: string;
  readonly name: string;
  readonly scopes: string;
  readonly sources: string | null;
  readonly created_at: number;
  readonly expires_at: number;
  readonly last_used_at: number | null;
}

/** Keys of whom an identity provider vouches for rest where it did not for so long. */
export const vouchedForMs = 30 * 24 * 3_600_000;

/** For senders of events. */
export const ingestScope = 'ingest';
/** Whose keys may send events: what comes in is judged for everybody. */
export const ingestRoles: readonly Role[] = ['engineer', 'admin'];

/** Whether events may be sent with a key, as its user's roles are now. */
export const mayIngest = ({ scopes, user }: ApiKey): boolean =>
  scopes.includes(ingestScope) && user.roles.some((role) => ingestRoles.includes(role));

/** Whether a key opens anything now. */
export const isInForce = ({ user, expiresAt }: ApiKey, now: number): boolean =>
  !user.disabled && expiresAt > now && (user.vouchedAt === undefined || now - user.vouchedAt < vouchedForMs);

export interface Keys {
  readonly ring: KeyRing;
  deleteOf(user: string): void;
  /** Those of a user, or of all, that may do more than send events; answers how many. */
  deleteReading(user?: string): number;
}

export function createKeys(db: Database, users: Users, clock: () => number): Keys {
  const byHash = db.prepare<KeyRow>('SELECT * FROM api_keys WHERE hash = ?');
  const every = db.prepare<KeyRow>('SELECT * FROM api_keys ORDER BY created_at DESC, id');
  const insert = db.prepare('INSERT INTO api_keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)');
  const touch = db.prepare('UPDATE api_keys SET last_used_at = ? WHERE hash = ?');
  const remove = db.prepare('DELETE FROM api_keys WHERE id = ?');
  const removeOf = db.prepare('DELETE FROM api_keys WHERE user = ?');
  const removeReading = db.prepare('DELETE FROM api_keys WHERE scopes <> ? AND (? IS NULL OR user = ?)');
  const old = db.prepare<{ due: number }>('SELECT count(*) AS due FROM api_keys WHERE expires_at < ?');
  const removeOld = db.prepare('DELETE FROM api_keys WHERE expires_at < ?');

  const toKey = (row: KeyRow): ApiKey | undefined => {
    const user = users.find(row.user);
    return (
      user && {
        ...{ id: row.id, name: row.name, user, scopes: row.scopes.split(' ') },
        ...{ createdAt: row.created_at, expiresAt: row.expires_at },
        ...(row.sources === null ? {} : { sources: JSON.parse(row.sources) as string[] }),
        ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
      }
    );
  };

  const ring: KeyRing = {
    list: async (user) =>
      every
        .all()
        .filter((row) => user === undefined || row.user === user)
        .flatMap((row) => toKey(row) ?? []),
    async add({ user, name, scopes, sources, expiresAt }) {
      const now = clock();
      const owner = users.find(user);
      if (owner === undefined) throw errors.USER_UNKNOWN({ user });
      if (owner.disabled) throw errors.USER_DISABLED({ user });
      if (scopes.length === 0) throw errors.KEY_INVALID({ why: 'it needs at least one scope.' });
      if (expiresAt <= now || expiresAt > now + longestLifeMs)
        throw errors.KEY_INVALID({ why: 'it has to expire within a year from now.' });
      const secret = keyPrefix + newToken();
      const row = {
        ...{ hash: hashToken(secret), id: randomBytes(9).toString('base64url'), user, name },
        ...{ scopes: scopes.join(' '), created_at: now, expires_at: expiresAt, last_used_at: null },
        sources: sources === undefined ? null : JSON.stringify(sources),
      };
      insert.run(row.hash, row.id, user, name, row.scopes, row.sources, now, expiresAt);
      return { key: toKey(row) as ApiKey, secret };
    },
    remove: async (id) => remove.run(id) > 0,
    find: (secret) => {
      if (!secret.startsWith(keyPrefix)) return undefined;
      const row = byHash.all(hashToken(secret))[0];
      const key = row === undefined ? undefined : toKey(row);
      const now = clock();
      if (row === undefined || key === undefined || !isInForce(key, now)) return undefined;
      if (now - (row.last_used_at ?? 0) >= touchEveryMs) touch.run(now, row.hash);
      return key;
    },
    due: (time) => old.all(time)[0]?.due ?? 0,
    expire: async (time) => removeOld.run(time),
  };
  return {
    ring,
    deleteOf: (user) => void removeOf.run(user),
    deleteReading: (user) => removeReading.run(ingestScope, user ?? null, user ?? null),
  };
}
