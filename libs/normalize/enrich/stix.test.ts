import { describe, expect, it } from 'vitest';
import { day, feedFiles, now } from './feeds.suite.ts';
import { readPattern } from './stix.ts';

const { read } = feedFiles();

describe('a feed in STIX', () => {
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
