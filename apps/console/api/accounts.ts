import { type QueryClient, useQuery } from '@tanstack/react-query';
import type {
  KeyList,
  LoginLink,
  LoginMethods,
  MadeKey,
  NewKey,
  NewUser,
  User,
  UserChange,
  UserList,
} from '@tidewatch/api/schemas';
import { change, get } from './client.ts';

export const useLoginMethods = () =>
  useQuery({
    queryKey: ['login-methods'],
    queryFn: ({ signal }) => get<LoginMethods>('/api/session/methods', {}, signal),
  });

export const setPassword = (
  password: string,
  current: string | undefined,
  keepKeys: boolean,
): Promise<void> =>
  change('PUT', '/api/session/password', {
    ...{ password, keepKeys },
    ...(current === undefined ? {} : { current }),
  });

export const useUsers = () =>
  useQuery({ queryKey: ['users'], queryFn: ({ signal }) => get<UserList>('/api/users', {}, signal) });

const pathOf = (id: string): string => `/api/users/${encodeURIComponent(id)}`;

/** Changes of users and keys are few: the list is read anew after each. */
async function then<T>(client: QueryClient, list: 'users' | 'keys', changed: Promise<T>): Promise<T> {
  const result = await changed;
  await client.invalidateQueries({ queryKey: [list] });
  return result;
}

export const addUser = (client: QueryClient, user: NewUser): Promise<User> =>
  then(client, 'users', change('POST', '/api/users', user));
export const changeUser = (client: QueryClient, id: string, changes: UserChange): Promise<User> =>
  then(client, 'users', change('PUT', pathOf(id), changes));
export const removeUser = (client: QueryClient, id: string): Promise<void> =>
  then(client, 'users', change('DELETE', pathOf(id)));
export const endSessions = (client: QueryClient, id: string): Promise<void> =>
  then(client, 'users', change('DELETE', `${pathOf(id)}/sessions`));
export const makeLink = (id: string): Promise<LoginLink> => change('POST', `${pathOf(id)}/login-links`);

export const useKeys = () =>
  useQuery({ queryKey: ['keys'], queryFn: ({ signal }) => get<KeyList>('/api/keys', {}, signal) });

export const addKey = (client: QueryClient, key: NewKey): Promise<MadeKey> =>
  then(client, 'keys', change('POST', '/api/keys', key));
export const removeKey = (client: QueryClient, id: string): Promise<void> =>
  then(client, 'keys', change('DELETE', `/api/keys/${encodeURIComponent(id)}`));
