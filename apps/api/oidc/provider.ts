import { randomBytes } from 'node:crypto';
import type { ExternalIdentity } from '@tidewatch/control';
import type { Configuration, IDToken, TokenEndpointResponse, UserInfoResponse } from 'openid-client';
import { errors } from '../errors.ts';
import { type OidcSettings, rolesOf } from './settings.ts';

/** Where a browser is sent, and how it is known when it comes back. */
export interface Departure {
  readonly url: string;
  /** For the browser's cookie: nobody else can end this attempt. */
  readonly attempt: string;
}

/** What the provider gave for asking it again. */
export interface Grant {
  readonly subject: string;
  readonly accessToken: string;
  /** When the access token is over, epoch milliseconds; absent where the provider does not say. */
  readonly until?: number;
  readonly refreshToken?: string;
  /** Whether it names groups where the access token is shown; else only in what it signs. */
  readonly groupsByToken: boolean;
}

export interface Arrival {
  readonly identity: ExternalIdentity;
  /** Absent where nothing would come of asking again. */
  readonly grant: Grant | undefined;
  /** Path of the console that was asked for. */
  readonly back: string;
}

export interface IdentityProvider {
  readonly name: string;
  readonly sessionMs: number;
  /** @throws OIDC_AWAY */
  depart(callback: string, back: string): Promise<Departure>;
  /**
   * Takes the code that the browser brings back, once per attempt (RFC 6749 section 4.1.2, with RFC 7636).
   *
   * @param url the callback with what the provider added to it
   * @throws OIDC_REFUSED, OIDC_AWAY
   */
  arrive(url: URL, attempt: string | undefined): Promise<Arrival>;
  /**
   * What the provider says of somebody now; `refused` where it takes the grant no more, `unknown` where the grant ran out.
   *
   * @throws OIDC_AWAY
   */
  renew(grant: Grant): Promise<Renewed | 'refused' | 'unknown'>;
}

interface Renewed {
  readonly identity: ExternalIdentity;
  readonly grant: Grant;
}

export const attemptMs = 10 * 60_000;
const mostAttempts = 1_000;
/** The provider's keys and addresses are asked for anew after that. */
const discoveryMs = 60 * 60_000;
const timeoutSeconds = 10;

interface Attempt {
  readonly until: number;
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  readonly back: string;
}

