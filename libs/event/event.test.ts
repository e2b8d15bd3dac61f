import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventId, type SourcePosition } from './ids.ts';
import {
  defineErrors,
  getField,
  isTidewatchError,
  type JsonObject,
  leaves,
  parseJson,
  setField,
} from './index.ts';

describe('getField', () => {
  const event: JsonObject = {
    host: { name: 'web01' },
    dns: { answers: [{ data: '192.0.2.1' }, { data: '192.0.2.2', type: 'A' }] },
    tags: ['a', 'b'],
  };
  it.each([
    ['host.name', 'web01'],
    ['tags', ['a', 'b']],
    ['dns.answers.data', ['192.0.2.1', '192.0.2.2']],
    ['dns.answers.type', ['A']],
    ['dns.answers.none', undefined],
    ['host.name.first', undefined],
    ['toString', undefined],
    ['__proto__.polluted', undefined],
  ])('%s', (path, expected) => {
    expect(getField(event, path)).toEqual(expected);
  });
});

describe('setField', () => {
  it('creates objects on the way, and refuses what would reach a prototype or replace a value', () => {
    const event: JsonObject = { host: 'web01' };
    expect(setField(event, 'user.name', 'root')).toBe(true);
    expect(setField(event, 'host.name', 'x')).toBe(false);
    expect(setField(event, '__proto__.polluted', 'x')).toBe(false);
    expect(event).toEqual({ host: 'web01', user: { name: 'root' } });
    expect(({} as JsonObject).polluted).toBeUndefined();
  });
});

describe('leaves', () => {
  it('gives dotted paths, arrays whole', () => {
    expect([...leaves({ a: { b: 1, c: [{ d: 2 }] }, e: null })]).toEqual([
      ['a.b', 1],
      ['a.c', [{ d: 2 }]],
      ['e', null],
    ]);
  });
});

describe('parseJson', () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const wide = (fields: number) => `{${Array.from({ length: fields }, (_, i) => `"f${i}":1`).join(',')}}`;

  it('removes hostile keys at any depth and counts them', () => {
    const parsed = parseJson('{"a":[{"__proto__":{"x":1},"b":2}],"constructor":{"prototype":{}}}');
    expect(parsed).toMatchObject({ ok: true, value: { a: [{ b: 2 }] }, hostileKeys: 2 });
  });

  it.each([
    ['{"a":', 'invalid_json'],
    [nested(33), 'too_deep'],
    [`${'['.repeat(50)}${']'.repeat(50)}`, 'too_deep'],
    [wide(2_001), 'too_wide'],
    [`{"a":${'['.repeat(400_000)}`, 'too_deep'],
    [`{"${'x'.repeat(20_000)}":${wide(2_000)}}`, 'too_wide'],
  ])('refuses %.20s…', (text, reason) => {
    expect(parseJson(text)).toMatchObject({ ok: false, reason });
  });

  const inside = `{"a":"${'\\"[{:'.repeat(5_000)}"}`;

  it.each([nested(32), wide(2_000), inside])('takes what is just within the limits', (text) => {
    expect(parseJson(text).ok).toBe(true);
  });
});

describe('eventId', () => {
  const positions: SourcePosition[] = [
    { kind: 'file', fingerprint: 'f', offset: 1 },
    { kind: 'file', fingerprint: 'f', offset: 2 },
    { kind: 'sender', sender: 'a', index: 'i', id: '1' },
    { kind: 'sender', sender: 'b', index: 'i', id: '1' },
    { kind: 'request', sender: 'a', key: 'i', item: 1 },
    { kind: 'member', of: 'a', item: 1 },
    { kind: 'member', of: 'a', item: 2 },
    { kind: 'journald', cursor: 'c' },
    { kind: 'journald', cursor: 'c', sender: 'a' },
    { kind: 'journald', cursor: 'c', sender: 'b' },
    { kind: 'kafka', cluster: 'c', topic: 't', partition: 0, offset: 0 },
  ];
  it('follows from the source’s position alone', () => {
    expect(new Set(positions.map(eventId)).size).toBe(positions.length);
    expect(positions.map(eventId)).toEqual(positions.map(eventId));
  });
  it('is the first 16 bytes of a SHA-256 over kind and parts, as stored events have it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (sender, index, id) => {
        const digest = createHash('sha256').update('sender');
        for (const part of [sender, index, id]) digest.update(`\0${part.length}:`).update(part);
        const expected = digest.digest().subarray(0, 16).toString('base64url');
        expect(eventId({ kind: 'sender', sender, index, id })).toBe(expected);
      }),
    );
  });
  it('is 9 bytes for the file or partition and 7 for the offset in it, as stored events have it', () => {
    const offsets = fc.nat(Number.MAX_SAFE_INTEGER);
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), offsets, fc.nat(100_000), (fingerprint, first, step) => {
        const start = createHash('sha256')
          .update(`file\0${fingerprint.length}:`)
          .update(fingerprint)
          .digest();
        for (const offset of [first, Math.min(first + step, Number.MAX_SAFE_INTEGER), step]) {
          const id = Buffer.from(eventId({ kind: 'file', fingerprint, offset }), 'base64url');
          expect(id.subarray(0, 9)).toEqual(start.subarray(0, 9));
          expect(id.readBigUInt64BE(8) & 0xff_ffff_ffff_ffffn).toBe(BigInt(offset));
          expect(id.length).toBe(16);
        }
      }),
    );
    const kafka = { kind: 'kafka', cluster: 'c', topic: 't', partition: 0, offset: 7 } as const;
    const ids = [kafka, { ...kafka, partition: 1 }, { ...kafka, topic: 'u' }, { ...kafka, cluster: 'd' }].map(
      eventId,
    );
    expect(new Set(ids.map((id) => id.slice(0, 12))).size).toBe(4);
  });
  it('is random where there is nothing to hold on to', () => {
    const ids = Array.from({ length: 1_000 }, () => eventId({ kind: 'none' }));
    expect(new Set(ids).size).toBe(1_000);
    expect(ids.every((id) => /^[\w-]{21}[AQgw]$/.test(id))).toBe(true);
  });
});

describe('defineErrors', () => {
  it('fills the message, and keeps code, status and details', () => {
    const errors = defineErrors({ PORT_TAKEN: { status: 500, message: 'Port {port} is taken.' } });
    const error = errors.PORT_TAKEN({ port: 1 });
    expect(error).toMatchObject({
      code: 'PORT_TAKEN',
      status: 500,
      message: 'Port 1 is taken.',
      details: { port: 1 },
    });
    expect(isTidewatchError(error, 'PORT_TAKEN')).toBe(true);
    expect(isTidewatchError(new Error('x'))).toBe(false);
  });
});
