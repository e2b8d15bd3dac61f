import type { ControlStore, Redeemed } from './contract.ts';
import type { Database } from './database.ts';
import { errors } from './errors.ts';
import type { Sessions } from './sessions.ts';
import { hashToken, newToken } from './token.ts';
import type { Users } from './users.ts';

const defaultTtlMs = 15 * 60_000;
/** How long a used or expired link is still told from one that never was. */
const rememberMs = 7 * 24 * 3_600_000;

interface LinkRow {
  readonly user: string;
  readonly expires_at: number;
  readonly used_at: number | null;
}

export interface Links extends Pick<ControlStore, 'createLoginLink' | 'redeem'> {
  voidAll(): void;
  voidOf(user: string): void;
}

export function createLinks(db: Database, users: Users, sessions: Sessions, clock: () => number): Links {
  const insert = db.prepare('INSERT INTO login_links VALUES (?, ?, ?, NULL)');
  const forget = db.prepare('DELETE FROM login_links WHERE expires_at < ?');
  const byHash = db.prepare<LinkRow>('SELECT user, expires_at, used_at FROM login_links WHERE hash = ?');
  const use = db.prepare(
    'UPDATE login_links SET used_at = ? WHERE hash = ? AND used_at IS NULL AND expires_at > ?',
  );
  const voidUnused = db.prepare(
    'UPDATE login_links SET expires_at = ? WHERE used_at IS NULL AND expires_at > ?',
  );

  const removeOf = db.prepare('DELETE FROM login_links WHERE user = ?');

  const owner = (id: string) => {
    const known = users.find(id);
    if (known?.disabled) throw errors.USER_DISABLED({ user: id });
    if (known !== undefined) return known;
    if (users.any()) throw errors.USER_UNKNOWN({ user: id });
    return users.save({ id, name: id, roles: ['admin'] });
  };

  const redeem = (token: string): Redeemed => {
    const now = clock();
    const hash = hashToken(token);
    const taken = use.run(now, hash, now) === 1;
    const link = byHash.all(hash)[0];
    if (link === undefined) return { ok: false, error: errors.LINK_UNKNOWN() };
    if (!taken)
      return { ok: false, error: link.used_at === null ? errors.LINK_EXPIRED() : errors.LINK_USED() };
    const user = users.find(link.user);
    return user === undefined || user.disabled
      ? { ok: false, error: errors.LINK_UNKNOWN() }
      : { ok: true, ...sessions.open(user, 'link') };
  };

  return {
    createLoginLink: async ({ user, ttlMs = defaultTtlMs }) =>
      db.transaction(() => {
        const now = clock();
        const token = newToken();
        forget.run(now - rememberMs);
        insert.run(hashToken(token), owner(user).id, now + ttlMs);
        return { token, expiresAt: now + ttlMs };
      }),
    redeem: async (token) => db.transaction(() => redeem(token)),
    voidAll: () => {
      const now = clock();
      voidUnused.run(now, now);
    },
    voidOf: (user) => void removeOf.run(user),
  };
}
