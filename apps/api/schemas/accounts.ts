import { roles } from '@tidewatch/control';
import { z } from 'zod';

const userId = z.string().regex(/^[\w.@-]{1,64}$/, 'must be 1 to 64 letters, digits, `.`, `_`, `@` or `-`');
const names = z.array(z.string().min(1).max(200)).max(200);

export const loginBody = z.union([
  z.strictObject({ token: z.string().min(1).max(256).describe('Of a one-time link.') }),
  z.strictObject({ user: z.string().min(1).max(64), password: z.string().min(1).max(1_000) }),
]);

export const loginMethods = z
  .object({
    oidc: z.object({ name: z.string() }).nullable().describe('The identity provider, where there is one.'),
  })
  .meta({ id: 'LoginMethods' });

export const passwordBody = z.strictObject({
  password: z.string().min(1).max(1_000),
  current: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe('The password of now; not needed where the session was opened by a link.'),
  keepKeys: z
    .boolean()
    .default(false)
    .describe('API keys stay in force. Else those end that may do more than send events.'),
});

export const oidcQuery = z.object({
  back: z.string().max(2_000).default('/alerts').describe('Path of the console to go on with.'),
});

const reach = z
  .object({
    dataClasses: names.exactOptional().describe('Sees these data classes only.'),
    useCases: names.exactOptional().describe('Sees the data classes of these use-cases only.'),
  })
  .describe('What of the data that their roles let them see; all of it where nothing is named.');

export const user = z
  .object({
    id: z.string(),
    name: z.string(),
    roles: z.array(z.enum(roles)),
    reach,
    disabled: z.boolean(),
    hasPassword: z.boolean(),
    external: z.boolean().describe('An identity provider vouches for them, and decides on name and roles.'),
    createdAt: z.number(),
    sessions: z.number().describe('Open at present'),
    lastSeenAt: z.number().nullable().describe('Of their open sessions, epoch milliseconds'),
  })
  .meta({ id: 'User' });

export const userList = z
  .object({
    users: z.array(user),
    roles: z.array(z.enum(roles)),
    dataClasses: z.array(z.string()).describe('All that there are'),
  })
  .meta({ id: 'UserList' });

export const byUser = z.object({ id: userId });
const userFacts = z.strictObject({
  name: z.string().min(1).max(200),
  roles: z.array(z.enum(roles)).min(1),
  reach: reach.default({}),
});
export const newUser = userFacts.extend({ id: userId });
export const userChange = z.strictObject({
  ...userFacts.partial().shape,
  reach: reach.exactOptional(),
  disabled: z
    .boolean()
    .optional()
    .describe('Nobody who is disabled can log in; their sessions and API keys end.'),
});

export const keyList = z
  .object({
    keys: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        user: z.string(),
        scopes: z.array(z.string()),
        sources: z.array(z.string()).exactOptional(),
        createdAt: z.number(),
        expiresAt: z.number(),
        lastUsedAt: z.number().exactOptional(),
        state: z
          .enum(['active', 'expired', 'resting'])
          .describe('`resting`: the identity provider has not vouched for its user for 30 days'),
      }),
    ),
    scopes: z.array(z.string()).describe('What keys can be made for'),
  })
  .meta({ id: 'KeyList' });

export const newKey = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(z.string().max(100)).min(1).max(100),
  sources: names
    .exactOptional()
    .describe('For `ingest`: sources it may send to, `*` at the end for any rest.'),
  days: z.number().int().min(1).max(366).describe('Until it expires'),
  user: userId.optional().describe('Whose key it is; people make keys for themselves.'),
});
export const madeKey = z
  .object({
    id: z.string(),
    secret: z.string().describe('Shown this once: send it as `Authorization: Bearer SECRET`.'),
    expiresAt: z.number(),
  })
  .meta({ id: 'MadeKey' });
export const byKey = z.object({ id: z.string().max(64) });
