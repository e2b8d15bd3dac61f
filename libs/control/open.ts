import { createAuditLog } from './audit.ts';
import type { ControlStore } from './contract.ts';
import { openDatabase } from './database.ts';
import { createLinks } from './links.ts';
import { createOriginalVault } from './originals.ts';
import { createSessions } from './sessions.ts';
import { createUsers } from './users.ts';

/**
 * Opens or makes the control store in one libsql file.
 *
 * @param options.file made with mode 0600 where it does not exist
 * @throws CONTROL_UNREADABLE, CONTROL_DAMAGED, CONTROL_NEWER
 */
export function openControlStore(options: {
  readonly file: string;
  readonly clock?: () => number;
}): ControlStore {
  const clock = options.clock ?? Date.now;
  const db = openDatabase(options.file);
  const users = createUsers(db, clock);
  const sessions = createSessions(db, users, clock);
  const links = createLinks(db, users, sessions, clock);
  const audit = createAuditLog(db, clock);
  return {
    users: users.directory,
    audit,
    originals: createOriginalVault(db),
    sessions: {
      ...sessions.store,
      revokeAll: async () =>
        db.transaction(() => {
          links.voidAll();
          return sessions.deleteAll();
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
