import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublic, networkText, parseAddress, parseNetwork } from './address.ts';

describe('parseAddress', () => {
  it.each([
    ['192.0.2.1', [0xc0000201]],
    ['255.255.255.255', [0xffffffff]],
    ['2001:db8::1', [0x20010db8, 0, 0, 1]],
    ['::', [0, 0, 0, 0]],
    ['1:2:3:4:5:6:7:8', [0x10002, 0x30004, 0x50006, 0x70008]],
    ['::ffff:192.0.2.1', [0xc0000201]],
    ['2001:DB8::192.0.2.1', [0x20010db8, 0, 0, 0xc0000201]],
  ])('reads %s', (text, words) => {
    expect([...(parseAddress(text) ?? [])]).toEqual(words);
  });

  it('takes what Node takes for an address, and nothing else', () => {
    const piece = fc.constantFrom(
      '0',
      '1',
      '25',
      '256',
      '01',
      'f',
      'ffff',
      'fffff',
      '.',
      ':',
      '::',
      '',
      '/',
      'g',
      '192.0.2.1',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        expect(parseAddress(text) !== undefined).toBe(isIP(text) !== 0);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => parseAddress(text) !== undefined));
  });
});

describe('parseNetwork', () => {
  it.each([
    ['198.51.100.7/24', '198.51.100.0/24'],
    ['198.51.100.7', '198.51.100.7'],
    ['198.51.100.7/32', '198.51.100.7'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:db8:1:2::3/48', '2001:db8:1:0:0:0:0:0/48'],
    ['::ffff:198.51.100.7/120', '198.51.100.0/24'],
  ])('reads %s as %s', (text, expected) => {
    expect(networkText(parseNetwork(text) as never)).toBe(expected);
  });

  it.each([
    '198.51.100.7/33',
    '198.51.100.7/',
    '198.51.100.7/a',
    '2001:db8::/129',
    '/8',
    'example.org/8',
    '::ffff:198.51.100.7/90',
  ])('refuses %s', (text) => expect(parseNetwork(text)).toBeUndefined());
});

it('tells public addresses from others as a list of their networks does', () => {
  const others = new BlockList();
  for (const range of [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '224.0.0.0/3',
  ])
    others.addSubnet(range.split('/')[0] as string, Number(range.split('/')[1]), 'ipv4');
  const v4 = fc.oneof(
    fc.ipV4(),
    fc.tuple(fc.constantFrom('10.', '100.', '127.', '172.', '192.168.', '169.254.'), fc.ipV4()).map(
      ([start, rest]) =>
        `${start}${rest
          .split('.')
          .slice(0, 5 - start.split('.').length)
          .join('.')}`,
    ),
  );
  fc.assert(
    fc.property(v4, (text) => {
      expect(isPublic(parseAddress(text) as never)).toBe(!others.check(text));
    }),
  );
  const v6 = { 'fe80::1': false, 'fd00::1': false, '::1': false, 'ff02::1': false, '2001:db8::1': true };
  for (const [text, expected] of Object.entries(v6))
    expect(isPublic(parseAddress(text) as never)).toBe(expected);
});
