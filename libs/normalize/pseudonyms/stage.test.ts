import { type EcsEvent, getField, type JsonObject } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { ownTime } from '../../../test/own_time.ts';
import { normalised, receivedAt } from '../normalised.suite.ts';
import { parsePseudonymKeys } from './keys.ts';
import { createOriginals, originalContext, type SealedOriginal } from './originals.ts';
import type { FieldPolicy } from './policy.ts';
import { createPseudonyms } from './pseudonyms.ts';
import { createSealKeys, type KeptSealKey } from './seal_keys.ts';
import { createPseudonymStage, textContext } from './stage.ts';

const keys = parsePseudonymKeys(`1:${Buffer.alloc(32, 1).toString('base64')}`, 'a test');

function open(policy: FieldPolicy | undefined, options: { overlapMs?: number; keyless?: boolean } = {}) {
  const rows = new Map<string, KeptSealKey>();
  const sealKeys = createSealKeys(keys, {
    find: (dataClass, epoch) =>
      [...rows.values()].find((row) => row.dataClass === dataClass && row.epoch === epoch),
    get: (id) => rows.get(id),
    add: (row) => void rows.set(row.id, row),
  });
  const written: SealedOriginal[] = [];
  const pseudonyms = createPseudonyms({ keys, epoch: 'month', overlapMs: options.overlapMs ?? 0 });
  const dropped: number[] = [];
  const stage = createPseudonymStage({
    policyOf: () => policy,
    vault:
      options.keyless === true
        ? undefined
        : {
            pseudonyms,
            keys: sealKeys,
            originals: createOriginals(sealKeys, {
              erasures: 0,
              write: async (some) => void written.push(...some),
            }),
          },
    onMinimised: (_, fields) => dropped.push(fields),
  });
  return {
    event: (content: string | JsonObject): EcsEvent => normalised(content, 'auto', {}, { stages: [stage] }),
    of: pseudonyms.at(receivedAt).now.of,
    former: pseudonyms.at(receivedAt).former?.of,
    open: sealKeys.open,
    written,
    settle: () => stage.settle?.(),
    dropped,
  };
}

const sshd =
  '<38>Nov 21 09:08:05 web1 sshd[411]: Failed password for alice from 198.51.100.7 port 50312 ssh2';
const people = ['user.name', 'source.ip'];

