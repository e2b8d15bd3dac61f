import { randomBytes } from 'node:crypto';
import type { LoginMethod, Session, SessionStore, User } from './contract.ts';
import type { Database } from './database.ts';
import { hashToken, newToken } from './token.ts';
import type { Users } from './users.ts';

/** A session ends this long after its last activity, and this long after its start whatever happens, or sooner. */
export const sessionLimits = { idleMs: 12 * 3_600_000, absoluteMs: 7 * 24 * 3_600_000 } as const;

/** Activity is written once in this time, so that reading does not cost a commit per request. */
const touchEveryMs = 60_000;

interface SessionRow {
  readonly hash: string;
  readonly id: string;
  readonly user: string;
  readonly csrf: string;
  readonly created_at: number;
  readonly last_seen_at: number;
  readonly method: LoginMethod;
  readonly ends_at: number;
}

export interface Sessions {
  readonly store: Omit<SessionStore, 'revokeAll'>;
  /** Opens a session, for `lastsMs` at most; part of the caller's transaction. */
  open(
    user: User,
    method: LoginMethod,
    lastsMs?: number,
  ): { readonly token: string; readonly session: Session };
  deleteAll(): number;
  /** But for the session `keep`. */
  deleteOf(user: string, keep?: string): void;
}

export function createSessions(db: Database, users: Users, clock: () => number): Sessions {
  const byHash = db.prepare<SessionRow>('SELECT * FROM sessions WHERE hash = ?');
  const every = db.prepare<SessionRow>('SELECT * FROM sessions ORDER BY created_at DESC, id');
  const insert = db.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const touch = db.prepare('UPDATE sessions SET last_seen_at = ? WHERE hash = ?');
  const remove = db.prepare('DELETE FROM sessions WHERE id = ?');
  const removeOf = db.prepare('DELETE FROM sessions WHERE user = ? AND id <> ?');
  const removeAll = db.prepare('DELETE FROM sessions');
  const removeEnded = db.prepare('DELETE FROM sessions WHERE last_seen_at <= ? OR ends_at <= ?');

  const toSession = (row: SessionRow): Session | undefined => {
    const user = users.find(row.user);
    const expiresAt = Math.min(row.last_seen_at + sessionLimits.idleMs, row.ends_at);
    if (user === undefined || user.disabled || expiresAt <= clock()) return undefined;
    return {
      id: row.id,
      user,
      method: row.method,
      createdAt: row.created_at,
      lastSeenAt: row.last_seen_at,
      expiresAt,
      csrf: row.csrf,
    };
  };

  return {
    store: {
      authenticate: async (token, { touch: touches = true } = {}) => {
        const row = byHash.all(hashToken(token))[0];
        const session = row === undefined ? undefined : toSession(row);
        if (row === undefined || session === undefined) return undefined;
        const now = clock();
        if (!touches || now - row.last_seen_at < touchEveryMs) return session;
        touch.run(now, row.hash);
        return toSession({ ...row, last_seen_at: now });
      },
      list: async (user) =>
        every
          .all()
          .filter((row) => user === undefined || row.user === user)
          .map(toSession)
          .filter((session) => session !== undefined),
      revoke: async (id) => remove.run(id) > 0,
    },
    open: (user, method, lastsMs = sessionLimits.absoluteMs) => {
      const now = clock();
      removeEnded.run(now - sessionLimits.idleMs, now);
      const token = newToken();
      const row: SessionRow = {
        hash: hashToken(token),
        id: randomBytes(9).toString('base64url'),
        user: user.id,
        csrf: newToken(),
        created_at: now,
        last_seen_at: now,
        method,
        ends_at: now + Math.min(lastsMs, sessionLimits.absoluteMs),
      };
      insert.run(row.hash, row.id, row.user, row.csrf, now, now, method, row.ends_at);
      return { token, session: toSession(row) as Session };
    },
    deleteAll: () => removeAll.run(),
    deleteOf: (user, keep = '') => void removeOf.run(user, keep),
  };
}
