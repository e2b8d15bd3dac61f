import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IndicatorKind } from './enrichers.ts';
import { findIndicator } from './indicator.ts';
import { KeyIndex } from './key_index.ts';
import { type FeedSpec, load } from './load.ts';
import { readPattern } from './stix.ts';

const now = Date.UTC(2026, 10, 22);
const day = 86_400_000;
const MiB = 1_048_576;

describe('feeds', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewatch-feeds-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function read(text: string | Buffer, given: Partial<FeedSpec> = {}) {
    const path = join(directory, 'feed');
    await writeFile(path, text);
    const common = {
      maxBytes: 64 * MiB,
      delimiter: ',',
      comment: '#',
      header: false,
      columns: { value: '1' },
    };
    const loaded = await load({ what: 'feed', format: 'csv', path, ...common, ...given }, now);
    const index = new KeyIndex(loaded.data);
    const find = (kind: IndicatorKind, value: string, at = now) => findIndicator(index, kind, value, at);
    return { ...loaded, index, find };
  }

  describe('of lines', () => {
    it.each<[line: string, kind: IndicatorKind, hit: string, miss: string]>([
      ['198.51.100.7', 'ip', '198.51.100.7', '198.51.100.8'],
      ['198.51.100.0/24', 'ip', '198.51.100.255', '198.51.101.0'],
      ['2001:db8::/32', 'ip', '2001:DB8:ffff::1', '2001:db9::1'],
      ['2001:db8::7', 'ip', '2001:db8:0:0:0:0:0:7', '2001:db8::8'],
      ['::ffff:198.51.100.7', 'ip', '198.51.100.7', '::7'],
      ['198[.]51[.]100[.]7', 'ip', '198.51.100.7', '198.51.100.8'],
      ['Bad.Example.org.', 'domain', 'a.b.bad.example.org', 'notbad.example.org'],
      ['*.example.net', 'domain', 'x.example.NET.', 'example.netx'],
      ['bücher.example.org', 'domain', 'xn--bcher-kva.example.org', 'bucher.example.org'],
      ['hxxp://Example[.]org:80/a?b#c', 'url', 'http://example.org/a?b', 'http://example.org/a'],
      ['https://u:p@example.org', 'url', 'https://example.org/', 'https://example.org/x'],
      ['Mallory@Example[.]org', 'email', 'mallory@example.ORG', 'alice@example.org'],
      ['A'.repeat(64), 'hash', 'a'.repeat(64), 'b'.repeat(64)],
      ['d41d8cd98f00b204e9800998ecf8427e', 'hash', 'D41D8CD98F00B204E9800998ECF8427E', 'd41d'],
    ])('finds %s as %s', async (line, kind, hit, miss) => {
      const { find, unfit, faults } = await read(`${line}\n`);
      expect({ unfit, faults }).toEqual({ unfit: 0, faults: [] });
      expect(find(kind, hit)).toHaveProperty('type');
      expect(find(kind, miss)).toBeUndefined();
    });

    it.each([
      ['the loopback', '127.0.0.1'],
      ['everybody', '0.0.0.0/0'],
      ['half the Internet', '128.0.0.0/1'],
      ['multicast', 'ff02::1'],
      ['a top-level domain', 'org'],
      ['a public suffix', 'co.uk'],
      ['a word', '???'],
      ['a megabyte', 'x'.repeat(MiB - 1)],
    ])('does not take %s', async (_, line) => {
      const { unfit, index } = await read(`198.51.100.7\n${line}\n`);
      expect({ unfit, keys: index.keys }).toEqual({ unfit: 1, keys: 1 });
    });

    it('reads columns by name, whatever their order, with marks, CRLF and a byte order mark', async () => {
      const text = [
        '\ufeff"first_seen";ioc;"what";conf;tlp',
        '2026-11-01;198.51.100.7:443;"a; ""bot""";80;TLP:AMBER',
        '2026-11-01T00:00:00Z;example.org;;;',
        '',
      ].join('\r\n');
      const { find, unfit, faults } = await read(text, {
        header: true,
        delimiter: ';',
        columns: {
          value: 'ioc',
          description: 'what',
          first_seen: 'first_seen',
          confidence: 'conf',
          tlp: 'tlp',
        },
      });
      expect({ unfit, faults }).toEqual({ unfit: 1, faults: [] });
      expect(find('domain', 'example.org')).toEqual({
        type: 'domain-name',
        name: 'example.org',
        url: { domain: 'example.org' },
        first_seen: '2026-11-01T00:00:00.000Z',
      });
    });

    it('goes by the type that a column says', async () => {
      const columns = { value: '1', type: '2', confidence: '3' };
      const { find, unfit } = await read(
        '198.51.100.7,ip-dst,80\nexample.org,SHA256,1\nexample.net,Hostname,x\n',
        { columns },
      );
      expect(unfit).toBe(1);
      expect(find('ip', '198.51.100.7')).toMatchObject({ confidence: 'High', ip: '198.51.100.7' });
      expect(find('domain', 'a.example.net')).not.toHaveProperty('confidence');
    });

    it('lets indicators expire: by their own time, else so long after they were said', async () => {
      const columns = { value: '1', expires: '2', last_seen: '3' };
      const text = [
        '198.51.100.1,2026-11-21T00:00:00Z,',
        '198.51.100.2,2026-11-23,',
        '198.51.100.3,,2026-10-01',
        '198.51.100.4,,2026-11-20',
      ].join('\n');
      const { find, expired } = await read(text, { columns, expires: 7 * day });
      expect(expired).toBe(2);
      expect(find('ip', '198.51.100.2')).toBeDefined();
      expect(find('ip', '198.51.100.2', now + day)).toBeUndefined();
      expect(find('ip', '198.51.100.4', now + 5 * day - 1)).toBeDefined();
      expect(find('ip', '198.51.100.4', now + 5 * day)).toBeUndefined();
    });

    it('tells of a network the smallest that an address is in', async () => {
      const { find } = await read('198.51.0.0/16,wide\n198.51.100.0/24,near\n', {
        columns: { value: '1', description: '2' },
      });
      expect(find('ip', '198.51.100.1')).toEqual({
        type: 'ipv4-addr',
        name: '198.51.100.0/24',
        description: 'near',
      });
      expect(find('ip', '198.51.1.1')).toHaveProperty('description', 'wide');
    });

    it.each([
      [
        'a column that is missing',
        'a,b\n1,2\n',
        { header: true, columns: { value: 'ioc' } },
        'no column "ioc"',
      ],
      ['no UTF-8', Buffer.from([0xff, 0xfe, 0x41, 0]), {}, 'is no UTF-8'],
      ['too many bytes', 'x'.repeat(2_000), { maxBytes: 1_000 }, 'more than 1000 bytes'],
      ['nothing of use', 'one\ntwo\n', {}, 'none of its 2 entries'],
      ['JSON that is cut off', '{"objects":[', { format: 'stix' as const }, 'JSON'],
      ['JSON of something else', '{"a":1}', { format: 'stix' as const }, 'no STIX bundle'],
      ['a number', '7', { format: 'misp' as const }, 'no MISP export'],
    ])('says of %s what is wrong, in one sentence', async (_, text, given, says) => {
      const { faults, index } = await read(text, given);
      expect(faults).toHaveLength(1);
      expect(faults[0]).toContain(says);
      expect(faults[0]).toMatch(/feed: [^\n]{10,400}$/);
      expect(index.keys).toBe(0);
    });

    it('reads a folder with all below, and of a damaged file the others', async () => {
      await mkdir(join(directory, 'a/b'), { recursive: true });
      await writeFile(join(directory, 'a/one.csv'), '198.51.100.1\n');
      await writeFile(join(directory, 'a/b/two.csv'), '198.51.100.2\n');
      await writeFile(join(directory, 'a/.hidden'), '198.51.100.3\n');
      await writeFile(join(directory, 'a/bad.csv'), Buffer.from([0xff]));
      const { faults, index } = await read('', { path: join(directory, 'a') });
      expect(index.keys).toBe(2);
      expect(faults).toEqual([`${join(directory, 'a/bad.csv')}: is no UTF-8`]);
    });

    it('says that a place is not there, and takes an empty file for an empty feed', async () => {
      expect((await read('', { path: join(directory, 'none') })).faults[0]).toContain('is not there');
      expect(await read('')).toMatchObject({ faults: [], unfit: 0, data: { keys: 0 } });
    });
  });

  it('reads a million lines into well below 300 MiB', async () => {
    const lines = Array.from({ length: 1_000_000 }, (_, i) =>
      i % 2 === 0
        ? `${1 + (i % 100)}.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255},bot`
        : `host${i}.bad${i % 1000}.example.org,bot`,
    );
    const { index, find, unfit } = await read(lines.join('\n'), {
      columns: { value: '1', description: '2' },
    });
    expect({ unfit, keys: index.keys }).toEqual({ unfit: 0, keys: 1_000_000 });
    expect(index.bytes).toBeLessThan(100 * MiB);
    expect(find('domain', 'www.host999999.bad999.example.org')).toHaveProperty('description', 'bot');
  }, 60_000);

  describe('in STIX', () => {
    const indicator = (id: number, pattern: unknown, more = {}) => ({
      type: 'indicator',
      spec_version: '2.1',
      id: `indicator--00000000-0000-4000-8000-00000000000${id}`,
      pattern,
      pattern_type: 'stix',
      valid_from: '2026-11-01T00:00:00Z',
      modified: '2026-11-01T00:00:00Z',
      ...more,
    });
    const bundle = (...objects: unknown[]) => JSON.stringify({ type: 'bundle', id: 'bundle--1', objects });

    it('takes comparisons with OR, and says what the bundle says', async () => {
      const { find, unfit } = await read(
        bundle(
          { type: 'identity', id: 'identity--1', name: 'Example CERT' },
          {
            type: 'marking-definition',
            id: 'marking-definition--1',
            definition_type: 'tlp',
            definition: { tlp: 'green' },
          },
          indicator(1, "[ipv4-addr:value = '198.51.100.7' OR domain-name:value = 'example.org']", {
            name: 'Bots',
            confidence: 50,
            created_by_ref: 'identity--1',
            object_marking_refs: ['marking-definition--1'],
            external_references: [
              { source_name: 'x' },
              { source_name: 'y', url: 'https://example.net/report' },
            ],
          }),
          indicator(2, "[file:hashes.'SHA-256' = 'a'] AND [ipv4-addr:value = '198.51.100.8']"),
        ),
        { format: 'stix' },
      );
      expect(unfit).toBe(1);
      expect(find('domain', 'example.org')).toEqual({
        type: 'domain-name',
        name: 'example.org',
        url: { domain: 'example.org' },
        id: ['indicator--00000000-0000-4000-8000-000000000001'],
        description: 'Bots',
        provider: 'Example CERT',
        confidence: 'Medium',
        first_seen: '2026-11-01T00:00:00.000Z',
        modified_at: '2026-11-01T00:00:00.000Z',
        reference: 'https://example.net/report',
        marking: { tlp: 'GREEN' },
      });
      expect(find('ip', '198.51.100.7')).toHaveProperty('ip', '198.51.100.7');
      expect(find('ip', '198.51.100.8')).toBeUndefined();
    });

    it('leaves out what is revoked, over, or an older version', async () => {
      const { find, expired } = await read(
        bundle(
          indicator(1, "[ipv4-addr:value = '198.51.100.1']", {
            revoked: true,
            modified: '2026-11-03T00:00:00Z',
          }),
          indicator(1, "[ipv4-addr:value = '198.51.100.1']"),
          indicator(2, "[ipv4-addr:value = '198.51.100.2']", { valid_until: '2026-11-21T00:00:00Z' }),
          indicator(3, "[ipv4-addr:value ISSUBSET '198.51.100.0/28']", {
            valid_until: '2026-11-23T00:00:00Z',
          }),
        ),
        { format: 'stix' },
      );
      expect(expired).toBe(1);
      expect(find('ip', '198.51.100.1')).toMatchObject({ name: '198.51.100.0/28' });
      expect(find('ip', '198.51.100.1', now + day)).toBeUndefined();
    });

    it('lives with nonsense', async () => {
      const nonsense = [
        null,
        7,
        'x',
        [],
        {},
        { type: 'indicator' },
        indicator(1, 7),
        indicator(2, '['),
        indicator(3, ''),
        {
          ...indicator(4, "[ipv4-addr:value = '198.51.100.1']"),
          valid_until: {},
          confidence: 'x',
          external_references: 'x',
          object_marking_refs: [{}],
          created_by_ref: [],
        },
      ];
      const { unfit, faults, index } = await read(bundle(...nonsense), { format: 'stix' });
      expect({ unfit, faults, keys: index.keys }).toEqual({ unfit: 3, faults: [], keys: 1 });
    });

    it.each([
      ["[file:hashes.MD5 = 'x' OR file:hashes.'SHA-1' = 'y']", ['x', 'y']],
      ["[url:value = 'a'] OR [email-addr:value = 'b']", ['a', 'b']],
      ["[(domain-name:value IN ('a', 'b\\'c'))]", ['a', "b'c"]],
      ["[file:name = 'x' OR file:hashes.MD5 = 'y']", ['y']],
      ["[file:name = 'x']", []],
      ["[url:value != 'a']", []],
      ["[url:value LIKE 'a%']", []],
      ["[NOT url:value = 'a']", []],
      ["[url:value = 'a' AND url:value = 'b']", []],
      ["[url:value = 'a'] FOLLOWEDBY [url:value = 'b']", []],
      ["[url:value = 'a'] REPEATS 5 TIMES", []],
      ["[url:value = 'a'", []],
      ["url:value = 'a']", []],
      [`[${'('.repeat(60_000)}`, []],
      [`[url:value = '${"\\'".repeat(9_000)}`, []],
    ])('reads %s', (pattern, values) => {
      expect(readPattern(pattern).map(({ value }) => value)).toEqual(values);
    });
  });

  describe('of MISP', () => {
    const attribute = (type: string, value: string, more = {}) => ({
      uuid: '00000000-0000-4000-8000-000000000001',
      type,
      value,
      to_ids: true,
      timestamp: '1795046400',
      ...more,
    });
    const event = (...attributes: unknown[]) => ({
      Event: {
        info: 'A campaign',
        Orgc: { name: 'Example CERT' },
        Tag: [{ name: 'type:OSINT' }, { name: 'tlp:amber' }],
        Attribute: attributes,
        Object: [{ Attribute: [attribute('filename|sha1', `a.exe|${'b'.repeat(40)}`)] }],
      },
    });

    it.each([
      ['an answer', (one: unknown) => ({ response: [one] })],
      ['an event', (one: unknown) => one],
      ['a list', (one: unknown) => [one]],
    ])('reads %s', async (_, wrap) => {
      const { find, unfit } = await read(
        JSON.stringify(
          wrap(
            event(
              attribute('ip-dst|port', '198.51.100.7|443', { comment: 'C2' }),
              attribute('domain|ip', 'example.org|198.51.100.8'),
              attribute('ip-src', '198.51.100.9', { to_ids: false }),
              attribute('ip-src', '198.51.100.10', { deleted: true }),
              attribute('mutex', 'x'),
            ),
          ),
        ),
        { format: 'misp' },
      );
      expect(unfit).toBe(1);
      expect(find('ip', '198.51.100.7')).toEqual({
        type: 'ipv4-addr',
        name: '198.51.100.7',
        ip: '198.51.100.7',
        id: ['00000000-0000-4000-8000-000000000001'],
        description: 'C2',
        provider: 'Example CERT',
        modified_at: '2026-11-19T00:00:00.000Z',
        marking: { tlp: 'AMBER' },
      });
      expect(find('ip', '198.51.100.8')).toHaveProperty('description', 'A campaign');
      expect(find('domain', 'example.org')).toBeDefined();
      expect(find('hash', 'B'.repeat(40))).toMatchObject({ file: { hash: { sha1: 'b'.repeat(40) } } });
      expect(find('ip', '198.51.100.9') ?? find('ip', '198.51.100.10')).toBeUndefined();
    });

    it('reads attributes by themselves', async () => {
      const text = JSON.stringify({
        response: { Attribute: [attribute('md5', 'c'.repeat(32), { Event: { info: 'I' } })] },
      });
      expect((await read(text, { format: 'misp' })).find('hash', 'c'.repeat(32))).toMatchObject({
        description: 'I',
      });
    });

    it('lives with nonsense', async () => {
      const text = JSON.stringify([
        null,
        7,
        { Event: 7 },
        event(null, 7, {}, attribute('ip-src', 'x'), { to_ids: '1' }, attribute('md5', 7 as never)),
      ]);
      const { unfit, faults, index } = await read(text, { format: 'misp' });
      expect({ unfit, faults, keys: index.keys }).toEqual({ unfit: 3, faults: [], keys: 1 });
    });
  });
});
