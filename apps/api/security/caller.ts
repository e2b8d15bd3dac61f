import type { ApiKey, Session, User } from '@tidewatch/control';

/** Who asks. */
export type Caller =
  /** A public route is asked by anybody. */
  | { readonly kind: 'anybody' }
  /** Who holds the admin token, and so can read the data folder. */
  | { readonly kind: 'local' }
  /** Somebody in a browser. */
  | { readonly kind: 'session'; readonly user: User; readonly session: Session }
  /** A program with an API key, in the name of its user. */
  | { readonly kind: 'key'; readonly user: User; readonly key: ApiKey };

export const anybody: Caller = { kind: 'anybody' };

/** As the audit log names them. */
export const principalOf = (caller: Caller): string =>
  caller.kind === 'anybody' ? 'anonymous' : caller.kind === 'local' ? 'local-admin' : caller.user.id;
