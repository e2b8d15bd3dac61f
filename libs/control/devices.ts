import type { DeviceStore } from './contract.ts';
import type { Database } from './database.ts';
import { hashToken, newToken } from './token.ts';

export const deviceLifeMs = 180 * 24 * 3_600_000;
const mostOfUser = 10;

export interface Devices {
  readonly store: DeviceStore;
  deleteOf(user: string): void;
}

export function createDevices(db: Database, clock: () => number): Devices {
  const insert = db.prepare('INSERT INTO devices VALUES (?, ?, ?)');
  const use = db.prepare('UPDATE devices SET used_at = ? WHERE hash = ? AND user = ? AND used_at > ?');
  const removeOld = db.prepare('DELETE FROM devices WHERE used_at <= ?');
  const removeMost = db.prepare(
    'DELETE FROM devices WHERE user = ? AND hash NOT IN ' +
      '(SELECT hash FROM devices WHERE user = ? ORDER BY used_at DESC, rowid DESC LIMIT ?)',
  );
  const removeOf = db.prepare('DELETE FROM devices WHERE user = ?');
  return {
    store: {
      add: async (user) =>
        db.transaction(() => {
          const now = clock();
          const token = newToken();
          removeOld.run(now - deviceLifeMs);
          insert.run(hashToken(token), user, now);
          removeMost.run(user, user, mostOfUser);
          return token;
        }),
      knows: async (user, token) => {
        const now = clock();
        return use.run(now, hashToken(token), user, now - deviceLifeMs) > 0;
      },
    },
    deleteOf: (user) => void removeOf.run(user),
  };
}
