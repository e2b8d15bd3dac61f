import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Role } from '@tidewatch/control';
// @ts-expect-error it has no types
import Provider from 'oidc-provider';
import { startApi } from './server.fixture.ts';

const secret = 'a secret of the client';

/** A server whose users log in by a provider, which knows whoever gives a name; stop it in the end. */
export async function startWithProvider(options: { readonly issueRefreshToken?: unknown } = {}) {
  /** What the provider says of somebody; `null` where it knows them no more. */
  const groups = new Map<string, unknown>();
  const names = new Map<string, string>();
  const provider = createServer().listen(0, '127.0.0.1');
  await once(provider, 'listening');
  const issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const server = await startApi({
    oidc: {
      ...{ name: 'Test', issuer, clientId: 'tidewatch', clientSecret: async () => `${secret}\n` },
      sessionMs: 8 * 3_600_000,
      ...{ scopes: ['openid', 'profile', 'groups'], userClaim: 'preferred_username', groupsClaim: 'groups' },
      roles: new Map<string, readonly Role[]>([
        ['soc', ['analyst']],
        ['leads', ['engineer', 'admin']],
      ]),
    },
  });
  const url = await server.api.listen({ host: '127.0.0.1', port: 0 });
  const known = new Provider(issuer, {
    clients: [
      {
        ...{ client_id: 'tidewatch', client_secret: secret, response_types: ['code'] },
        // It lets nobody ask for what it never gives.
        grant_types: ['authorization_code', ...('issueRefreshToken' in options ? ['refresh_token'] : [])],
        redirect_uris: [`${url}/api/oidc/callback`],
      },
    ],
    scopes: ['openid', 'profile', 'groups'],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], groups: ['groups'] },
    pkce: { required: () => true },
    cookies: { keys: ['test'] },
    findAccount: async (_ctx: unknown, id: string) =>
      groups.get(id) === null
        ? undefined
        : {
            accountId: id,
            claims: async () => ({
              ...{ sub: id, preferred_username: names.get(id) ?? id, name: id.toUpperCase() },
              groups: groups.get(id),
            }),
          },
    ...options,
  });
  /** What the provider was asked to give tokens for. */
  const grants: string[] = [];
  known.on('grant.success', (ctx: { oidc: { params: { grant_type: string } } }) =>
    grants.push(ctx.oidc.params.grant_type),
  );
  provider.on('request', known.callback());
  const stop = async (): Promise<void> => {
    await server.stop();
    provider.close();
  };
  return { server, url, groups, names, grants, stop, open: () => openBrowser(url) };
}

/** A browser with nothing in it yet, of somebody who comes to Tidewatch at `url`. */
function openBrowser(url: string) {
  /** Cookies by the origin that set them. */
  const jar = new Map<string, Map<string, string>>();

  async function browse(address: string, form?: Record<string, string>): Promise<Response> {
    const { origin } = new URL(address);
    const cookies = jar.get(origin) ?? new Map<string, string>();
    jar.set(origin, cookies);
    const answer = await fetch(address, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  }

  /** What the browser does until it is sent to an address that `ends`, which it answers and does not go to. */
  async function follow(at: string, user: string, ends: (next: URL) => boolean): Promise<URL> {
    let [answer, from] = [await browse(at), at];
    for (;;) {
      const location = answer.headers.get('location');
      if (location === null) {
        const page = await answer.text();
        const form = /action="([^"]+)"/.exec(page)?.[1];
        if (form === undefined) throw new Error(`There is nothing to fill in: ${page}`);
        from = new URL(form, from).href;
        const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? page;
        answer = await browse(from, { prompt, login: user, password: 'x' });
        continue;
      }
      const next = new URL(location, from);
      if (ends(next)) return next;
      from = next.href;
      answer = await browse(from);
    }
  }

  return {
    browse,
    /** Answers the page of the console that one arrives at. */
    async logIn(user: string, back = '/events?q=a'): Promise<string> {
      const at = `${url}/api/oidc/login?back=${encodeURIComponent(back)}`;
      const page = await follow(
        at,
        user,
        ({ href, pathname }) => href.startsWith(url) && !pathname.startsWith('/api/oidc/'),
      );
      return page.href.slice(url.length);
    },
    /** Goes as far as the address that takes the code, and answers it. */
    comeBack: async (user: string): Promise<string> =>
      (await follow(`${url}/api/oidc/login`, user, ({ pathname }) => pathname === '/api/oidc/callback')).href,
    session: async () => (await browse(`${url}/api/session`)).json() as Promise<Record<string, unknown>>,
  };
}
