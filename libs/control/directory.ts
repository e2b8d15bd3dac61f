import type { ControlStore, ExternalIdentity, User, UserDirectory } from './contract.ts';
import type { Database } from './database.ts';
import type { Devices } from './devices.ts';
import { errors } from './errors.ts';
import type { Keys } from './keys.ts';
import type { Links } from './links.ts';
import { checkStrength, createPasswords, type PasswordCost } from './passwords.ts';
import type { Sessions } from './sessions.ts';
import type { Users } from './users.ts';
import type { Views } from './views.ts';

interface Parts {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly links: Links;
  readonly keys: Keys;
  readonly views: Views;
  readonly devices: Devices;
  readonly passwordCost: PasswordCost | undefined;
}

/** Users, and the ways in but for links. */
export function createDirectory(
  db: Database,
  { users, sessions, links, keys, views, devices, passwordCost }: Parts,
): Pick<ControlStore, 'users' | 'logIn' | 'signIn' | 'vouch'> {
  const passwords = createPasswords(passwordCost);

  /** Part of the caller's transaction. */
  const endAll = (id: string) => {
    sessions.deleteOf(id);
    links.voidOf(id);
    keys.deleteOf(id);
    devices.deleteOf(id);
  };
  const takeOver = (before: User, { name, roles, subject }: Omit<ExternalIdentity, 'id'>): User => {
    const user = users.save({ id: before.id, name, roles, subject });
    if (roles.length === 0) sessions.deleteOf(before.id);
    return user;
  };

  const directory: UserDirectory = {
    list: async () => users.list(),
    get: async (id) => users.find(id),
    save: async (user) => db.transaction(() => users.save(user)),
    change: async (id, { disabled, ...facts }) =>
      db.transaction(() => {
        users.change(id, facts);
        if (disabled !== undefined) users.disable(id, disabled);
        if (disabled) endAll(id);
        return users.find(id) as User;
      }),
    remove: async (id) =>
      db.transaction(() => {
        users.remove(id);
        endAll(id);
        views.deleteOf(id);
      }),
    setZone: async (id, zone) => users.setZone(id, zone),
    async setPassword(id, password, { current, keep, keepKeys = false } = {}) {
      if (users.find(id) === undefined) throw errors.USER_UNKNOWN({ user: id });
      if (current !== undefined && !(await passwords.verify(current, users.password(id))))
        throw errors.PASSWORD_WRONG();
      checkStrength(password, id);
      const stored = await passwords.hash(password);
      db.transaction(() => {
        users.setPassword(id, stored);
        sessions.deleteOf(id, keep);
        links.voidOf(id);
        if (!keepKeys) keys.deleteReading(id);
      });
    },
  };

  return {
    users: directory,
    async logIn(id, password) {
      const stored = users.password(id);
      const right = await passwords.verify(password, stored);
      return db.transaction(() => {
        // It may have changed while the hash was worked out.
        const user = users.password(id) === stored ? users.find(id) : undefined;
        if (!right || user === undefined || user.disabled)
          return { ok: false, error: errors.LOGIN_REFUSED() };
        return { ok: true, ...sessions.open(user, 'password') };
      });
    },
    signIn: async ({ subject, id, name, roles }, lastsMs) =>
      db.transaction(() => {
        const before = users.bySubject(subject);
        if (roles.length === 0) {
          if (before !== undefined) takeOver(before, { subject, name, roles });
          return { ok: false, error: errors.IDENTITY_WITHOUT_ROLE() };
        }
        if (before === undefined && users.find(id) !== undefined)
          return { ok: false, error: errors.IDENTITY_TAKEN({ user: id }) };
        const user = users.save({ id: before?.id ?? id, name, roles, subject });
        if (user.disabled) return { ok: false, error: errors.LOGIN_REFUSED() };
        return { ok: true, ...sessions.open(user, 'oidc', lastsMs) };
      }),
    vouch: async (identity) =>
      db.transaction(() => {
        const before = users.bySubject(identity.subject);
        if (before !== undefined) takeOver(before, identity);
      }),
  };
}