describe('an event whose fields are named', () => {
  it('holds an address in no other spelling, such as that of an indicator', () => {
    const { event, of } = open({ pseudonymise: ['source.ip'] });
    const sent = '2001:DB8:0:0:0:0:0:7';
    const found = event({
      '@timestamp': '2026-11-21T09:08:05Z',
      ecs: { version: '8.11.0' },
      source: { ip: sent },
      threat: { indicator: { name: '2001:db8::7' } },
    });
    expect(getField(found, 'source.ip')).toBe(of(sent));
    expect(getField(found, 'threat.indicator.name')).toBe(of(sent));
  });

  it('holds pseudonyms in them, in related.* and in its texts, and nothing in the clear', () => {
    const { event, of } = open({ pseudonymise: people });
    const found = event(sshd);
    expect(getField(found, 'user.name')).toBe(of('alice'));
    expect(getField(found, 'source.ip')).toBe(of('198.51.100.7'));
    expect(getField(found, 'related')).toMatchObject({ user: [of('alice')], ip: [of('198.51.100.7')] });
    expect(found.message).toBe(
      `Failed password for ${of('alice')} from ${of('198.51.100.7')} port 50312 ssh2`,
    );
    expect(JSON.stringify(found)).not.toMatch(/alice|198\.51\.100/);
  });

  it('has its text sealed for itself alone, and says what rules need of the values', () => {
    const { event, open: openSealed } = open({ pseudonymise: people });
    const found = event(sshd);
    const { id, original } = found.event as unknown as { id: string; original: string };
    expect(original).toMatch(/^sealed\./);
    expect(openSealed(original, textContext('unapproved', id))?.toString()).toBe(sshd);
    expect(openSealed(original, textContext('unapproved', 'another'))).toBeUndefined();
    expect(getField(found, 'labels.source_ip_network')).toBe('documentation');
  });

  it('has the original of each pseudonym kept, once', async () => {
    const { event, of, written, settle, open: openSealed } = open({ pseudonymise: people });
    event(sshd);
    event(sshd);
    await settle();
    const opened = Object.fromEntries(
      written.map((row) => [row.pseudonym, openSealed(row.sealed, originalContext(row))?.toString()]),
    );
    expect(opened).toEqual({ [of('alice')]: 'alice', [of('198.51.100.7')]: '198.51.100.7' });
    expect(written).toHaveLength(2);
  });

  it('keeps what Windows says of the same account under pseudonyms, too', () => {
    const { event, of } = open({ pseudonymise: ['user.name', 'user.target.name'] });
    const found = event({
      Event: {
        System: {
          Provider: { '#attributes': { Name: 'Microsoft-Windows-Sysmon' } },
          EventID: 1,
          Channel: 'Microsoft-Windows-Sysmon/Operational',
          Computer: 'ws1.example.org',
        },
        EventData: {
          User: 'CORP\\Alice',
          Image: 'C:\\Users\\alice\\AppData\\Local\\Temp\\a.exe',
          CommandLine: 'a.exe /user:CORP\\bob /password:Winter2026! \\\\fs1\\home\\ALICE',
          ParentUser: 'NT AUTHORITY\\SYSTEM',
        },
      },
    });
    expect(getField(found, 'winlog.event_data.User')).toBe(`CORP\\${of('alice')}`);
    expect(getField(found, 'winlog.event_data.ParentUser')).toBe('NT AUTHORITY\\SYSTEM');
    expect(getField(found, 'process.executable')).toBe(
      `C:\\Users\\${of('alice')}\\AppData\\Local\\Temp\\a.exe`,
    );
    expect(getField(found, 'process.command_line')).toBe(
      `a.exe /user:CORP\\${of('bob')} /password:[secret] \\\\fs1\\home\\${of('alice')}`,
    );
    expect(JSON.stringify(found)).not.toMatch(/alice|bob|Winter2026/i);
  });

  it.each([
    [{ user: { name: 'WEB1$', domain: 'CORP' } }, ['machine_account']],
    [{ user: { name: 'root' } }, ['administrator']],
    [{ user: { name: 'krbtgt', roles: ['service'] } }, ['service', 'built_in_account']],
    [{ user: { name: 'alice', id: 'S-1-5-21-1-2-3-500' } }, ['administrator']],
    [{ user: { name: 'alice' } }, undefined],
  ])('says what kind of account %j is', (fields, roles) => {
    const { event } = open({ pseudonymise: ['user.name', 'user.id'] });
    const found = event({ event: { dataset: 'test.it' }, ...fields });
    expect(getField(found, 'user.roles')).toEqual(roles);
  });

  it('takes the domain out of a name before it goes', () => {
    const { event, of } = open({ pseudonymise: ['user.name'] });
    const found = event({ event: { dataset: 'test.it' }, user: { name: 'alice@example.org' } });
    expect(found.user).toEqual({ name: of('alice@example.org'), domain: 'example.org' });
  });

  it('replaces lists, numbers and all below a field', () => {
    const { event, of } = open({ pseudonymise: ['host.ip', 'shop.customer'] });
    const found = event({
      event: { dataset: 'shop.orders' },
      host: { ip: ['192.0.2.1', '192.0.2.2', '127.0.0.1'] },
      shop: { customer: { number: 12345, names: ['Alice Example'] }, text: 'sent to Alice Example' },
    });
    expect(getField(found, 'host.ip')).toEqual([of('192.0.2.1'), of('192.0.2.2'), '127.0.0.1']);
    expect(found.shop).toEqual({
      customer: { number: of('12345'), names: [of('Alice Example')] },
      text: `sent to ${of('Alice Example')}`,
    });
  });

  it('calls members by pseudonyms that are called like what it names, and leaves those of schemas', () => {
    const { event, of } = open({ pseudonymise: ['user.name'] });
    const found = event({
      event: { dataset: 'shop.orders', code: 'by-alice', provider: 'for alice' },
      user: { name: 'alice' },
      labels: { alice: 'x' },
      shop: { carts: { Alice: 1, alice: 2, 'sent by bob': 3, name: 'alice' } },
      winlog: { alice: 'y' },
    });
    const name = of('alice');
    expect(found.shop).toEqual({ carts: { [name]: [1, 2], [`sent by ${of('bob')}`]: 3, name } });
    expect(found.labels).toEqual({ [name]: 'x' });
    expect(found.winlog).toEqual({ alice: 'y' });
    expect(found.event).toMatchObject({ code: `by-${name}`, provider: `for ${name}` });
  });

  it('has each of many names replaced in its texts, and a text withheld that was made to be slow', () => {
    const { event } = open({ pseudonymise: ['user.name'] });
    const names = Array.from({ length: 2_000 }, (_, i) => `Member ${i}-x`);
    const found = event({
      event: { dataset: 'shop.orders' },
      user: { name: names },
      message: `added ${names.join(', ')} and member 1999-y`,
    });
    expect(String(found.message).match(/p1-\d{8}-[\da-f]{24}/g)).toHaveLength(2_000);
    expect(found.message).toMatch(/ and member 1999-y$/);
    const nested = Array.from({ length: 500 }, (_, i) => `a${'.a'.repeat(i + 1)}b`);
    const overlapping = Array.from({ length: 16 }, (_, i) => 'a'.repeat(1_024 - i));
    for (const [name, message] of [
      [nested, 'a.'.repeat(30_000)],
      [overlapping, 'a'.repeat(60_000)],
    ] as const) {
      const before = ownTime();
      const slow = event({ event: { dataset: 'shop.orders' }, user: { name: [...name] }, message });
      expect(slow.message).toBe('[withheld]');
      expect(ownTime() - before).toBeLessThan(1_000);
    }
  });

  it('seals a text that its sender had kept, and what its sender relates it to', () => {
    const { event, of } = open({ pseudonymise: ['user.name'] });
    const found = event({
      event: { dataset: 'test.it', original: 'carol did it' },
      related: { user: ['carol'] },
    });
    expect(getField(found, 'related.user')).toEqual([of('carol')]);
    expect(JSON.stringify(found)).not.toContain('carol');
  });

  it('cuts a text that is too long to be looked at', () => {
    const { event } = open({ pseudonymise: ['user.name'] });
    const found = event({
      event: { dataset: 'test.it' },
      user: { name: 'alice' },
      app: { text: `${'x '.repeat(40_000)}alice` },
    });
    expect(found.tags).toEqual(['timestamp_missing', 'truncated'].reverse());
    expect(JSON.stringify(found)).not.toContain('alice');
  });

  it('carries the pseudonyms of the epoch before while windows look back into it', () => {
    const { event, of, former, written } = open({ pseudonymise: people }, { overlapMs: 30 * 86_400_000 });
    const found = event(sshd);
    expect(getField(found, 'user.name')).toBe(of('alice'));
    expect(former?.('alice')).toMatch(/^p1-20261001-/);
    expect(getField(found, 'labels.former_user_name')).toBe(former?.('alice'));
    expect(getField(found, 'labels.former_source_ip')).toBe(former?.('198.51.100.7'));
    expect(written).toEqual([]);
  });
});

