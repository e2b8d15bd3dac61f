import { readFile } from 'node:fs/promises';
import type { OidcSettings } from '@tidewatch/api';
import { roles } from '@tidewatch/control';
import { z } from 'zod';

const loopback = /^http:\/\/(localhost|127(\.\d+){3}|\[::1\])([:/]|$)/;

const oidcConfig = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(50)
    .default('your organisation')
    .describe('What the button of the log-in page calls the provider.'),
  issuer: z
    .url({ protocol: /^https?$/ })
    .refine((issuer) => issuer.startsWith('https:') || loopback.test(issuer), {
      message: 'must begin with https: whoever is on the way could vouch for anybody',
    })
    .describe('Address of the provider; what it offers is found below `/.well-known/openid-configuration`.')
    .meta({ examples: ['https://id.example.org/realms/main'] }),
  client_id: z
    .string()
    .min(1)
    .describe('What the provider knows Tidewatch as. Register `https://HOST/api/oidc/callback` there.')
    .meta({ examples: ['tidewatch'] }),
  client_secret_file: z
    .string()
    .optional()
    .describe('A file with the secret of the client; relative to this file. A public client has none.')
    .meta({ examples: ['/run/secrets/oidc'] }),
  scopes: z.array(z.string().min(1)).default(['openid', 'profile', 'email']).describe('What is asked for.'),
  user_claim: z
    .string()
    .default('preferred_username')
    .describe('The claim that names a person here; whom it names is told by issuer and subject.'),
  groups_claim: z.string().default('groups').describe('The claim with a person’s groups.'),
  session_hours: z
    .number()
    .positive()
    .max(168)
    .default(8)
    .describe(
      'How long who came by the provider stays logged in at most. Roles are asked for anew every 5 minutes where the provider lets Tidewatch ask; where it does not, this is how long a group that was taken away still counts.',
    ),
  roles: z
    .record(z.string(), z.array(z.enum(roles)).min(1))
    .describe('Roles of groups. Whoever is in none of them does not get in.')
    .meta({ examples: [{ soc: ['analyst'], 'soc-leads': ['engineer', 'admin'] }] }),
});

/** `auth:` of `tidewatch.yml`. */
export const authConfig = z
  .strictObject({
    oidc: oidcConfig
      .optional()
      .describe(
        'An identity provider (OpenID Connect) that people may log in by, beside passwords and links.',
      ),
  })
  .prefault({})
  .describe('How people log in.');

type AuthConfig = z.output<typeof authConfig>;

/** @param own makes a path absolute against the folder of the configuration */
export const placeAuth = ({ oidc }: AuthConfig, own: (path: string) => string): AuthConfig =>
  oidc?.client_secret_file === undefined
    ? { ...(oidc && { oidc }) }
    : { oidc: { ...oidc, client_secret_file: own(oidc.client_secret_file) } };

export function oidcOf(config: z.output<typeof oidcConfig>): OidcSettings {
  const { client_secret_file: file } = config;
  return {
    ...{ name: config.name, issuer: config.issuer, clientId: config.client_id, scopes: config.scopes },
    ...{ userClaim: config.user_claim, groupsClaim: config.groups_claim },
    ...(file !== undefined && { clientSecret: () => readFile(file, 'utf8') }),
    sessionMs: config.session_hours * 3_600_000,
    roles: new Map(Object.entries(config.roles)),
  };
}
