import { createAuditLog } from './audit.ts';
import { createCases } from './cases.ts';
import type { ControlStore } from './contract.ts';
import { openDatabase } from './database.ts';
import { createDevices } from './devices.ts';
import { createDirectory } from './directory.ts';
import { createKeys } from './keys.ts';
import { createLinks } from './links.ts';
import { createOriginalVault } from './originals.ts';
import type { PasswordCost } from './passwords.ts';
import { createSessions } from './sessions.ts';
import { createUsers } from './users.ts';
import { createViews } from './views.ts';

/**
 * Opens or makes the control store in one libsql file.
 *
 * @param options.file made with mode 0600 where it does not exist
 * @param options.passwordCost what guessing a password shall cost; tests take less
 * @throws CONTROL_UNREADABLE, CONTROL_DAMAGED, CONTROL_NEWER
 */
export function openControlStore(options: {
  readonly file: string;
  readonly clock?: () => number;
  readonly passwordCost?: PasswordCost;
}): ControlStore {
  const clock = options.clock ?? Date.now;
  const db = openDatabase(options.file);
  const users = createUsers(db, clock);
  const sessions = createSessions(db, users, clock);
  const links = createLinks(db, users, sessions, clock);
  const keys = createKeys(db, users, clock);
  const devices = createDevices(db, clock);
  const views = createViews(db, clock);
  const audit = createAuditLog(db, clock);
  const listeners = new Set<() => void>();
  const telling =
    <Given extends unknown[], Answer>(change: (...given: Given) => Promise<Answer>) =>
    async (...given: Given): Promise<Answer> => {
      const answer = await change(...given);
      for (const listener of listeners) listener();
      return answer;
    };
  const { users: directory, ...ways } = createDirectory(db, {
    ...{ users, sessions, links, keys, views, devices },
    passwordCost: options.passwordCost,
  });
  return {
    ...ways,
    signIn: telling(ways.signIn),
    vouch: telling(ways.vouch),
    users: {
      ...directory,
      save: telling(directory.save),
      change: telling(directory.change),
      remove: telling(directory.remove),
      setPassword: telling(directory.setPassword),
    },
    keys: { ...keys.ring, remove: telling(keys.ring.remove) },
    onAccounts: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    devices: devices.store,
    audit,
    originals: createOriginalVault(db),
    cases: createCases(db, clock),
    views: views.store,
    sessions: {
      ...sessions.store,
      revoke: telling(sessions.store.revoke),
      revokeAll: telling(async () =>
        db.transaction(() => {
          links.voidAll();
          return { sessions: sessions.deleteAll(), keys: keys.deleteReading() };
        }),
      ),
    },
    createLoginLink: links.createLoginLink,
    redeem: links.redeem,
    close: async () => {
      audit.flush();
      db.close();
    },
  };
}
