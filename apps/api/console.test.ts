import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConsoleBuild } from './deps.ts';
import { startApi, type TestApi } from './server.fixture.ts';

let server: TestApi;
let build: ConsoleBuild;
let out: string;
beforeEach(async () => {
  build = { state: 'building', detail: 'Compiling <pages> since 3 s.' };
  server = await startApi({ consoleBuild: () => build });
  out = server.deps.consoleDirectory;
});
afterEach(() => server.stop());

const get = (url: string) => server.api.inject({ url });
const sha = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** A small export of the shape that Next makes: a page, a folder of the same name, payloads, hashed assets. */
function writeExport(script = 'self.x=1') {
  const files = {
    'alerts.html': `<!doctype html><script src="/_next/static/a-1.js" async></script><script>${script}</script><script id="y">self.y=2</script>`,
    'alerts.txt': 'payload',
    'alerts/__next._tree.txt': 'tree',
    '404.html': '<!doctype html><title>Not here</title>',
    '_next/static/a-1.js': 'console.log(1)',
    'icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'theme.js': 'theme()',
    '.env': 'SECRET=1',
  };
  const next = `${out}.next`;
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(next, name, '..'), { recursive: true });
    writeFileSync(join(next, name), text);
  }
  rmSync(out, { recursive: true, force: true });
  renameSync(next, out);
}

describe('before the console is built', () => {
  it('a page says how far it is, looks again by itself, and appears without a restart', async () => {
    const waiting = await get('/alerts');
    expect([waiting.statusCode, waiting.headers['retry-after']]).toEqual([503, '2']);
    expect(waiting.body).toContain('The console is being built');
    expect(waiting.body).toContain('Compiling &#60;pages&#62; since 3 s.');
    const script = /<script>(.*)<\/script>/.exec(waiting.body)?.[1] ?? '';
    expect(script).toContain('reload');
    expect(waiting.headers['content-security-policy']).toContain(`script-src 'self' ${sha(script)};`);
    build = { state: 'failed', detail: 'next: out of memory' };
    expect((await get('/login')).body).toContain('could not be built');
    writeExport();
    expect((await get('/alerts')).statusCode).toBe(200);
    expect((await get('/login')).statusCode).toBe(404);
  });
});

describe('the console', () => {
  beforeEach(() => writeExport());

  it('has its pages at their own routes, with a policy of exactly their scripts', async () => {
    for (const url of ['/alerts', '/alerts/', '/alerts?id=1']) {
      const { statusCode, headers } = await get(url);
      expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([
        200,
        'text/html; charset=utf-8',
        'no-cache',
      ]);
      expect(headers['content-security-policy']).toContain(
        `script-src 'self' ${sha('self.x=1')} ${sha('self.y=2')};`,
      );
    }
    expect((await get('/')).headers.location).toBe('/alerts');
  });

  it('follows a new build', async () => {
    await get('/alerts');
    writeExport('self.x=3');
    const { headers, body } = await get('/alerts');
    expect(body).toContain('self.x=3');
    expect(headers['content-security-policy']).toContain(sha('self.x=3'));
    expect(headers['content-security-policy']).not.toContain(sha('self.x=1'));
  });

  it.each([
    ['/_next/static/a-1.js', 'application/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/alerts.txt', 'text/plain; charset=utf-8', 'public, max-age=0'],
    ['/alerts/__next._tree.txt', 'text/plain; charset=utf-8', 'public, max-age=0'],
    ['/icon.svg', 'image/svg+xml', 'public, max-age=0'],
    ['/theme.js', 'application/javascript; charset=utf-8', 'public, max-age=0'],
  ])('serves %s', async (url, type, cache) => {
    const { statusCode, headers } = await get(url);
    expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([200, type, cache]);
  });

  it('comes compressed to whoever takes it', async () => {
    writeExport(`self.long='${'x'.repeat(10_000)}'`);
    const { headers, rawPayload } = await server.api.inject({
      url: '/alerts',
      headers: { 'accept-encoding': 'gzip' },
    });
    expect(headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(rawPayload).toString()).toContain('xxxx');
  });

  it.each([
    '/nothing',
    '/alerts.html',
    '/404.html',
    '/.env',
    '/../control.db',
    '/..%2fcontrol.db',
    '/_next/..%2f..%2fcontrol.db',
    '/alerts/nothing',
    '/x.js',
    '/%00',
  ])('has its own page for %s, which is not there', async (url) => {
    const { statusCode, body } = await get(url);
    expect(statusCode).toBeGreaterThanOrEqual(400);
    expect(statusCode).toBeLessThan(500);
    expect(body).not.toContain('SQLite');
    expect(body).not.toContain('SECRET');
  });

  it('shows the export’s 404 page', async () => {
    const { statusCode, body, headers } = await get('/nothing');
    expect([statusCode, body]).toEqual([404, '<!doctype html><title>Not here</title>']);
    expect(headers['content-security-policy']).toContain("script-src 'self';");
  });
});
