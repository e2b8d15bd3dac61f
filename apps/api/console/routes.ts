import { resolve } from 'node:path';
import files from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiDeps } from '../deps.ts';
import { errors } from '../errors.ts';
import { buildingPage } from './building.ts';
import { pagePolicy } from './csp.ts';
import { createSite, type PageFile } from './site.ts';

const open = { config: { policy: { kind: 'public' } }, schema: { hide: true } } as const;
const rest = (request: FastifyRequest) => (request.params as { '*': string })['*'];

/**
 * Serves Next's export: each page at its own route, its hashed assets for ever, the rest as it is. While there is no
 * export yet, pages say how far its build is.
 */
export async function serveConsole(
  app: FastifyInstance,
  { consoleDirectory, consoleBuild }: Pick<ApiDeps, 'consoleDirectory' | 'consoleBuild'>,
): Promise<void> {
  const root = resolve(consoleDirectory);
  const site = createSite(root);
  // The files are found by the routes below, as the directory may come later and holds a folder beside each page.
  await app.register(files, {
    root,
    serve: false,
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    suppressWarning: true,
  });

  const send = (reply: FastifyReply, { html, policy }: PageFile, status = 200) =>
    reply
      .code(status)
      .headers({ 'content-security-policy': policy, 'cache-control': 'no-cache' })
      .type('text/html; charset=utf-8')
      .send(html);

  const sendBuilding = (reply: FastifyReply) => {
    const html = buildingPage(consoleBuild?.() ?? { state: 'waiting', detail: 'It has not been built yet.' });
    return send(reply.header('retry-after', 2), { html: Buffer.from(html), policy: pagePolicy(html) }, 503);
  };

  app.get('/', open, async (_request, reply) => reply.redirect('/alerts', 302));
  // Asked for by browsers wherever no page has named an icon yet.
  app.get('/favicon.ico', open, async (_request, reply) => reply.redirect('/icon.svg', 302));

  app.get('/_next/*', open, async (request, reply) =>
    reply.sendFile(`_next/${rest(request)}`, root, { immutable: true, maxAge: '365d' }),
  );

  // The console's router asks for the head of a page before it fetches it.
  app.route({ method: ['GET', 'HEAD'], url: '/*', ...open, handler: page });

  async function page(request: FastifyRequest, reply: FastifyReply) {
    const path = rest(request).replace(/\/$/, '');
    const found = await site.page(path);
    if (found !== undefined) return send(reply, found);
    // A page's own file would come without the page's policy.
    if (/\.[\w]+$/.test(path) && !path.endsWith('.html')) return reply.sendFile(path, root, { maxAge: 0 });
    return reply.callNotFound();
  }

  app.setNotFoundHandler(async (request, reply) => {
    const isPage = request.method === 'GET' && !/^\/(api|health|_next)\//.test(request.url);
    if (!isPage) throw errors.NOT_FOUND({ url: request.url.split('?', 1)[0] });
    const missing = await site.page('404');
    return missing === undefined ? sendBuilding(reply) : send(reply, missing, 404);
  });
}
