import type { TidewatchError } from '@tidewatch/event';

/** What a person may be, least first. A user may have several. */
export const roles = ['viewer', 'analyst', 'engineer', 'privacy_officer', 'admin'] as const;
export type Role = (typeof roles)[number];

/** What of the data somebody may see, of that which their roles let them see; all of it where nothing is named. */
export interface Reach {
  /** Names of data classes. */
  readonly dataClasses?: readonly string[];
  /** Names of use-cases: the classes that these name, while they are in force. */
  readonly useCases?: readonly string[];
}

export interface User {
  readonly id: string;
  readonly name: string;
  /** None for whom an identity provider vouches, but gives no role any more. */
  readonly roles: readonly Role[];
  readonly reach: Reach;
  /** Whoever is disabled has no session and no key, and gets none. */
  readonly disabled: boolean;
  readonly hasPassword: boolean;
  /** Whom an identity provider vouches for: it decides on name and roles. */
  readonly external: boolean;
  /** When it last did; absent for others. */
  readonly vouchedAt?: number;
  /** Epoch milliseconds, as every time of this lib. */
  readonly createdAt: number;
  /** IANA name of the time zone that they want to see; absent where their browser's is right. */
  readonly zone?: string;
}

/** How somebody showed who they are. */
export type LoginMethod = 'link' | 'password' | 'oidc';

export interface Session {
  /** Names the session in lists and the audit log; it opens nothing. */
  readonly id: string;
  /** As the user is now, not as they were at login: a changed role acts at once. */
  readonly user: User;
  readonly method: LoginMethod;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  /** When it ends if nothing more comes: the idle or the absolute limit, whichever is first. */
  readonly expiresAt: number;
  /** What every change has to send back in a header. */
  readonly csrf: string;
}

export interface LoginLink {
  /** 32 random bytes in base64url; only their SHA-256 is stored. */
  readonly token: string;
  readonly expiresAt: number;
}

export type Redeemed =
  | { readonly ok: true; readonly token: string; readonly session: Session }
  /** `LINK_UNKNOWN`, `LINK_USED`, `LINK_EXPIRED`; `LOGIN_REFUSED`; `IDENTITY_WITHOUT_ROLE`, `IDENTITY_TAKEN`. */
  | { readonly ok: false; readonly error: TidewatchError };

/** What an identity provider says of a person. */
export interface ExternalIdentity {
  /** Issuer and subject: what never changes of them. */
  readonly subject: string;
  /** Id and name that they get here. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

/**
 * Promise: whatever takes something from a user acts at once, also on what they have open. Somebody who is let in stays
 * administrator: what would leave none throws `LAST_ADMIN`.
 */
export interface UserDirectory {
  list(): Promise<readonly User[]>;
  get(id: string): Promise<User | undefined>;
  /** Creates or replaces; `createdAt`, the password and what was open stay. Throws `USER_INVALID`, `LAST_ADMIN`. */
  save(user: Pick<User, 'id' | 'name' | 'roles'> & { readonly reach?: Reach }): Promise<User>;
  /**
   * Changes what is given, all of it or nothing. Who is disabled is let in no more: sessions, links and keys go.
   *
   * @throws USER_UNKNOWN, USER_INVALID, LAST_ADMIN
   */
  change(id: string, facts: Partial<Pick<User, 'name' | 'roles' | 'reach' | 'disabled'>>): Promise<User>;
  /** Deletes the user with sessions, links and keys. Throws `USER_UNKNOWN`, `LAST_ADMIN`. */
  remove(id: string): Promise<void>;
  /**
   * Sets a password; other sessions than `keep` end, and API keys that may do more than send events unless `keepKeys`.
   *
   * @param current the password of now, asked for where it is given
   * @throws PASSWORD_WEAK, PASSWORD_WRONG, USER_UNKNOWN, LOGINS_BUSY
   */
  setPassword(
    id: string,
    password: string,
    options?: { readonly current?: string; readonly keep?: string; readonly keepKeys?: boolean },
  ): Promise<void>;
  /** The zone that a user wants times in; null for their browser's. Throws `USER_UNKNOWN`, `ZONE_UNKNOWN`. */
  setZone(id: string, zone: string | null): Promise<void>;
}

export interface SessionStore {
  /**
   * The session of a token, or undefined where there is none, it was revoked, or it passed a limit.
   * Counts as activity unless `touch` is false; activity is noted once a minute at most.
   */
  authenticate(token: string, options?: { readonly touch?: boolean }): Promise<Session | undefined>;
  /** Live sessions, newest first; of one user where named. */
  list(user?: string): Promise<readonly Session[]>;
  /** Whether there was such a session. */
  revoke(id: string): Promise<boolean>;
  /** Ends every session, every unused login link, and every API key that may do more than send events; answers how many. */
  revokeAll(): Promise<{ readonly sessions: number; readonly keys: number }>;
}

/** What a program may do in the name of a user: at most what they may themselves. */
export interface ApiKey {
  /** Names the key in lists and the audit log; it opens nothing. */
  readonly id: string;
  readonly name: string;
  readonly user: User;
  /** `ingest`, or what of the API: `alerts:read`, `rules:write`. */
  readonly scopes: readonly string[];
  /** Sources that `ingest` may send to, `*` at the end for any rest; all where none are named. */
  readonly sources?: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  /** To the minute. */
  readonly lastUsedAt?: number;
}

export interface KeyRing {
  /** Newest first, expired ones too; of one user where named. */
  list(user?: string): Promise<readonly ApiKey[]>;
  /**
   * Makes a key. Its secret is told here and never again.
   *
   * @throws USER_UNKNOWN, USER_DISABLED, KEY_INVALID (no scope, an expiry that is past or over a year ahead)
   */
  add(key: {
    readonly user: string;
    readonly name: string;
    readonly scopes: readonly string[];
    readonly sources?: readonly string[];
    readonly expiresAt: number;
  }): Promise<{ readonly key: ApiKey; readonly secret: string }>;
  /** Whether there was such a key. */
  remove(id: string): Promise<boolean>;
  /**
   * The key of a secret, while it and its user are in force; counts as use. In the same turn of the event loop: an input
   * asks with every request.
   */
  find(secret: string): ApiKey | undefined;
  /** How many keys expired before `time`. */
  due(time: number): number;
  /** Deletes keys that expired before `time`; answers how many. */
  expire(time: number): Promise<number>;
}

/** Browsers in which somebody logged in before: who guesses from elsewhere does not slow them. */
export interface DeviceStore {
  /** Remembers one more, the 10 of a user that were used last; its token opens nothing. */
  add(user: string): Promise<string>;
  /** Whether a token is of a browser that a user logged in with in the last 180 days; counts as use. */
  knows(user: string, token: string): Promise<boolean>;
}