describe('an event of which only some fields are kept', () => {
  const keep = ['message', 'user.name', 'http.*'];

  it('loses the others, keeps what it is, and tells how many went', () => {
    const { event, dropped, open: openSealed } = open({ pseudonymise: [], keep });
    const document = {
      event: { dataset: 'shop.orders', action: 'order', category: ['web'] },
      message: 'an order',
      http: { request: { method: 'POST' } },
      user: { name: 'alice', email: 'alice@example.org' },
      source: { ip: '192.0.2.7', port: 4 },
      log: { level: 'info', file: { path: '/var/log/shop' } },
    };
    const found = event(document);
    expect(found).toMatchObject({
      event: { action: 'order', category: ['web'], dataset: 'shop.orders' },
      http: { request: { method: 'POST' } },
      log: { level: 'info' },
    });
    expect(found.user).toEqual({ name: 'alice' });
    expect(found).not.toHaveProperty('source');
    expect(found.log).toEqual({ level: 'info' });
    expect(dropped).toEqual([4]);
    const { id, original } = found.event as unknown as { id: string; original: string };
    expect(JSON.parse(openSealed(original, textContext('unapproved', id))?.toString() ?? '')).toEqual(
      document,
    );
  });

  it('has what is derived from dropped fields, and no text in the clear, also without keys', () => {
    const { event } = open({ pseudonymise: [], keep }, { keyless: true });
    const found = event(sshd);
    expect(found.event).not.toHaveProperty('original');
    expect(found).not.toHaveProperty('source');
    const both = open({ pseudonymise: people, keep }).event(sshd);
    expect(both.labels).toEqual({ source_ip_network: 'documentation' });
    expect(JSON.stringify(both)).not.toMatch(/alice|198\.51\.100/);
  });
});

it('leaves an event alone of which nothing is asked', () => {
  const { event, written } = open(undefined);
  expect(event(sshd)).toEqual(normalised(sshd));
  expect(written).toEqual([]);
});
