import type { ControlStore, UserDirectory } from './contract.ts';
import type { Database } from './database.ts';
import { errors } from './errors.ts';
import type { Keys } from './keys.ts';
import type { Links } from './links.ts';
import { checkStrength, createPasswords, type PasswordCost } from './passwords.ts';
import type { Sessions } from './sessions.ts';
import type { Users } from './users.ts';

interface Parts {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly links: Links;
  readonly keys: Keys;
  readonly passwordCost: PasswordCost | undefined;
}

/** Users, and the ways in but for links. */
export function createDirectory(
  db: Database,
  { users, sessions, links, keys, passwordCost }: Parts,
): Pick<ControlStore, 'users' | 'logIn' | 'signIn'> {
  const passwords = createPasswords(passwordCost);

  const directory: UserDirectory = {
    list: async () => users.list(),
    get: async (id) => users.find(id),
    save: async (user) => db.transaction(() => users.save(user)),
    disable: async (id, disabled) =>
      db.transaction(() => {
        const user = users.disable(id, disabled);
        if (disabled) {
          sessions.deleteOf(id);
          links.voidOf(id);
        }
        return user;
      }),
    remove: async (id) =>
      db.transaction(() => {
        users.remove(id);
        sessions.deleteOf(id);
        links.voidOf(id);
        keys.deleteOf(id);
      }),
    async setPassword(id, password, { current, keep } = {}) {
      if (users.find(id) === undefined) throw errors.USER_UNKNOWN({ user: id });
      if (current !== undefined && !(await passwords.verify(current, users.password(id))))
        throw errors.PASSWORD_WRONG();
      checkStrength(password, id);
      const stored = await passwords.hash(password);
      db.transaction(() => {
        users.setPassword(id, stored);
        sessions.deleteOf(id, keep);
        links.voidOf(id);
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
    signIn: async ({ subject, id, name, roles }) =>
      db.transaction(() => {
        const before = users.bySubject(subject);
        if (roles.length === 0) {
          if (before !== undefined) {
            users.save({ id: before.id, name, roles, subject });
            sessions.deleteOf(before.id);
          }
          return { ok: false, error: errors.IDENTITY_WITHOUT_ROLE() };
        }
        if (before === undefined && users.find(id) !== undefined)
          return { ok: false, error: errors.IDENTITY_TAKEN({ user: id }) };
        const user = users.save({ id: before?.id ?? id, name, roles, subject });
        if (user.disabled) return { ok: false, error: errors.LOGIN_REFUSED() };
        return { ok: true, ...sessions.open(user, 'oidc') };
      }),
  };
}