const isLoopback = (issuer: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(issuer.hostname);

/** The client of one provider: authorization code flow with PKCE, state and nonce. */
export function createIdentityProvider(settings: OidcSettings, clock: () => number): IdentityProvider {
  const attempts = new Map<string, Attempt>();
  let known: { readonly until: number; readonly configuration: Promise<Configuration> } | undefined;

  async function discover(): Promise<Configuration> {
    const oidc = await import('openid-client');
    const issuer = new URL(settings.issuer);
    const secret = (await settings.clientSecret?.())?.trim();
    return oidc.discovery(
      issuer,
      settings.clientId,
      undefined,
      secret ? oidc.ClientSecretBasic(secret) : oidc.None(),
      {
        timeout: timeoutSeconds,
        execute: issuer.protocol === 'http:' && isLoopback(issuer) ? [oidc.allowInsecureRequests] : [],
      },
    );
  }

  function configuration(): Promise<Configuration> {
    const now = clock();
    if (known === undefined || known.until <= now) {
      const found = discover().catch((cause: Error) => {
        known = undefined;
        throw errors.OIDC_AWAY({ cause: cause.message });
      });
      known = { until: now + discoveryMs, configuration: found };
    }
    return known.configuration;
  }

  return {
    name: settings.name,
    sessionMs: settings.sessionMs,

    async depart(callback, back) {
      const [oidc, found] = await Promise.all([import('openid-client'), configuration()]);
      const verifier = oidc.randomPKCECodeVerifier();
      const attempt = randomBytes(32).toString('base64url');
      const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
      const oldest = attempts.keys().next().value;
      if (attempts.size >= mostAttempts && oldest !== undefined) attempts.delete(oldest);
      attempts.set(attempt, { until: clock() + attemptMs, verifier, state, nonce, back });
      const url = oidc.buildAuthorizationUrl(found, {
        redirect_uri: callback,
        scope: settings.scopes.join(' '),
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      return { url: url.href, attempt };
    },

    async arrive(url, id) {
      const attempt = id === undefined ? undefined : attempts.get(id);
      if (id === undefined || attempt === undefined || attempt.until <= clock())
        throw errors.OIDC_REFUSED({ why: 'it took too long, or began in another browser.' });
      attempts.delete(id);
      const [oidc, found] = await Promise.all([import('openid-client'), configuration()]);
      try {
        const tokens = await oidc.authorizationCodeGrant(found, url, {
          pkceCodeVerifier: attempt.verifier,
          expectedState: attempt.state,
          expectedNonce: attempt.nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims() as IDToken;
        // Many providers say groups and names only where the access token is shown.
        const info =
          found.serverMetadata().userinfo_endpoint === undefined
            ? undefined
            : await oidc.fetchUserInfo(found, tokens.access_token, claims.sub);
        const grant = grantOf(tokens, {
          subject: claims.sub,
          groupsByToken: info?.[settings.groupsClaim] !== undefined,
        });
        return { identity: identityOf({ ...claims, ...info }, claims.iss), grant, back: attempt.back };
      } catch (error) {
        throw errors.OIDC_REFUSED({ why: (error as Error).message });
      }
    },

    async renew(grant) {
      const [oidc, found] = await Promise.all([import('openid-client'), configuration()]);
      const { subject, refreshToken, groupsByToken } = grant;
      const isOver = grant.until !== undefined && grant.until <= clock();
      if (isOver && refreshToken === undefined) return 'unknown';
      try {
        const tokens =
          refreshToken === undefined || (groupsByToken && !isOver)
            ? undefined
            : await oidc.refreshTokenGrant(found, refreshToken);
        const claims = tokens?.claims();
        if (!groupsByToken && claims === undefined) return 'unknown';
        const shown = tokens?.access_token ?? grant.accessToken;
        const info = groupsByToken ? await oidc.fetchUserInfo(found, shown, subject) : undefined;
        // Not every provider gives another token to refresh by.
        const next = tokens && grantOf(tokens, grant, refreshToken);
        const said = { sub: subject, ...claims, ...info };
        return { identity: identityOf(said, found.serverMetadata().issuer), grant: next ?? grant };
      } catch (error) {
        const status =
          error instanceof oidc.ResponseBodyError || error instanceof oidc.WWWAuthenticateChallengeError
            ? error.status
            : undefined;
        if (status === undefined || status >= 500 || status === 429)
          throw errors.OIDC_AWAY({ cause: (error as Error).message });
        return 'refused';
      }
    },
  };

  function grantOf(
    { access_token, refresh_token, expires_in }: TokenEndpointResponse,
    { subject, groupsByToken }: Pick<Grant, 'subject' | 'groupsByToken'>,
    before?: string,
  ): Grant | undefined {
    const refreshToken = refresh_token ?? before;
    if (!groupsByToken && refreshToken === undefined) return undefined;
    return {
      ...{ subject, groupsByToken, accessToken: access_token },
      ...(expires_in !== undefined && { until: clock() + expires_in * 1_000 }),
      ...(refreshToken !== undefined && { refreshToken }),
    };
  }

  function identityOf(claims: IDToken | UserInfoResponse, issuer: string): ExternalIdentity {
    const named = claims[settings.userClaim];
    const id = typeof named === 'string' ? named : (claims.sub as string);
    return {
      subject: `${issuer} ${claims.sub}`,
      id,
      name: typeof claims.name === 'string' ? claims.name : id,
      roles: rolesOf(claims[settings.groupsClaim], settings.roles),
    };
  }
}
