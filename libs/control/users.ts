import { isZone } from '@tidewatch/event';
import type { Reach, Role, User } from './contract.ts';
import type { Database } from './database.ts';
import { errors } from './errors.ts';

interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly roles: string;
  readonly created_at: number;
  readonly reach: string;
  readonly disabled: number;
  readonly password: string | null;
  readonly subject: string | null;
  readonly vouched_at: number | null;
  readonly zone: string | null;
}

const idShape = /^[\w.@-]{1,64}$/;
const longestName = 200;
/** Whom alerts and the audit log name that are no users. */
const reserved: ReadonlySet<string> = new Set(['anonymous', 'local-admin', 'tidewatch']);

/** Users as rows: the synchronous face for the transactions of links, sessions and keys. */
export interface Users {
  list(): readonly User[];
  find(id: string): User | undefined;
  bySubject(subject: string): User | undefined;
  /** Throws `USER_INVALID`, `LAST_ADMIN`. */
  save(
    user: Pick<User, 'id' | 'name' | 'roles'> & { readonly reach?: Reach; readonly subject?: string },
  ): User;
  /** Throws `USER_UNKNOWN`, `USER_INVALID`, `LAST_ADMIN`. */
  change(id: string, facts: Partial<Pick<User, 'name' | 'roles' | 'reach'>>): void;
  /** Throws `USER_UNKNOWN`, `LAST_ADMIN`. */
  disable(id: string, disabled: boolean): User;
  /** Throws `USER_UNKNOWN`, `LAST_ADMIN`. */
  remove(id: string): void;
  password(id: string): string | undefined;
  setPassword(id: string, stored: string): void;
  /** Throws `USER_UNKNOWN`, `ZONE_UNKNOWN`. */
  setZone(id: string, zone: string | null): void;
  any(): boolean;
}

export function createUsers(db: Database, clock: () => number): Users {
  const byId = db.prepare<UserRow>('SELECT * FROM users WHERE id = ?');
  const bySubject = db.prepare<UserRow>('SELECT * FROM users WHERE subject = ?');
  const every = db.prepare<UserRow>('SELECT * FROM users ORDER BY id');
  const first = db.prepare<{ id: string }>('SELECT id FROM users LIMIT 1');
  const upsert = db.prepare(
    'INSERT INTO users (id, name, roles, created_at, reach, subject, vouched_at) VALUES (?, ?, ?, ?, ?, ?, ?) ' +
      'ON CONFLICT (id) DO UPDATE SET name = excluded.name, roles = excluded.roles, reach = excluded.reach, ' +
      'vouched_at = COALESCE(excluded.vouched_at, vouched_at)',
  );
  const setDisabled = db.prepare('UPDATE users SET disabled = ? WHERE id = ?');
  const setPassword = db.prepare('UPDATE users SET password = ? WHERE id = ?');
  const setZone = db.prepare('UPDATE users SET zone = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM users WHERE id = ?');

  const find = (id: string) => toUser(byId.all(id)[0]);
  const list = () => every.all().map((row) => toUser(row) as User);
  const known = (id: string): User => {
    const user = find(id);
    if (user === undefined) throw errors.USER_UNKNOWN({ user: id });
    return user;
  };
  /** Somebody who is in force and administrator has to be left. */
  const keepAdmin = (without: User) => {
    if (isAdmin(without) && !list().some((user) => user.id !== without.id && isAdmin(user)))
      throw errors.LAST_ADMIN();
  };

  const write = (user: Pick<User, 'id' | 'name' | 'roles' | 'reach'>, before?: User, subject?: string) => {
    const { id, name, roles, reach } = user;
    const now = clock();
    const facts = [id, name.slice(0, longestName), roles.join(' '), before?.createdAt ?? now];
    const vouched = subject === undefined ? [null, null] : [subject, now];
    upsert.run(...facts, JSON.stringify(reach), ...vouched);
  };

  return {
    find,
    list,
    bySubject: (subject) => toUser(bySubject.all(subject)[0]),
    save: ({ id, name, roles, reach, subject }) => {
      if (!idShape.test(id) || (roles.length === 0 && subject === undefined)) throw errors.USER_INVALID();
      const before = find(id);
      if (before === undefined && reserved.has(id.toLowerCase())) throw errors.USER_INVALID();
      // What an identity provider takes away is gone; commands on the server itself can make another administrator.
      if (before !== undefined && subject === undefined && !roles.includes('admin')) keepAdmin(before);
      write({ id, name, roles, reach: reach ?? before?.reach ?? {} }, before, subject);
      return known(id);
    },
    change: (id, facts) => {
      const before = known(id);
      if (facts.roles?.length === 0) throw errors.USER_INVALID();
      if (facts.roles?.includes('admin') === false) keepAdmin(before);
      const { name = before.name, roles = before.roles, reach = before.reach } = facts;
      write({ id, name, roles, reach }, before);
    },
    disable: (id, disabled) => {
      const user = known(id);
      if (disabled) keepAdmin(user);
      setDisabled.run(disabled ? 1 : 0, id);
      return known(id);
    },
    remove: (id) => {
      keepAdmin(known(id));
      remove.run(id);
    },
    password: (id) => byId.all(id)[0]?.password ?? undefined,
    setPassword: (id, stored) => void setPassword.run(stored, known(id).id),
    setZone: (id, zone) => {
      if (zone !== null && !isZone(zone)) throw errors.ZONE_UNKNOWN({ zone });
      setZone.run(zone, known(id).id);
    },
    any: () => first.all().length > 0,
  };
}

const isAdmin = ({ roles, disabled }: User): boolean => roles.includes('admin') && !disabled;

const toUser = (row: UserRow | undefined): User | undefined =>
  row && {
    id: row.id,
    name: row.name,
    roles: row.roles.split(' ').filter((role) => role !== '') as Role[],
    reach: JSON.parse(row.reach) as Reach,
    disabled: row.disabled === 1,
    hasPassword: row.password !== null,
    external: row.subject !== null,
    ...(row.subject === null ? {} : { vouchedAt: row.vouched_at ?? row.created_at }),
    createdAt: row.created_at,
    ...(row.zone === null ? {} : { zone: row.zone }),
  };
