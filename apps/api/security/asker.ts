import { keyPrefix } from '@tidewatch/control';
import type { FastifyRequest } from 'fastify';
import type { Api } from '../route.ts';
import { bearerOf } from './bearer.ts';
import type { Caller } from './caller.ts';
import { sessionToken } from './cookie.ts';

type Person = Extract<Caller, { kind: 'session' | 'key' }>;

/** The key or session that a request shows, while it is in force; a key goes before a cookie. */
export async function askerOf(
  request: FastifyRequest,
  { control, vouching }: Pick<Api, 'control' | 'vouching'>,
  { touch = true } = {},
): Promise<Person | undefined> {
  const bearer = bearerOf(request);
  if (bearer?.startsWith(keyPrefix)) {
    const key = control.keys.find(bearer);
    return key && { kind: 'key', user: key.user, key };
  }
  const token = sessionToken(request);
  if (token === undefined) return undefined;
  const session = await control.sessions.authenticate(token, { touch });
  // What the provider says now may have changed the user.
  const held = session && (await vouching?.asked(session)) ? await again() : session;
  return held && { kind: 'session', user: held.user, session: held };

  function again() {
    return control.sessions.authenticate(token ?? '', { touch: false });
  }
}
