import { createHmac, hkdfSync } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ownTime } from '../../../test/own_time.ts';
import { epochAt } from './epochs.ts';
import { parsePseudonymKeys } from './keys.ts';
import { createPseudonyms } from './pseudonyms.ts';

const encoded = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const keys = parsePseudonymKeys(`1:${encoded(1)} # the first\n2:${encoded(2)}@2026-12-01`, 'a test');
const november = Date.UTC(2026, 10, 21, 9);
const hour = 3_600_000;
const create = () => createPseudonyms({ keys, epoch: 'month', overlapMs: 24 * hour });
const { of } = create().at(november).now;

describe('keys', () => {
  it.each([
    ['', 'it holds no key'],
    ['1:short', 'the key of entry 1 has fewer than 32 bytes'],
    [`${encoded(1)}`, 'entry 1 is not VERSION:BASE64 or VERSION:BASE64@DATE'],
    [`0:${encoded(1)}`, 'the version of entry 1 is not 1 to 4095'],
    [`1:${encoded(1)},1:${encoded(2)}`, 'it gives one version twice'],
    [`1:${encoded(1)}@2026-12-01`, 'one has to have no date'],
    [`1:${encoded(1)} 2:${encoded(2)}@2026-13-01`, 'the date of entry 2 is none'],
  ])('%j are refused, and never told', (text, problem) => {
    const read = () => parsePseudonymKeys(text, 'FILE');
    expect(read).toThrowError(expect.objectContaining({ code: 'PSEUDONYM_KEYS_INVALID' }));
    expect(read).toThrowError(problem);
    expect(read).not.toThrowError(encoded(1));
  });
});

describe('epochs', () => {
  it.each([
    ['day', '2026-11-21T23:59:59.999Z', '20261121', '2026-11-22'],
    ['week', '2026-11-22T23:00:00Z', '20261116', '2026-11-23'],
    ['month', '2026-11-01T00:00:00Z', '20261101', '2026-12-01'],
    ['quarter', '2026-12-31T23:59:59Z', '20261001', '2027-01-01'],
    ['year', '2026-01-01T00:00:00Z', '20260101', '2027-01-01'],
    ['week', '1970-01-01T00:00:00Z', '19691229', '1970-01-05'],
  ] as const)('by %s hold %s', (length, time, label, next) => {
    const epoch = epochAt(Date.parse(time), length);
    expect(epoch.label).toBe(label);
    expect(epoch.ends).toBe(Date.parse(next));
  });
});

describe('a pseudonym', () => {
  it('is HMAC-SHA-256 under a key that HKDF gives for the epoch', () => {
    const secret = hkdfSync('sha256', Buffer.alloc(32, 1), '', 'tidewatch pseudonyms 20261101', 32);
    const digest = createHmac('sha256', Buffer.from(secret)).update('text\0alice').digest('hex');
    expect(of('Alice')).toBe(`p1-20261101-${digest.slice(0, 24)}`);
  });

  it('is the same in another process, in any case and spelling, and another for another value', () => {
    expect(create().at(november).now.of('alice')).toBe(of('ALICE'));
    expect(of('192.0.2.7')).toBe(of('::ffff:192.0.2.7'));
    expect(of('2001:db8:0:0::7')).toBe(of('2001:DB8::7'));
    const names = Array.from({ length: 5_000 }, (_, i) => of(`user${i}`));
    expect(new Set(names).size).toBe(5_000);
  });

  it('of an address is an address that nobody has', () => {
    for (const [address, prefix] of [
      ['192.0.2.7', '3fff'],
      ['2001:db8::7', '3fff'],
      ['8.8.8.8', '3fff'],
      // Who asks for private networks by all their blocks goes on finding them.
      ['10.0.0.1', 'fd00'],
      ['192.168.4.4', 'fd00'],
      ['fd12:3456::1', 'fd00'],
      ['fe80::1%eth0', 'fe80'],
    ] as const) {
      expect(isIPv6(of(address)), address).toBe(true);
      expect(of(address).startsWith(`${prefix}:1:5116:`), `${address} ${of(address)}`).toBe(true);
    }
  });

  it.each([
    'root',
    'Administrator',
    'NT AUTHORITY\\SYSTEM',
    '-',
    '',
    '127.0.0.1',
    '255.255.255.255',
    'ff02::1',
    'S-1-5-21-1-2-3-512',
    'Domain Admins',
    '::1',
    'S-1-5-18',
    'DWM-3',
    '0',
    '999',
  ])('of %j, which names nobody, is itself', (value) => expect(of(value)).toBe(value));

  it('keeps the domain before a name, and what tells a machine’s', () => {
    expect(of('CORP\\alice')).toBe(`CORP\\${of('alice')}`);
    expect(of('CORP\\WEB1$')).toBe(`CORP\\${of('web1')}$`);
    expect(of('S-1-5-21-1-2-3-1104')).toMatch(/^p1-/);
    expect(of('1000')).toMatch(/^p1-/);
  });

  it('changes with the epoch, whose first hours know the one before, and with the key that counts then', () => {
    const pseudonyms = create();
    const december = Date.UTC(2026, 11, 1);
    const first = pseudonyms.at(december);
    expect(first.former?.of('alice')).toBe(of('alice'));
    expect(first.now.of('alice')).toMatch(/^p2-20261201-/);
    expect(pseudonyms.at(december + 24 * hour).former).toBeUndefined();
    expect(pseudonyms.at(december - 1).now.of('alice')).toBe(of('alice'));
    expect(pseudonyms.at(december + hour).former?.of('alice')).toBe(of('alice'));
  });

  it('is had again more than 100,000 times a second', () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `cached${i}`);
    for (const name of names) of(name);
    const before = ownTime();
    for (let round = 0; round < 20; round++) for (const name of names) of(name);
    expect(200_000 / (ownTime() - before)).toBeGreaterThan(100);
  });
});
