import type { Role, User, UserDirectory } from './contract.ts';
import type { Database } from './database.ts';
import { errors } from './errors.ts';

interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly roles: string;
  readonly created_at: number;
}

const idShape = /^[\w.@-]{1,64}$/;

/** The directory, and its synchronous face for the transactions of links and sessions. */
export interface Users {
  readonly directory: UserDirectory;
  find(id: string): User | undefined;
  save(user: Pick<User, 'id' | 'name' | 'roles'>): User;
  any(): boolean;
}

export function createUsers(db: Database, clock: () => number): Users {
  const byId = db.prepare<UserRow>('SELECT * FROM users WHERE id = ?');
  const every = db.prepare<UserRow>('SELECT * FROM users ORDER BY id');
  const first = db.prepare<{ id: string }>('SELECT id FROM users LIMIT 1');
  const upsert = db.prepare(
    'INSERT INTO users VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, roles = excluded.roles',
  );
  const find = (id: string): User | undefined => {
    const row = byId.all(id)[0];
    return row === undefined ? undefined : toUser(row);
  };
  const save: Users['save'] = ({ id, name, roles }) => {
    if (!idShape.test(id) || roles.length === 0) throw errors.USER_INVALID();
    const createdAt = find(id)?.createdAt ?? clock();
    upsert.run(id, name, roles.join(' '), createdAt);
    return { id, name, roles, createdAt };
  };
  return {
    find,
    save,
    any: () => first.all().length > 0,
    directory: {
      list: async () => every.all().map(toUser),
      get: async (id) => find(id),
      save: async (user) => save(user),
    },
  };
}

const toUser = ({ id, name, roles, created_at }: UserRow): User => ({
  id,
  name,
  roles: roles.split(' ') as Role[],
  createdAt: created_at,
});
