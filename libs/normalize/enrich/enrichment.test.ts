import { once } from 'node:events';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundled } from '../../../test/bundle.ts';
import { createEnrichment, type EnrichmentSpec } from './enrichment.ts';
import { load } from './load.ts';
import { createLoader } from './loader.ts';

const program = bundled(new URL('./load_thread.ts', import.meta.url));

describe('enrichment', () => {
  let directory: string;
  let stop: (() => void) | undefined;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-enrich-'));
  });
  afterEach(async () => {
    stop?.();
    stop = undefined;
    await rm(directory, { recursive: true });
  });

  type Feed = EnrichmentSpec['feeds'][number];
  const feed = (given: Partial<Feed>): Feed => ({
    name: 'f',
    format: 'csv',
    delimiter: ',',
    comment: '#',
    header: false,
    columns: { value: '1' },
    maxBytes: 10_000,
    ...given,
  });
  const spec = (given: Partial<EnrichmentSpec>): EnrichmentSpec => ({
    geoip: undefined,
    feeds: [],
    tables: [],
    ...given,
  });

  async function serve(answer: RequestListener): Promise<string> {
    const server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    stop = () => server.close();
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed?key=secret`;
  }

  it('keeps the version before when the next is damaged, and says so until one is whole', async () => {
    const path = join(directory, 'feed');
    const enrichment = createEnrichment({ load, clock: () => 7 });
    expect(enrichment.apply(spec({ feeds: [feed({ path })] }))).toEqual(['threat_intel/f']);
    const is = (ip: string) => enrichment.enrichers.threat('ip', ip)?.map(({ feed: name }) => name);
    expect(is('198.51.100.1')).toBeUndefined();
    expect(await enrichment.load('threat_intel/f')).toMatchObject({
      loadedAt: null,
      failures: 1,
      fault: { at: 7, reason: expect.stringContaining('is not there') },
    });
    await writeFile(path, '198.51.100.1\n');
    await utimes(path, 5, 5);
    expect(await enrichment.load('threat_intel/f')).toMatchObject({
      entries: 1,
      changedAt: 5_000,
      loadedAt: 7,
      failures: 1,
      fault: null,
    });
    expect(is('198.51.100.1')).toEqual(['f']);
    await writeFile(path, Buffer.from([0xff]));
    expect(await enrichment.load('threat_intel/f')).toMatchObject({
      entries: 1,
      failures: 2,
      fault: { reason: expect.stringContaining('UTF-8') },
    });
    expect(is('198.51.100.1')).toEqual(['f']);
    await writeFile(path, '198.51.100.2\n198.51.100.3\n');
    await enrichment.load('threat_intel/f');
    expect(is('198.51.100.1')).toBeUndefined();
    expect(enrichment.sources()).toMatchObject([
      { kind: 'threat_intel', entries: 2, fault: null, matches: 2, from: path },
    ]);
  });

  it('keeps what did not change when the configuration does, and lets go of what is gone', async () => {
    const paths = ['a', 'b'].map((name) => join(directory, name));
    for (const [i, path] of paths.entries()) await writeFile(path, `198.51.100.${i}\n`);
    const enrichment = createEnrichment({ load });
    const [a, b] = paths.map((path, i) => feed({ name: `f${i}`, path })) as [Feed, Feed];
    for (const id of enrichment.apply(spec({ feeds: [a, b], geoip: { maxBytes: 1e9 } })))
      await enrichment.load(id);
    expect(enrichment.enrichers.geo('91.198.174.192')).toMatchObject({ geo: { country_iso_code: 'NL' } });
    expect(enrichment.apply(spec({ feeds: [a, { ...b, expires: 1 }] }))).toEqual(['threat_intel/f1']);
    expect(enrichment.enrichers.geo('91.198.174.192')).toBeUndefined();
    // Until it is loaded as configured now.
    expect(enrichment.enrichers.threat('ip', '198.51.100.1')).toMatchObject([{ feed: 'f1' }]);
    expect(await enrichment.load('threat_intel/f1')).toMatchObject({ entries: 0, expired: 1 });
    expect(enrichment.enrichers.threat('ip', '198.51.100.1')).toBeUndefined();
    enrichment.apply(spec({ feeds: [b] }));
    expect(enrichment.enrichers.threat('ip', '198.51.100.0')).toBeUndefined();
    expect(await enrichment.load('threat_intel/f0')).toBeUndefined();
  });

  it('asks a server, and shows neither its key nor what it sends', async () => {
    const authorizationFile = join(directory, 'key');
    await writeFile(authorizationFile, 'Token abc\n');
    const url = await serve(({ headers }, response) => {
      response.writeHead(headers.authorization === 'Token abc' ? 200 : 401).end('198.51.100.1\n');
    });
    const enrichment = createEnrichment({ load });
    enrichment.apply(spec({ feeds: [feed({ url, authorizationFile })] }));
    expect(await enrichment.load('threat_intel/f')).toMatchObject({
      entries: 1,
      fault: null,
      from: url.split('?')[0],
    });
    await writeFile(authorizationFile, 'other');
    const state = await enrichment.load('threat_intel/f');
    expect(state).toMatchObject({ entries: 1, fault: { reason: expect.stringContaining('answered 401') } });
    expect(JSON.stringify(state)).not.toMatch(/secret|Token|other/);
  });

  it.each<[string, RequestListener, string]>([
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
      'a redirect, which is not followed',
    ],
    [
      'more than allowed',
      (_, response) => response.end('198.51.100.1\n'.repeat(10_000)),
      'more than 10000 bytes',
    ],
    [
      'half an answer',
      (_, response) =>
        response.writeHead(200, { 'content-length': 99 }).write('198.51.100.1\n', () => response.destroy()),
      '',
    ],
    ['a page', (_, response) => response.end('<html>\n<body>maintenance</body>\n'), 'nothing of use'],
  ])('refuses %s', async (_, answer, says) => {
    const url = await serve(answer);
    const enrichment = createEnrichment({ load });
    enrichment.apply(spec({ feeds: [feed({ url })] }));
    expect(await enrichment.load('threat_intel/f')).toMatchObject({
      failures: 1,
      fault: { reason: expect.stringContaining(says) },
    });
  });

  it('tells nobody a password that stands in an address', async () => {
    const enrichment = createEnrichment({ load });
    enrichment.apply(spec({ feeds: [feed({ url: 'http://alice:hidden@127.0.0.1:9/feed' })] }));
    const state = await enrichment.load('threat_intel/f');
    expect(state?.fault?.reason).toContain('authorization_file');
    expect(JSON.stringify(state)).not.toContain('hidden');
  });

  it('reads in a thread, and lives with one that fails', async () => {
    const path = join(directory, 'feed');
    await writeFile(path, '198.51.100.1\n');
    const sound = createEnrichment({ load: createLoader(program) });
    sound.apply(spec({ feeds: [feed({ path })] }));
    expect(await sound.load('threat_intel/f')).toMatchObject({ entries: 1, fault: null });
    expect(sound.enrichers.threat('ip', '198.51.100.1')).toMatchObject([{ feed: 'f' }]);
    const bad = join(directory, 'bad.mjs');
    await writeFile(bad, 'throw new Error("broken");');
    const enrichment = createEnrichment({ load: createLoader(new URL(`file://${bad}`)) });
    enrichment.apply(spec({ feeds: [feed({ path: directory })] }));
    expect(await enrichment.load('threat_intel/f')).toMatchObject({ fault: { reason: 'broken' } });
  });

  it('tells a database that is none', async () => {
    const city = join(directory, 'city.mmdb');
    await writeFile(city, 'none');
    const enrichment = createEnrichment({ load });
    const ids = enrichment.apply(spec({ geoip: { city, maxBytes: 1e9 } }));
    expect(ids).toEqual(['geoip/country', 'geoip/city']);
    const states = await Promise.all(ids.map((id) => enrichment.load(id)));
    expect(states).toMatchObject([
      { fault: null },
      { entries: 0, fault: { reason: expect.stringContaining('no MaxMind database') } },
    ]);
    expect(enrichment.enrichers.geo('91.198.174.192')).toMatchObject({ geo: { country_iso_code: 'NL' } });
  });
});
