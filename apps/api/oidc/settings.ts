import type { Role } from '@tidewatch/control';

/** An identity provider that vouches for people (OpenID Connect Core 1.0). */
export interface OidcSettings {
  /** What the button of the log-in page calls it. */
  readonly name: string;
  /** https, or http on loopback. */
  readonly issuer: string;
  readonly clientId: string;
  /** Read with each discovery, so that it can be rotated; a public client has none. */
  readonly clientSecret?: () => Promise<string>;
  readonly scopes: readonly string[];
  /** The claim that names a person here. */
  readonly userClaim: string;
  /** The claim with a person's groups, a list of texts or one. */
  readonly groupsClaim: string;
  /** How long a session lasts at most, in milliseconds. */
  readonly sessionMs: number;
  /** Roles of groups; a group that is not named gives none. */
  readonly roles: ReadonlyMap<string, readonly Role[]>;
}

/** @param groups as the provider says them: what is no text is no group */
export function rolesOf(groups: unknown, roles: OidcSettings['roles']): readonly Role[] {
  const named = Array.isArray(groups) ? groups : [groups];
  return [...new Set(named.flatMap((group) => (typeof group === 'string' ? (roles.get(group) ?? []) : [])))];
}
