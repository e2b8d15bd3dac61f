import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { IndicatorKind } from './enrichers.ts';
import { day, feedFiles, MiB, now } from './feeds.suite.ts';

const files = feedFiles();
const { read } = files;

describe('a feed of lines', () => {
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
    expect(find('ip', '198.51.100.2')).toHaveProperty('ip', '198.51.100.2');
    expect(find('ip', '198.51.100.2', now + day)).toBeUndefined();
    expect(find('ip', '198.51.100.4', now + 5 * day - 1)).toHaveProperty('ip', '198.51.100.4');
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
    await mkdir(join(files.folder, 'a/b'), { recursive: true });
    await writeFile(join(files.folder, 'a/one.csv'), '198.51.100.1\n');
    await writeFile(join(files.folder, 'a/b/two.csv'), '198.51.100.2\n');
    await writeFile(join(files.folder, 'a/.hidden'), '198.51.100.3\n');
    await writeFile(join(files.folder, 'a/bad.csv'), Buffer.from([0xff]));
    const { faults, index } = await read('', { path: join(files.folder, 'a') });
    expect(index.keys).toBe(2);
    expect(faults).toEqual([`${join(files.folder, 'a/bad.csv')}: is no UTF-8`]);
  });

  it('says that a place is not there, and takes an empty file for an empty feed', async () => {
    expect((await read('', { path: join(files.folder, 'none') })).faults[0]).toContain('is not there');
    expect(await read('')).toMatchObject({ faults: [], unfit: 0, data: { keys: 0 } });
  });

  it('takes as much room as its lines, however many there are', async () => {
    const count = 100_000;
    const lines = Array.from({ length: count }, (_, i) =>
      i % 2 === 0
        ? `${1 + (i % 100)}.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255},bot`
        : `host${i}.bad${i % 1000}.example.org,bot`,
    );
    const { index, find, unfit } = await read(lines.join('\n'), {
      columns: { value: '1', description: '2' },
    });
    expect({ unfit, keys: index.keys }).toEqual({ unfit: 0, keys: count });
    expect(index.bytes / count).toBeLessThan(100);
    expect(find('domain', 'www.host99999.bad999.example.org')).toHaveProperty('description', 'bot');
  });
});
