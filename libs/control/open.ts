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
  return {
    ...createDirectory(db, {
      ...{ users, sessions, links, keys, views, devices },
      passwordCost: options.passwordCost,
    }),
    keys: keys.ring,
    devices: devices.store,
    audit,
    originals: createOriginalVault(db),
    cases: createCases(db, clock),
    views: views.store,
    sessions: {
      ...sessions.store,
      revokeAll: async () =>
        db.transaction(() => {
          links.voidAll();
          return { sessions: sessions.deleteAll(), keys: keys.deleteReading() };
        }),
    },
    createLoginLink: links.createLoginLink,
    redeem: links.redeem,
    close: async () => {
      audit.flush();
      db.close();
    },
  };
}
