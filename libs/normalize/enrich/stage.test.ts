import type { JsonObject } from '@tidewatch/event';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/fuzz_runs.ts';
import type { WrittenDraft } from '../draft.ts';
import { createNormaliser } from '../normaliser.ts';
import { relate } from '../related.ts';
import type { Stage } from '../stage.ts';
import { membersOf, objectOf, quote } from '../written.ts';
import { addIndicator } from './add_indicator.ts';
import { readGeoDatabase, shippedCountries } from './geoip.ts';
import { KeyIndex } from './key_index.ts';
import { KeyIndexBuilder } from './key_index_builder.ts';
import { Lookups } from './lookups.ts';
import { createEnrichStage } from './stage.ts';
import { rowSpace } from './table_rows.ts';

const now = Date.UTC(2026, 10, 22);
const context = { source: 's', dataClass: 'unapproved', received: now };

describe('the stage', () => {
  const lookups = new Lookups(
    () => {},
    () => now,
  );
  let stage: Stage;
  beforeAll(async () => {
    lookups.databases.country = await readGeoDatabase(shippedCountries(), 1e9);
    const feed = new KeyIndexBuilder();
    const life = { expires: undefined, changed: now, now };
    for (const value of [
      '198.51.100.0/24',
      'bad.example.org',
      'http://example.net/a?b',
      'a'.repeat(64),
      'mallory@example.org',
    ])
      addIndicator(feed, { kind: undefined, value, facts: { description: 'bad' } }, life);
    const second = new KeyIndexBuilder();
    addIndicator(second, { kind: 'ip', value: '198.51.100.7', facts: { id: ['x'], provider: 'CERT' } }, life);
    lookups.feeds = [
      { name: 'first', index: new KeyIndex(feed.finish()), matches: 0 },
      { name: 'second', index: new KeyIndex(second.finish()), matches: 0 },
    ];
    const hosts = new KeyIndexBuilder();
    hosts.add(rowSpace, 'web1', { payload: '{"host":{"type":"server"},"labels":{"owner":"alice"}}' });
    hosts.add(rowSpace, 'alice@example.org', { payload: '{"user":{"name":"alice"}}' });
    const join = ['host.name', 'user.email'];
    lookups.tables = [
      { name: 'hosts', index: new KeyIndex(hosts.finish()), match: 'exact', join, matches: 0 },
    ];
    lookups.changed();
    stage = createEnrichStage(lookups);
  });

  const asObject = (fields: JsonObject) => {
    const draft = { dataset: 'd', time: now, fields: structuredClone(fields) };
    const after = stage.apply(draft, context);
    expect(after).toBe(draft);
    return draft.fields;
  };
  function asText(fields: JsonObject, pretty = (text: string) => text) {
    const { event = {}, ...rest } = structuredClone(fields);
    const draft: WrittenDraft = {
      dataset: 'd',
      time: now,
      written: {
        event: membersOf(event as JsonObject, new Set()),
        members: pretty(membersOf(rest, new Set())),
        related: Object.fromEntries(
          Object.entries(relate(rest) ?? {}).map(([kind, values]) => [kind, (values as string[]).map(quote)]),
        ),
      },
    };
    const after = stage.apply(draft, context);
    const isObject = 'fields' in after;
    const whole = isObject ? after.fields : { ...objectOf(after.written.members), event };
    return { whole, isObject, isSame: after === draft };
  }

  const nothing = {
    event: {},
    message: 'x',
    host: { name: 'db1' },
    source: { ip: '10.0.0.1' },
    url: { full: 'http://example.net/' },
  };
  const geo = { country_iso_code: 'NL', country_name: 'Netherlands' };
  const table: readonly (readonly [string, JsonObject, JsonObject])[] = [
    ['nothing', nothing, {}],
    ['a place', { source: { ip: '91.198.174.192', port: 1 } }, { source: { geo } }],
    [
      'two places',
      { source: { ip: '91.198.174.192' }, destination: { ip: '91.198.174.193' } },
      { source: { geo }, destination: { geo } },
    ],
    [
      'no place where there is one',
      { source: { ip: '91.198.174.192', geo: { name: 'x' } } },
      { source: { geo: { name: 'x' } } },
    ],
    ['a place behind other members', { source: { port: 1, ip: '91.198.174.192' } }, { source: { geo } }],
    [
      'no place deeper down',
      { x: { source: { ip: '91.198.174.192' } }, source: { ip: '91.198.174.192' } },
      { source: { geo }, x: { source: { ip: '91.198.174.192' } } },
    ],
    ['a row', { host: { name: 'WEB1', type: 'own' } }, { host: { type: 'own' }, labels: { owner: 'alice' } }],
    [
      'a row by a field that is not related',
      { user: { email: 'Alice@example.org' } },
      { user: { name: 'alice' } },
    ],
    [
      'a network',
      { destination: { ip: '198.51.100.9' } },
      {
        threat: {
          indicator: { type: 'ipv4-addr', name: '198.51.100.0/24', description: 'bad', provider: 'first' },
          feed: { name: 'first' },
        },
      },
    ],
    [
      'a name',
      { dns: { question: { name: 'x.Bad.example.org' } } },
      { threat: { indicator: { type: 'domain-name', name: 'bad.example.org' } } },
    ],
    ['a URL', { url: { full: 'http://example.net/a?b#c' } }, { threat: { indicator: { type: 'url' } } }],
    [
      'a file',
      { process: { hash: { md5: 'b'.repeat(32), sha256: 'A'.repeat(64) } } },
      { threat: { indicator: { type: 'file' } } },
    ],
    [
      'a sender',
      { email: { from: { address: ['mallory@example.org'] } } },
      { threat: { indicator: { type: 'email-addr' } } },
    ],
  ];

  it.each(table)('adds %s to objects and to text alike', (_, fields, added) => {
    const object = asObject({ event: {}, ...fields });
    expect(object).toMatchObject(added);
    expect(asText({ event: {}, ...fields }).whole).toEqual(object);
    if (added.threat === undefined) expect(object).not.toHaveProperty('threat');
  });

  it('leaves text as it is where there is nothing to add, and puts places into it', () => {
    expect(asText(nothing)).toMatchObject({ isSame: true });
    expect(asText({ source: { ip: '91.198.174.192' } })).toMatchObject({ isObject: false, isSame: false });
    expect(asText({ message: 'a "quoted\\" {text', source: { ip: '91.198.174.192' } }).isObject).toBe(false);
  });

  it('says of several indicators each, once a value', () => {
    expect(
      asObject({
        source: { ip: '198.51.100.7' },
        destination: { ip: '198.51.100.7' },
        related: { ip: ['198.51.100.8'] },
      }),
    ).toMatchObject({
      threat: {
        feed: { name: ['first', 'second'] },
        indicator: { name: '198.51.100.0/24' },
        enrichments: [
          {
            indicator: { provider: 'first' },
            matched: { field: 'source.ip', atomic: '198.51.100.7', occurred: '2026-11-22T00:00:00.000Z' },
          },
          { indicator: { provider: 'CERT' }, matched: { field: 'source.ip', id: 'x' } },
          { indicator: { provider: 'first' }, matched: { field: 'related.ip' } },
        ],
      },
    });
  });

  it('keeps what the sender says of threats', () => {
    const threat = { indicator: { type: 'file' }, enrichments: [{ x: 1 }], feed: { name: 'own' } };
    const { threat: after } = asObject({ source: { ip: '198.51.100.9' }, threat });
    expect(after).toMatchObject({ ...threat, enrichments: [{ x: 1 }, { matched: { field: 'source.ip' } }] });
  });

  it('adds the same to any event as object and as text', () => {
    const ip = fc.constantFrom('10.0.0.1', '91.198.174.192', '198.51.100.7', '2001:4860:4860::8888', 'x');
    const text = fc.constantFrom(
      'web1',
      'bad.example.org',
      '"',
      '\\',
      '{"ip":"91.198.174.192"}',
      ',"source":{"ip":"',
      'http://example.net/a?b',
      '',
    );
    const end = fc.record({ port: fc.nat(9), ip, domain: text, x: text }, { requiredKeys: [] });
    const event = fc.record(
      {
        message: text,
        a: fc.record({ source: end }),
        source: end,
        destination: end,
        host: fc.record({ name: text, ip: fc.array(ip) }),
        url: fc.record({ full: text }),
        labels: fc.record({ x: text }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(event, (fields) => {
        const plain = JSON.parse(JSON.stringify({ event: {}, ...fields })) as JsonObject;
        expect(asText(plain).whole).toEqual(asObject(plain));
      }),
      { numRuns: fuzzRuns(300) },
    );
  });

  it('has what it added in `related`, of lines and of documents', () => {
    const normalise = createNormaliser({ stages: [stage], timeZone: 'UTC' });
    const event = (text: string) => {
      const outcome = normalise(
        { bytes: Buffer.from(text), format: 'auto', received: now, hints: {}, position: { kind: 'none' } },
        's',
      );
      if (outcome.status !== 'ok') throw new Error(outcome.status);
      return JSON.parse(outcome.value.json) as JsonObject;
    };
    const line = '<38>Nov 21 09:08:01 web1 sshd[7]: Failed password for root from 198.51.100.7 port 22 ssh2';
    expect(event(line)).toMatchObject({
      event: { dataset: 'linux.sshd', original: line },
      labels: { owner: 'alice' },
      threat: { indicator: { description: 'bad' } },
      related: { ip: ['198.51.100.7'], user: ['root'], hosts: ['web1'] },
    });
    const document = {
      event: { dataset: 'x.y' },
      user: { email: 'alice@example.org' },
      dns: { resolved_ip: ['198.51.100.8'] },
    };
    expect(event(JSON.stringify(document))).toMatchObject({
      related: { user: ['alice'], ip: ['198.51.100.8'] },
      threat: { enrichments: [{ matched: { field: 'dns.resolved_ip' } }] },
    });
  });
});
